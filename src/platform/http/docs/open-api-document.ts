import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { ErrorDefinition } from '../../../../libs/kernel/domain-error.ts';
import { API_KEY_SCHEME } from './api-docs.ts';
import { completeFailures, FailureResponse } from './failure-responses.ts';

/**
 * The OpenAPI document of the API, made from the code.
 *
 * @param commonFailures of every route with a key.
 */
export function openApiDocument(app: INestApplication, commonFailures: readonly ErrorDefinition[]): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Customer Events')
    .setDescription(
      'Push business events to the timelines of your customers.\n\n' +
        'Every success is `{ success: true, data, timestamp }`, every failure ' +
        '`{ success: false, code, message, details?, timestamp }`; programs branch on `code`. ' +
        'A 2xx to a write means that it is committed.',
    )
    .setVersion('1')
    .addApiKey(
      { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'An agent key: sk_live_agent_…' },
      API_KEY_SCHEME,
    )
    .addServer('/', 'This server')
    .build();
  const document = SwaggerModule.createDocument(app, settings, {
    extraModels: [FailureResponse],
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}.${method}`,
  });
  completeFailures(document, commonFailures);
  return document;
}

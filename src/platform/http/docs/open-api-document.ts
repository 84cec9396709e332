import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { API_KEY_SCHEME, SESSION_SCHEME } from './api-docs.ts';
import { completeFailures, FailureResponse, type CommonFailures } from './failure-responses.ts';

/** The OpenAPI document of the API, made from the code. */
export function openApiDocument(app: INestApplication, commonFailures: CommonFailures): OpenAPIObject {
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
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'The token of an embed session: es_…' },
      SESSION_SCHEME,
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

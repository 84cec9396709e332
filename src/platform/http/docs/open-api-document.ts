import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { API_KEY_SCHEME, SESSION_SCHEME } from './api-docs.ts';
import { nameSchemas } from './schema-names.ts';
import { completeFailures, FailureResponse, type CommonFailures } from './failure-responses.ts';

/**
 * The OpenAPI document of the API, made from the code.
 *
 * @param neededScope what the key of a route needs, by the names of its controller and method.
 */
export function openApiDocument(
  app: INestApplication,
  commonFailures: CommonFailures,
  neededScope: (controller: string, method: string) => string | undefined,
): OpenAPIObject {
  const scopes = new Map<string, string | undefined>();
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
    operationIdFactory: (controller, method) => {
      if (scopes.has(method)) throw new Error(`two handlers are named ${method}, which is the operationId of both`);
      scopes.set(method, neededScope(controller, method));
      return method;
    },
  });
  completeFailures(document, commonFailures);
  tellScopes(document, scopes);
  return nameSchemas(document);
}

interface Operation {
  operationId: string;
  description?: string;
  'x-required-scope'?: string;
}

/** OpenAPI 3.0 has scopes for OAuth 2 alone: for a key they stand in the text, and in an extension for programs. */
function tellScopes(document: OpenAPIObject, scopes: ReadonlyMap<string, string | undefined>): void {
  for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path) as Operation[])) {
    const scope = scopes.get(operation.operationId);
    if (scope === undefined) continue;
    const need = `The key needs the scope \`${scope}\`.`;
    operation.description = operation.description === undefined ? need : `${operation.description} ${need}`;
    operation['x-required-scope'] = scope;
  }
}

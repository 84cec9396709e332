import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { API_KEY_SCHEME, SESSION_SCHEME } from './api-docs.ts';
import { completeFailures, FailureResponse, type CommonFailures } from './failure-responses.ts';
import { inOpenApi31 } from './open-api-31.ts';
import { nameSchemas } from './schema-names.ts';
import { shareParts } from './shared-parts.ts';
import { operationsOf } from './operations.ts';

/**
 * The OpenAPI document of the API, made from the code. An operationId is the name of the method that handles the route.
 *
 * @param tags what the operations of each tag are for, in the order in which readers want them.
 * @param neededScope what the key of a route needs, by the names of its controller and method.
 */
export function openApiDocument(
  app: INestApplication,
  commonFailures: CommonFailures,
  tags: Readonly<Record<string, string>>,
  neededScope: (controller: string, method: string) => string | undefined,
): OpenAPIObject {
  const scopes = new Map<string, string | undefined>();
  const document = SwaggerModule.createDocument(app, documentHead(tags), {
    extraModels: [FailureResponse],
    operationIdFactory: (controller, method) => {
      if (scopes.has(method))
        throw new Error(`two handlers are named ${method}, which would be the operationId of both`);
      scopes.set(method, neededScope(controller, method));
      return method;
    },
  });
  completeFailures(document, commonFailures);
  for (const operation of operationsOf<Operation>(document)) {
    tellScope(operation, scopes.get(operation.operationId));
    // An open route says so: otherwise it could be one whose security was forgotten.
    operation.security ??= [];
  }
  return shareParts(inOpenApi31(nameSchemas(document)));
}

function documentHead(tags: Readonly<Record<string, string>>): Omit<OpenAPIObject, 'paths'> {
  const head = new DocumentBuilder()
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
  const info = { ...head.info, contact: { name: 'Whoever operates this service' }, license: MIT };
  return { ...head, info, tags: Object.entries(tags).map(([name, description]) => ({ name, description })) };
}

const MIT = { name: 'MIT', identifier: 'MIT' };

interface Operation {
  operationId: string;
  description?: string;
  security?: object[];
  'x-required-scope'?: string;
}

/** What tools know of as scopes are those of OAuth 2: for a key they stand in the text, and in an extension for programs. */
function tellScope(operation: Operation, scope: string | undefined): void {
  if (scope === undefined) return;
  const need = `The key needs the scope \`${scope}\`.`;
  operation.description = operation.description === undefined ? need : `${operation.description} ${need}`;
  operation['x-required-scope'] = scope;
}

import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { ErrorDefinition } from '../../libs/kernel/domain-error.ts';
import { invalidFields } from '../../libs/kernel/input-error.ts';
import { apiKeyExpired, apiKeyForbidden, apiKeyInvalid, scopeMissing } from '../api-keys/domain/api-keys-error.ts';
import { apiKeyMissing } from '../api-keys/http/api-key-missing.ts';
import { embedWrongApp, sessionExpired, sessionInvalid } from '../embed/http/session-errors.ts';
import { API_KEY_SCHEME, SESSION_SCHEME } from '../platform/http/docs/api-docs.ts';
import type { CommonFailures } from '../platform/http/docs/failure-responses.ts';
import { openApiDocument } from '../platform/http/docs/open-api-document.ts';
import { handlersOf } from './handlers.ts';
import { internalError } from '../platform/http/errors/http-error.ts';
import { tooManyRequests } from '../platform/http/rate-limit/rate-limit.ts';
import { storageUnavailable } from '../platform/postgres/storage-unavailable.ts';

const OF_ALL: readonly ErrorDefinition[] = [tooManyRequests, internalError, storageUnavailable];

/** What every route with a key, or with a session, can fail with, whatever it does: here the slices meet. */
const COMMON_FAILURES: CommonFailures = {
  [API_KEY_SCHEME]: [
    ...[invalidFields, apiKeyMissing, apiKeyInvalid, apiKeyExpired, apiKeyForbidden, scopeMissing],
    ...OF_ALL,
  ],
  [SESSION_SCHEME]: [invalidFields, sessionInvalid, sessionExpired, embedWrongApp, ...OF_ALL],
};

/** In the order in which a reader wants them. */
const TAGS = {
  'Customer events': 'Record events: one, up to 500, or a whole history.',
  Customers: 'Create, change, find and erase customers, on whose timelines events are.',
  Timeline: 'Read what happened to a customer: events, counts, an export, and the context of a ticket.',
  'Event types': 'Say how events are displayed, by their type.',
  'Embed sessions': 'Let a page in a help desk read one customer for a while.',
  'Embedded page': 'What that page reads, with the token of its session.',
  Audit: 'Read who did what.',
  Authentication: 'Ask what a key is good for.',
  Operations: 'For load balancers and Prometheus; they need no key.',
};

/** The OpenAPI document of this service; `docs/openapi.json` is its committed copy. */
export function apiDocument(app: INestApplication): OpenAPIObject {
  const handlers = handlersOf(app);
  return openApiDocument(app, COMMON_FAILURES, TAGS, (controller, method) => {
    const handler = handlers.find(({ controller: { name }, name: own }) => name === controller && own === method);
    return handler?.needs === 'any key' ? undefined : handler?.needs;
  });
}

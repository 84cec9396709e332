import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { errorDefinitions } from '../../libs/kernel/domain-error.ts';
import { STATUS_OF_KIND } from '../platform/http/errors/status-of-kind.ts';
import './app.module.ts';
import './api-document.ts';

describe('the errors of the API', () => {
  const definitions = errorDefinitions();

  /** Clients branch on the codes: none may go, and none may get another status. */
  it('have the published codes, each with its status', () => {
    const statuses = Object.fromEntries(definitions.map(({ code, kind }) => [code, STATUS_OF_KIND[kind]]));
    expect(statuses).toMatchObject({
      VALIDATION_ERROR: 400,
      AUTH_API_KEY_MISSING: 401,
      AUTH_API_KEY_INVALID: 401,
      AUTH_API_KEY_EXPIRED: 401,
      AUTH_API_KEY_FORBIDDEN: 403,
      EMBED_APP_UNKNOWN: 403,
      EMBED_WRONG_APP: 403,
      CUSTOMER_NOT_FOUND: 404,
      NOT_FOUND: 404,
      METHOD_NOT_ALLOWED: 405,
      REQUEST_TIMEOUT: 408,
      CUSTOMER_EMAIL_EXISTS: 409,
      EVENT_ID_CONFLICT: 409,
      EVENT_ERASED: 410,
      PAYLOAD_TOO_LARGE: 413,
      UNSUPPORTED_MEDIA_TYPE: 415,
      TOO_MANY_REQUESTS: 429,
      INTERNAL_ERROR: 500,
      SERVICE_UNAVAILABLE: 503,
    });
  });

  it('have a status of their own for each kind', () => {
    const statuses = Object.values(STATUS_OF_KIND);
    expect(new Set(statuses).size).toBe(statuses.length);
    for (const status of statuses) expect(status).toBeGreaterThanOrEqual(400);
  });

  it.each(definitions.map((definition) => [definition.example().message, definition] as const))(
    'have an example that is what its definition says: %s',
    (_, { kind, code, example }) => {
      expect(example()).toMatchObject({ kind, code, message: expect.stringMatching(/^[A-Z].*[^.]$/) });
    },
  );

  it('are all named in the committed OpenAPI document', () => {
    const { components } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
      components: { schemas: { ErrorCode: { enum: string[] } } };
    };
    expect(components.schemas.ErrorCode.enum).toEqual([...new Set(definitions.map(({ code }) => code))].sort());
  });
});

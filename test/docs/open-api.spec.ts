import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Express } from 'express';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Response } from 'supertest';
import { TicketContextRequest } from '../../src/customer-events/http/ticket-context.request.ts';
import {
  TimelineExportRequest,
  TimelineFilterRequest,
  TimelineRequest,
} from '../../src/customer-events/http/timeline.request.ts';
import { DisplayRequest } from '../../src/customer-events/http/display.param.ts';
import { apiDocument } from '../../src/app/api-document.ts';
import { knownFields } from '../../src/platform/input/field-reader.ts';
import { API, startTestService, type TestService } from '../support/test-service.ts';

interface SchemaParts {
  readonly properties?: object;
  readonly oneOf?: readonly object[];
  readonly enum?: readonly string[];
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

describe('the OpenAPI document', () => {
  let service: TestService;
  let document: OpenAPIObject;

  beforeAll(async () => {
    service = await startTestService({ RATE_LIMITS: '1000/1' });
    document = apiDocument(service.app);
  });
  afterAll(() => service.close());

  it('is the committed one (npm run openapi writes it)', () => {
    expect(JSON.parse(readFileSync('docs/openapi.json', 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('has every route but the pages for browsers, and no other', () => {
    const app = service.app.getHttpAdapter().getInstance() as Express;
    const layers = app.router.stack as unknown as { route?: { path: string; methods: Record<string, boolean> } }[];
    const routes = layers
      .flatMap(({ route }) =>
        route === undefined ? [] : Object.keys(route.methods).map((method) => `${method} ${route.path}`),
      )
      .map((route) => route.replace(/:(\w+)/g, '{$1}'))
      .filter((route) => !/ (\/docs.*|\/|\/embed\/(timeline|assets\/\{name\}))$/.test(route));
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(routes.sort());
  });

  it('wants the key on every route of the API, and names its failures', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      if (!path.startsWith(API)) continue;
      for (const operation of Object.values(methods) as { security: unknown; responses: object; summary?: string }[]) {
        expect(operation.security).toEqual([{ apiKey: [] }]);
        expect(operation.summary).toEqual(expect.any(String));
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['400', '401', '403', '500', '503']));
      }
    }
  });

  it('has every parameter of a query string', () => {
    const queryOf = (path: string) =>
      ((document.paths[API + path]?.get as unknown as { parameters: { in: string; name: string }[] }).parameters ?? [])
        .filter((parameter) => parameter.in === 'query')
        .map(({ name }) => name)
        .sort();
    expect(queryOf('/customers/{externalId}/events')).toEqual([...knownFields(TimelineRequest)].sort());
    expect(queryOf('/customers/{externalId}/events/summary')).toEqual([...knownFields(TimelineFilterRequest)].sort());
    expect(queryOf('/customers/{externalId}/events/export')).toEqual([...knownFields(TimelineExportRequest)].sort());
    expect(queryOf('/customers/{externalId}/events/{id}')).toEqual(knownFields(DisplayRequest));
    expect(queryOf('/customers/{externalId}/context')).toEqual([...knownFields(TicketContextRequest)].sort());
  });

  it('describes the lines of an export', async () => {
    await service
      .post('/customer-events', { customerExternalId: 'user_42', type: 'a', eventId: 'exported' })
      .expect(201);
    const response = await service.get('/customers/user_42/events/export').expect(200);
    const operation = document.paths[`${API}/customers/{externalId}/events/export`]?.get as unknown as Operation;
    const schema = operation.responses['200']?.content?.['application/x-ndjson']?.schema;
    for (const line of response.text.trimEnd().split('\n'))
      expect(problems(schema as object, JSON.parse(line))).toEqual([]);
  });

  it('has a generated client name its methods as one would write them', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      (Object.values(path) as { operationId: string }[]).map(({ operationId }) => operationId),
    );
    expect(ids).toEqual(expect.arrayContaining(['recordEvent', 'recordEvents', 'listEvents', 'getTicketContext']));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
  });

  it('has no object without properties, which is what a type that TypeScript does not keep becomes', () => {
    const bare = (node: unknown, path: string): string[] => {
      if (typeof node !== 'object' || node === null) return [];
      const { type, properties, additionalProperties, allOf } = node as Record<string, unknown>;
      const isBare = type === 'object' && [properties, additionalProperties, allOf].every((one) => one === undefined);
      const inside = Object.entries(node).flatMap(([key, value]) => bare(value, `${path}/${key}`));
      return isBare ? [path, ...inside] : inside;
    };
    expect(bare(document.components?.schemas, '')).toEqual([]);
  });

  it('has types of the client made from it (npm run openapi writes them)', () => {
    expect(() => execFileSync(process.execPath, ['scripts/openapi-types.js', '--check'])).not.toThrow();
  });

  it('has no schema that says nothing', () => {
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
      const { properties = {}, oneOf = [], enum: values = [] } = schema as SchemaParts;
      const parts = Object.keys(properties).length + oneOf.length + values.length;
      expect([name, parts > 0]).toEqual([name, true]);
    }
  });

  describe('describes real responses', () => {
    const event = { customerExternalId: 'user_42', type: 'order.placed', payload: { total: 99.9 }, eventId: 'e-1' };

    it.each<[string, string, () => Promise<Response>, number]>([
      ['post', '/customer-events', () => post('/customer-events', event), 201],
      ['post', '/customer-events', () => post('/customer-events', event), 200],
      ['post', '/customer-events', () => post('/customer-events', { ...event, type: 'other' }), 409],
      ['post', '/customer-events', () => post('/customer-events', { ...event, customerExternalId: 'nobody' }), 404],
      ['post', '/customer-events', () => post('/customer-events', { ...event, occuredAt: 1 }), 400],
      [
        'post',
        '/customer-events',
        () => post('/customer-events', { ...event, payload: { a: 'x'.repeat(70_000) } }),
        413,
      ],
      [
        'post',
        '/customer-events',
        () => service.post('/customer-events', 'a=1', { 'Content-Type': 'text/plain' }),
        415,
      ],
      ['post', '/customer-events', () => post('/customer-events', event, { 'X-API-Key': 'none' }), 401],
      [
        'post',
        '/customer-events/batch',
        () => post('/customer-events/batch', { events: [{ ...event, eventId: 'e-2' }] }),
        201,
      ],
      ['post', '/customer-events/batch', () => post('/customer-events/batch', { events: [event, { type: 'x' }] }), 207],
      ['post', '/customer-events/batch', () => post('/customer-events/batch', {}), 400],
      [
        'post',
        '/customer-events/import',
        () => importLines(`${JSON.stringify({ ...event, eventId: 'e-3' })}\n{"typ":"x"}\n[]`),
        200,
      ],
      ['post', '/customer-events/import', () => importLines('{}', { 'Content-Type': 'application/json' }), 415],
      ['post', '/customer-events/import', () => importLines('{}', { 'Content-Encoding': 'gzip' }), 400],
      [
        'patch',
        '/customers/{externalId}',
        () => service.patch('/customers/new', { email: 'new@example.com', name: 'New' }),
        201,
      ],
      [
        'patch',
        '/customers/{externalId}',
        () => service.patch('/customers/new', { phone: '1', metadata: { a: 1 } }),
        200,
      ],
      [
        'patch',
        '/customers/{externalId}',
        () => service.patch('/customers/new', { email: 'user_42@example.com' }),
        409,
      ],
      ['get', '/customers/{externalId}', () => service.get('/customers/new'), 200],
      ['get', '/customers/{externalId}/events', () => service.get('/customers/user_42/events?limit=1'), 200],
      ['get', '/customers/{externalId}/events', () => service.get('/customers/user_42/events?limit=x'), 400],
      ['get', '/customers/{externalId}/events/summary', () => service.get('/customers/user_42/events/summary'), 200],
      ['get', '/customers/{externalId}/events/summary', () => service.get('/customers/new/events/summary'), 200],
      ['get', '/customers/{externalId}/events/summary', () => service.get('/customers/nobody/events/summary'), 404],
      [
        'get',
        '/customers/{externalId}/events/{id}',
        async () => service.get(`/customers/user_42/events/${await anId()}`),
        200,
      ],
      ['get', '/customers/{externalId}/events/{id}', () => service.get('/customers/user_42/events/x'), 404],
      ['get', '/customers/{externalId}/context', () => service.get('/customers/user_42/context'), 200],
      ['get', '/customers/{externalId}/context', () => service.get('/customers/user_42/context?window=x'), 400],
      [
        'delete',
        '/customers/{externalId}/events/{id}',
        async () => service.delete(`/customers/user_42/events/${await anId()}`),
        200,
      ],
      ['post', '/customer-events', () => post('/customer-events', { ...event, eventId: 'e-erased' }), 410],
      ['delete', '/customers/{externalId}', () => service.delete('/customers/new'), 200],
      ['delete', '/customers/{externalId}', () => service.delete('/customers/new'), 404],
      ['get', '/auth/whoami', () => service.get('/auth/whoami'), 200],
    ])('%s %s', async (method, path, send, status) => {
      const response = await send();
      expect(response.status).toBe(status);
      const operation = (document.paths[API + path] as unknown as Record<string, Operation>)[method] as Operation;
      const schema = operation.responses[status]?.content?.['application/json']?.schema;
      expect(problems(schema as object, response.body)).toEqual([]);
      expect(response.headers['x-request-id']).toEqual(expect.any(String));
    });

    const anId = async (): Promise<string> => {
      const response = await post('/customer-events', { ...event, eventId: 'e-erased' });
      return response.body.data.id;
    };

    const post = (path: string, body: object, headers = {}): Promise<Response> =>
      service.post(path, body, headers) as unknown as Promise<Response>;
    const importLines = (lines: string, headers = {}): Promise<Response> =>
      service
        .post('/customer-events/import', lines, { 'Content-Type': 'application/x-ndjson', ...headers })
        .serialize((body: unknown) => body as string) as unknown as Promise<Response>;
  });

  /** OpenAPI 3.0 says `nullable` where JSON Schema has a type "null"; nothing undocumented may be there. */
  function problems(schema: object, value: unknown): unknown[] {
    const ajv = new Ajv({ strict: false, allErrors: true });
    (addFormats as unknown as (ajv: Ajv) => void)(ajv);
    const closed = JSON.parse(JSON.stringify({ ...schema, components: document.components }), (_key, node: unknown) => {
      if (typeof node !== 'object' || node === null || !('properties' in node) || 'additionalProperties' in node)
        return node;
      return { ...node, additionalProperties: false };
    }) as object;
    const { components, ...root } = closed as { components: object };
    const validate = ajv.compile({ ...root, components });
    validate(value);
    return (validate.errors ?? []).filter(
      ({ params }) => (params as { additionalProperty?: string }).additionalProperty !== 'components',
    );
  }
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Response } from 'supertest';
import { TicketContextRequest } from '../../src/customer-events/http/ticket-context.request.ts';
import {
  TimelineExportRequest,
  TimelineFilterRequest,
  TimelineRequest,
} from '../../src/customer-events/http/timeline.request.ts';
import { DisplayRequest } from '../../src/customer-events/http/display.param.ts';
import { routesOf } from '../e2e/helpers/routes.ts';
import { apiDocument } from '../../src/app/api-document.ts';
import { knownFields } from '../../src/platform/input/field-reader.ts';
import { OpenApiSchemas } from '../support/open-api-schemas.ts';
import { API, startTestService, type TestService } from '../support/test-service.ts';

interface SchemaParts {
  readonly properties?: object;
  readonly oneOf?: readonly object[];
  readonly enum?: readonly string[];
}

describe('the OpenAPI document', () => {
  let service: TestService;
  let document: OpenAPIObject;
  let schemas: OpenApiSchemas;

  beforeAll(async () => {
    service = await startTestService({ RATE_LIMITS: '1000/1' });
    document = apiDocument(service.app);
    schemas = new OpenApiSchemas(document);
  });
  afterAll(() => service.close());

  it('is the committed one (npm run openapi writes it)', () => {
    expect(JSON.parse(readFileSync('docs/openapi.json', 'utf8'))).toEqual(JSON.parse(JSON.stringify(document)));
  });

  it('has every route but the pages for browsers, and no other', () => {
    const routes = routesOf(service.app)
      .map(({ method, path }) => `${method} ${path}`)
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

  it('is compared with responses so that what it does not describe is found', async () => {
    const { body } = (await service.get('/auth/whoami').expect(200)) as { body: { data: object } };
    const problems = (data: object) =>
      schemas.problems(schemas.operationAt('get', `${API}/auth/whoami`), 200, 'application/json', { ...body, data });
    expect(problems(body.data)).toEqual([]);
    expect(problems({ ...body.data, more: 1 })).not.toEqual([]);
    expect(problems({ ...body.data, slug: null })).not.toEqual([]);
  });

  it('describes the lines of an export', async () => {
    await service
      .post('/customer-events', { customerExternalId: 'user_42', type: 'a', eventId: 'exported' })
      .expect(201);
    const response = await service.get('/customers/user_42/events/export').expect(200);
    const operation = schemas.operationAt('get', `${API}/customers/{externalId}/events/export`);
    for (const line of response.text.trimEnd().split('\n'))
      expect(schemas.problems(operation, 200, 'application/x-ndjson', JSON.parse(line))).toEqual([]);
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
    const { stdout, stderr } = spawnSync(process.execPath, ['scripts/openapi-types.js', '--check'], {
      encoding: 'utf8',
    });
    expect(stdout + stderr).toBe('');
  });

  it('passes the rules of Redocly and Spectral, without a warning (npm run openapi:lint)', () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['scripts/lint-openapi.js'], { encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
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
      const operation = schemas.operationAt(method, API + path);
      expect(schemas.problems(operation, status, 'application/json', response.body)).toEqual([]);
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
});

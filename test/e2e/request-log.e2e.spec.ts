import { readFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { until } from '../support/child.ts';
import { API, startServiceOn, startTestService, type TestService } from '../support/test-service.ts';
import { rawResponses, rawResponse, rawRequest } from './helpers/raw-http.ts';

const EVENT = { customerExternalId: 'user_42', type: 'order.placed', payload: { secret: 'kitten' } };
const { version: VERSION } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const TRACE = '0af7651916cd43dd8448eb211c80319c';

describe('the log', () => {
  let service: TestService;
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };

  beforeAll(async () => {
    service = await startTestService({ LOG_LEVEL: 'info', TRUST_PROXY_HOPS: '1' }, destination);
  });
  afterAll(() => service.close());
  beforeEach(() => void lines.splice(0));

  /** The line of the one request that was sent, when it is there. */
  const line = async (): Promise<Record<string, unknown>> => {
    await until(() => lines.length > 0);
    expect(lines).toHaveLength(1);
    return JSON.parse(lines[0] as string) as Record<string, unknown>;
  };

  it('has one line per request, with what an operator asks for', async () => {
    const response = await service.post('/customer-events', EVENT, {
      'X-Request-Id': 'r-1',
      traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
    });
    expect(response.status).toBe(201);
    const bytes = Buffer.byteLength(JSON.stringify(EVENT));
    expect(await line()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      instance: expect.stringMatching(/^[a-z0-9]{8}$/),
      version: VERSION,
      id: 'r-1',
      method: 'POST',
      route: `${API}/customer-events`,
      status: 201,
      durationMs: expect.any(Number),
      app: 'acme',
      key: service.key.slice(0, (JSON.parse(lines[0] as string) as { key: string }).key.length),
      requestBytes: bytes,
      responseBytes: expect.any(Number),
      ip: expect.stringMatching(/127\.0\.0\.1$/),
      traceId: TRACE,
      msg: 'request',
    });
    const { key, responseBytes } = JSON.parse(lines[0] as string) as { key: string; responseBytes: number };
    expect(key.length).toBeLessThan(24);
    expect(responseBytes).toBeGreaterThan(response.text.length);
    expect(responseBytes).toBeLessThan(response.text.length + 2_000);
  });

  it('names routes, not paths: no external id, no query, no payload, no key', async () => {
    await service.get('/customers/user_42/events?limit=7');
    expect(await line()).toMatchObject({ route: `${API}/customers/:externalId/events`, status: 200, app: 'acme' });
    expect(lines.join()).not.toMatch(/user_42|limit|kitten/);
    expect(lines.join()).not.toContain(service.key);
  });

  it.each([
    ['a refused body', () => service.post('/customer-events', '{"kitten":'), { status: 400, code: 'VALIDATION_ERROR' }],
    ['an unknown customer', () => service.get('/customers/kitten'), { status: 404, code: 'CUSTOMER_NOT_FOUND' }],
    [
      'a wrong key',
      () => service.get('/auth/whoami', { 'X-API-Key': 'sk_live_agent_kitten' }),
      { status: 401, code: 'AUTH_API_KEY_INVALID' },
    ],
    [
      'no route',
      () => request(service.server).get('/kitten?kitten=1'),
      { status: 404, code: 'NOT_FOUND', route: 'none' },
    ],
    [
      'a wrong method',
      () => service.get('/customer-events'),
      { status: 405, code: 'METHOD_NOT_ALLOWED', route: 'none' },
    ],
  ])('%s is no error of ours', async (_, send, expected) => {
    await send();
    expect(await line()).toMatchObject({ level: 'info', ...expected });
    expect(lines.join()).not.toContain('kitten');
  });

  it('names the fields that were wrong in an event, and not what a client has called a field', async () => {
    await service.post('/customer-events', { ...EVENT, type: 'NO', payload: [], kitten: 1, k2: 2 }).expect(400);
    const told = await line();
    expect(told).toMatchObject({ code: 'VALIDATION_ERROR', app: 'acme' });
    expect(new Set(told.fields as string[])).toEqual(new Set(['type', 'payload', '(unknown field)']));
    lines.splice(0);
    await service.get('/customers/user_42/events?limit=x&kitten=1').expect(400);
    expect(new Set((await line()).fields as string[])).toEqual(new Set(['limit', '(unknown field)']));
    expect(lines.join()).not.toContain('kitten');
  });

  it('has no fields where none was wrong', async () => {
    await service.post('/customer-events', { ...EVENT, customerExternalId: 'nobody' }).expect(404);
    expect(await line()).not.toHaveProperty('fields');
  });

  it('names the fields in which a repeated event differs, and a payload that is too large', async () => {
    await service.post('/customer-events', { ...EVENT, eventId: 'l-1' }).expect(201);
    await service.post('/customer-events', { ...EVENT, eventId: 'l-1', type: 'other' }).expect(409);
    await service.post('/customer-events', { ...EVENT, payload: { a: 'x'.repeat(70_000) } }).expect(413);
    await until(() => lines.length === 3);
    expect(lines.map((text) => (JSON.parse(text) as { fields?: string[] }).fields)).toEqual([
      undefined,
      ['type'],
      ['payload'],
    ]);
  });

  it("tells what became of a batch's events, with codes and fields, and no value", async () => {
    const events = [
      { ...EVENT, eventId: 'b-1' },
      { ...EVENT, eventId: 'b-1' },
      EVENT,
      { ...EVENT, type: 'NO kitten' },
      { ...EVENT, occurredAt: 'kitten', kitten: 'kitten' },
      { ...EVENT, customerExternalId: 'kitten' },
      { ...EVENT, payload: { kitten: 'x'.repeat(70_000) } },
      'kitten',
    ];
    await service.post('/customer-events/batch', { events }).expect(207);
    const told = await line();
    expect(told).toMatchObject({
      route: `${API}/customer-events/batch`,
      status: 207,
      created: 2,
      replayed: 1,
      rejected: 5,
      codes: { VALIDATION_ERROR: 3, CUSTOMER_NOT_FOUND: 1, PAYLOAD_TOO_LARGE: 1 },
    });
    expect(new Set(told.fields as string[])).toEqual(
      new Set(['type', 'occurredAt', '(unknown field)', 'payload', 'event']),
    );
    expect(lines.join()).not.toContain('kitten');
  });

  it('has counts alone where a batch has no rejected event', async () => {
    await service.post('/customer-events/batch', { events: [EVENT, EVENT] }).expect(201);
    const told = await line();
    expect(told).toMatchObject({ created: 2, replayed: 0, rejected: 0 });
    expect(told).not.toHaveProperty('codes');
    expect(told).not.toHaveProperty('fields');
  });

  it('names what was wrong with a batch that was refused as a whole', async () => {
    await service.post('/customer-events/batch', { events: [] }).expect(400);
    const told = await line();
    expect(told).toMatchObject({ code: 'VALIDATION_ERROR', fields: ['events'] });
    expect(told).not.toHaveProperty('created');
  });

  it('tells what became of a batch whose client went away meanwhile', async () => {
    const locker = await service.database.session();
    await locker.query('BEGIN');
    await locker.query('LOCK TABLE customer_events IN EXCLUSIVE MODE');
    const { port } = service.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    const body = JSON.stringify({ events: [EVENT, { ...EVENT, type: 'NO' }] });
    const headers = [`X-API-Key: ${service.key}`, 'Content-Type: application/json', `Content-Length: ${body.length}`];
    socket.write(rawRequest(`POST ${API}/customer-events/batch HTTP/1.1`, headers, body));
    await service.database.untilWaiting(1);
    socket.destroy();
    await until(() => lines.length === 1);
    await locker.query('ROLLBACK');
    await locker.end();
    await until(() => lines.length === 2);
    const [gone, recorded] = lines.map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(gone).toMatchObject({ status: 499, app: 'acme' });
    expect(recorded).toMatchObject({
      ...{ level: 'info', msg: 'a batch was recorded, and the client had gone away', id: gone?.id, app: 'acme' },
      ...{ created: 1, replayed: 0, rejected: 1 },
    });
  });

  describe('of an import', () => {
    const NDJSON = { 'Content-Type': 'application/x-ndjson' };
    const wrong = '{"customerExternalId":"user_42","type":"NO kitten","kitten":"kitten"}';
    const good = (eventId: string): string => JSON.stringify({ ...EVENT, eventId });

    it('tells what became of its lines, of each of them, with codes and fields, and no value', async () => {
      const rejected = [...Array.from({ length: 150 }, () => wrong), JSON.stringify({ ...EVENT, payload: 1 })];
      const body = [good('i-1'), good('i-1'), good('i-2'), ...rejected].join('\n');
      await service.post('/customer-events/import', body, NDJSON).expect(200);
      const told = await line();
      expect(told).toMatchObject({
        status: 200,
        created: 2,
        replayed: 1,
        rejected: 151,
        codes: { VALIDATION_ERROR: 151 },
      });
      expect(new Set(told.fields as string[])).toEqual(new Set(['type', '(unknown field)', 'payload']));
      expect(lines.join()).not.toContain('kitten');
    });

    it('tells how far it came, where it broke off', async () => {
      const chunk = Array.from({ length: 2_500 }, (_, n) => good(`h-${n}`)).join('\n');
      const compressed = gzipSync(chunk);
      const broken = Buffer.concat([compressed.subarray(0, compressed.length - 9), Buffer.from('kitten')]);
      const { port } = service.server.address() as AddressInfo;
      const response = await fetch(`http://127.0.0.1:${port}${API}/customer-events/import`, {
        method: 'POST',
        headers: { ...NDJSON, 'Content-Encoding': 'gzip', 'X-API-Key': service.key },
        body: broken,
      });
      expect(response.status).toBe(400);
      await until(() => lines.length === 2);
      const [brokeOff, told] = lines.map((text) => JSON.parse(text) as Record<string, unknown>);
      const { created } = told as { created: number };
      expect(created).toBeGreaterThan(0);
      expect(brokeOff).toMatchObject({ level: 'warn', msg: 'an import broke off', id: told?.id, app: 'acme', created });
      expect(told).toMatchObject({ status: 400, code: 'VALIDATION_ERROR', fields: ['body'], replayed: 0, rejected: 0 });
    });
  });

  describe('of a key that is refused', () => {
    const whoami = async (key: string): Promise<Record<string, unknown>> => {
      lines.splice(0);
      await service.get('/auth/whoami', { 'X-API-Key': key });
      return line();
    };
    const secretOf = (key: string): string => key.slice(-48);

    it.each<[string, () => Promise<string>, object]>([
      [
        'revoked',
        async () => {
          const { id, secret } = await service.createKey({});
          await service.revokeKey(id);
          return secret;
        },
        { status: 401, code: 'AUTH_API_KEY_INVALID', app: 'acme' },
      ],
      [
        'expired',
        async () => {
          const { secret } = await service.createKey({ app: 'other', expiresAt: Date.now() + 300 });
          await new Promise((expired) => setTimeout(expired, 400));
          return secret;
        },
        { status: 401, code: 'AUTH_API_KEY_EXPIRED', app: 'other' },
      ],
      [
        'public',
        async () => (await service.createKey({ type: 'public' })).secret,
        { status: 403, code: 'AUTH_API_KEY_FORBIDDEN', app: 'acme' },
      ],
    ])('has its prefix, its app and why: %s', async (reason, create, expected) => {
      const key = await create();
      const told = await whoami(key);
      expect(told).toMatchObject({ ...expected, key: key.slice(0, -44), keyRefused: reason });
      expect(lines.join()).not.toContain(secretOf(key).slice(0, 5));
    });

    it('has its prefix and "unknown", and no app, each time it comes', async () => {
      const key = `sk_live_agent_Ab3d${'x'.repeat(44)}`;
      for (const told of [await whoami(key), await whoami(key)]) {
        expect(told).toMatchObject({ status: 401, code: 'AUTH_API_KEY_INVALID', key: 'sk_live_agent_Ab3d' });
        expect(told).toHaveProperty('keyRefused', 'unknown');
        expect(told).not.toHaveProperty('app');
      }
    });

    it('has nothing of what has not the form of a key', async () => {
      for (const sent of [`sk_live_agent_${'x'.repeat(47)}`, 'a password', `${service.key}0`]) {
        const told = await whoami(sent);
        expect(told).toMatchObject({ status: 401, keyRefused: 'malformed' });
        expect(told).not.toHaveProperty('key');
        expect(lines.join()).not.toMatch(/sk_live|password/);
      }
    });

    it('is not told to its sender: the response is the same for unknown, revoked and malformed keys', async () => {
      const { id, secret } = await service.createKey({});
      await service.revokeKey(id);
      const bodies = await Promise.all(
        [secret, `sk_live_agent_${'x'.repeat(48)}`, 'kitten'].map(async (key) => {
          const { body } = (await service.get('/auth/whoami', { 'X-API-Key': key })) as { body: { timestamp: string } };
          return { ...body, timestamp: '' };
        }),
      );
      expect(bodies[1]).toEqual(bodies[0]);
      expect(bodies[2]).toEqual(bodies[0]);
      expect(bodies[0]).not.toHaveProperty('details');
    });
  });

  it('cannot be forged by a header', async () => {
    const forged = '{"level":"error","msg":"forged"}';
    const headers = [
      `X-Request-Id: ${forged}`,
      `User-Agent: a\\n${forged}`,
      `X-API-Key: ${forged}`,
      `traceparent: 00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `X-Forwarded-For: ${forged}`,
      `Referer: ${forged}`,
    ];
    await rawResponse(
      service.server,
      rawRequest(`GET ${API}/auth/whoami?${encodeURIComponent(forged)} HTTP/1.1`, headers).replace(
        'Host: localhost',
        'Host: forged',
      ),
    );
    const told = await line();
    expect(told).toMatchObject({ level: 'info', status: 401 });
    expect(lines.join()).not.toContain('forged');
    expect(told).not.toHaveProperty('traceId');
  });

  it('believes as many proxies as are set, and no more', async () => {
    await service.get('/auth/whoami', { 'X-Forwarded-For': '198.51.100.9, 203.0.113.7' });
    expect(await line()).toMatchObject({ ip: '203.0.113.7' });
  });

  it('tells of what never became a request', async () => {
    await rawResponse(service.server, 'kitten\r\n\r\n');
    expect(await line()).toMatchObject({ level: 'info', msg: 'not a request', code: 'VALIDATION_ERROR' });
  });

  it('is not flooded by what never becomes a request', async () => {
    await Promise.all(Array.from({ length: 60 }, () => rawResponse(service.server, 'kitten\r\n\r\n')));
    expect(lines.length).toBeLessThan(60);
    expect(lines.length).toBeGreaterThan(0);
  });

  it('names requests whose client went away before the response', async () => {
    const { port } = service.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.write(
      rawRequest(
        `POST ${API}/customer-events HTTP/1.1`,
        [`X-API-Key: ${service.key}`, 'Content-Type: application/json', 'Content-Length: 100'],
        '{"type"',
      ),
    );
    // The next request on another connection is answered after the first one has begun.
    await rawResponses(service.server, rawRequest('GET /health/live HTTP/1.1'));
    socket.destroy();
    await until(() => lines.length === 2);
    expect(JSON.parse(lines[1] as string)).toMatchObject({
      level: 'info',
      status: 499,
      msg: 'request, and the client went away',
      requestBytes: 100,
    });
  });

  it('says nothing below its level', async () => {
    const quiet = await startServiceOn(service.database, { LOG_LEVEL: 'warn' }, destination);
    try {
      lines.splice(0);
      await request(quiet.server).get('/health/live').expect(200);
      await service.get('/auth/whoami').expect(200);
      await line();
    } finally {
      await quiet.close();
    }
  });

  it('tells of a fault of ours without SQL, its parameters or values', async () => {
    await service.database.query('ALTER TABLE customers RENAME TO customers_gone');
    try {
      expect((await service.get('/customers/kitten_1')).status).toBe(500);
      await until(() => lines.length === 2);
      expect(lines.map((text) => (JSON.parse(text) as { level: string }).level)).toEqual(['error', 'error']);
      expect(lines.join()).toContain('42P01');
      expect(lines.join()).not.toMatch(/SELECT|FROM customers|kitten|\$1/);
      const [unexpected, told] = lines.map((text) => JSON.parse(text) as { id: string });
      expect(unexpected?.id).toBe(told?.id);
    } finally {
      await service.database.query('ALTER TABLE customers_gone RENAME TO customers');
    }
  });
});

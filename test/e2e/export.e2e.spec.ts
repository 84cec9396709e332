import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { oneLine } from '../../libs/ndjson/one-line.ts';
import { SECURITY_HEADERS } from '../../src/platform/http/response/security-headers.ts';
import { API, startTestService, type TestService } from '../support/test-service.ts';
import { until } from '../support/child.ts';
import { expectFailure } from './helpers/answers.ts';
import { EXACT_OBJECTS } from './helpers/exact-json.ts';

const MANY = 20_000;

describe('GET /customers/:externalId/events/export', () => {
  let service: TestService;
  const logged: string[] = [];

  const exportOf = (externalId: string) => service.get(`/customers/${externalId}/events/export`);
  const create = (externalId: string) =>
    service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'x' }).expect(201);
  const idOf = async (externalId: string): Promise<string> =>
    (await service.get(`/customers/${externalId}`)).body.data.id;

  /** Many rows at once, as an import of long ago would have left them. */
  const fill = async (externalId: string, count: number, payload = `'{"n":' || g || '}'`): Promise<void> => {
    await service.database.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
       SELECT $1, timestamptz '2020-01-01' + (g / 3) * interval '1 microsecond', 'c' || lpad(to_hex(g), 24, '0'), 'a', (${payload})::json, now()
       FROM generate_series(1, $2::int) AS g`,
      [await idOf(externalId), count],
    );
  };

  const rawRequest = (externalId: string): Socket => {
    const { port } = service.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      `GET ${API}/customers/${externalId}/events/export HTTP/1.1\r\nHost: x\r\nX-API-Key: ${service.key}\r\n\r\n`,
    );
    return socket;
  };
  /** When the service last asked for events, as PostgreSQL knows. */
  const lastStatement = async (): Promise<string | null> => {
    const [row] = await service.database.query<{ last: string | null }>(
      `SELECT max(query_start)::text AS last FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'customer-events' AND query LIKE '%customer_events%'`,
    );
    return row?.last ?? null;
  };
  const later = () => new Promise((resolve) => setTimeout(resolve, 250));
  const quiet = async (): Promise<boolean> => {
    const before = await lastStatement();
    await later();
    return (await lastStatement()) === before;
  };
  const openConnections = (): Promise<number> =>
    new Promise((resolve, reject) =>
      service.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    );

  beforeAll(async () => {
    service = await startTestService({ LOG_LEVEL: 'warn' }, { write: (line) => void logged.push(line) });
    await create('many');
    await fill('many', MANY);
  });
  afterAll(() => service.close());

  it('leaves no line end of Unicode within a line', async () => {
    await create('line-ends');
    const payload = { 'a\u2028': '\u2029\u0085', n: 1 };
    await service.post('/customer-events', { customerExternalId: 'line-ends', type: 'a', payload }).expect(201);
    const { text } = await exportOf('line-ends').expect(200);
    expect(text).toContain('"payload":{"a\\u2028":"\\u2029\\u0085","n":1}');
    expect(text.split(/[\n\r\u2028\u2029\u0085]/)).toHaveLength(2);
  });

  it('gives every event once, oldest first, one a line, as a page gives it', async () => {
    const response = await exportOf('many').buffer(true).expect(200);
    expect(response.headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
    expect(response.headers).toMatchObject({
      'x-request-id': expect.any(String),
      'transfer-encoding': 'chunked',
      ...Object.fromEntries(Object.entries(SECURITY_HEADERS).map(([name, value]) => [name.toLowerCase(), value])),
    });
    expect(response.headers).not.toHaveProperty('content-disposition');
    const lines = response.text.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(MANY);
    const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual([...ids].sort());
    const page = await service.get('/customers/many/events?order=asc&limit=3').expect(200);
    expect(lines.slice(0, 3).map((line) => JSON.parse(line) as object)).toEqual(page.body.data.events);
  });

  it('of a customer without events is empty; of an unknown customer it is a 404 in the envelope', async () => {
    await create('none');
    expect((await exportOf('none').expect(200)).text).toBe('');
    expectFailure(await exportOf('nobody'), 404, 'CUSTOMER_NOT_FOUND');
  });

  it('responds to HEAD without a body', async () => {
    const { default: request } = await import('supertest');
    const response = await request(service.server)
      .head(`${API}/customers/many/events/export`)
      .set('X-API-Key', service.key)
      .expect(200);
    expect(response.text).toBeUndefined();
    expect(response.headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'x-request-id': expect.any(String),
    });
  });

  it('keeps every payload, value for value, on one line', async () => {
    await create('exact');
    for (const [, payload] of EXACT_OBJECTS) {
      await service
        .post(
          '/customer-events',
          `{"customerExternalId":"exact","type":"a","occurredAt":"2026-01-01","payload":${payload}}`,
        )
        .expect(201);
    }
    const lines = (await exportOf('exact').expect(200)).text.split('\n').slice(0, -1);
    expect(lines.map((line) => /"payload":(.*),"occurredAt":/s.exec(line)?.[1])).toEqual(
      EXACT_OBJECTS.map(([, payload]) => oneLine(payload)),
    );
  });

  it('copes with events of very different sizes', async () => {
    await create('sizes');
    await fill('sizes', 1_500, `CASE WHEN g % 500 < 50 THEN '{"s":"' || repeat('x', 60000) || '"}' ELSE '{}' END`);
    const lines = (await exportOf('sizes').buffer(true).expect(200)).text.split('\n');
    expect(lines).toHaveLength(1_501);
  });

  it('asks the database for nothing while the client does not read, and ends when it goes away', async () => {
    await create('slow');
    // More than the buffers of two sockets hold.
    await fill('slow', 3_000, `'{"s":"' || repeat('x', 10000) || '"}'`);
    const socket = rawRequest('slow');
    await new Promise((first) => socket.once('data', first));
    socket.pause();
    await until(quiet);
    // Had it been read to its end, there would be nothing left to ask.
    const stopped = await lastStatement();
    socket.resume();
    await new Promise((more) => socket.once('data', more));
    await until(async () => (await lastStatement()) !== stopped);
    socket.destroy();
    await until(async () => (await openConnections()) === 0);
    await until(quiet);
    expect(
      await service.database.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'customer-events' AND state <> 'idle' AND datname = current_database()",
      ),
    ).toEqual([]);
    expect(logged).toEqual([]);
  });

  it('breaks off where the database fails on the way: a part never looks like all', async () => {
    await create('broken');
    await fill('broken', 3_000, `'{"s":"' || repeat('x', 10000) || '"}'`);
    const socket = rawRequest('broken');
    await new Promise((first) => socket.once('data', first));
    socket.pause();
    await service.database.query('ALTER TABLE customer_events RENAME TO customer_events_away');
    try {
      let tail = '';
      socket.on('data', (chunk: Buffer) => (tail = (tail + chunk.toString('latin1')).slice(-10)));
      socket.resume();
      await new Promise((closed) => socket.once('close', closed));
      expect(tail).not.toMatch(/0\r\n\r\n$/);
      expect(logged.map((line) => JSON.parse(line) as object)).toEqual([
        expect.objectContaining({ level: 'warn', message: 'a response was broken off', reason: 'DatabaseError' }),
      ]);
    } finally {
      await service.database.query('ALTER TABLE customer_events_away RENAME TO customer_events');
    }
    expect((await exportOf('many').buffer(true).expect(200)).text.split('\n')).toHaveLength(MANY + 1);
  });
});

import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { until } from '../support/child.ts';
import { line, manyLines, openImport } from '../support/history.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';

const NDJSON = { 'Content-Type': 'application/x-ndjson' };
const STATEMENT_TIMEOUT_MS = 1_000;

/** The body of a failure, out of what came over a raw socket. */
const failureIn = (received: string) =>
  JSON.parse(received.slice(received.indexOf('\r\n\r\n'))) as {
    code: string;
    message: string;
    details: Record<string, number>;
  };

describe('an import that breaks off', () => {
  let service: TestService;

  const importAll = async (lines: readonly string[]) => {
    const response = await service.post('/customer-events/import', lines.join('\n'), NDJSON).expect(200);
    return response.body.data as { lines: number; created: number; replayed: number; rejected: number };
  };
  const rowsWith = async (prefix: string): Promise<number> =>
    (await service.database.query(`SELECT 1 FROM customer_events WHERE event_id LIKE $1`, [`${prefix}-%`])).length;
  /** Holds up every write to the events until it is called. */
  const lockEvents = async (): Promise<() => Promise<void>> => {
    const client = new pg.Client({ connectionString: service.database.url });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE customer_events IN SHARE MODE');
    return () => client.end();
  };

  beforeAll(async () => {
    service = await startTestService({
      REQUEST_TIMEOUT_MS: '1500',
      DATABASE_STATEMENT_TIMEOUT_MS: String(STATEMENT_TIMEOUT_MS),
      IMPORT_RETRY_MS: '500',
    });
  });
  afterAll(() => service.close());

  it('as the client goes away, keeps what was committed; the same file again ends with every event once', async () => {
    const lines = manyLines(16_000, 'gone');
    const { socket, write } = await openImport(service);
    await write(`${lines.slice(0, 12_000).join('\n')}\n{"customerExternalId":"us`);
    await until(async () => (await rowsWith('gone')) >= 4_000);
    socket.destroy();
    const { created, replayed } = await importAll(lines);
    expect(created + replayed).toBe(16_000);
    expect(replayed).toBeGreaterThanOrEqual(4_000);
    expect(await rowsWith('gone')).toBe(16_000);
  });

  it('because the client stops sending, says so and how far it came', async () => {
    const { write, receives, socket } = await openImport(service);
    // What has not filled a chunk when the time is over is not written.
    await write(`${manyLines(4_050, 'silent').join('\n')}\n`);
    const received = await receives(/"timestamp"/);
    expect(received).toMatch(/^HTTP\/1.1 408 /);
    expect(failureIn(received)).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      details: { throughLine: 4_000, lines: 4_000, created: 4_000, replayed: 0, rejected: 0 },
    });
    expect(await rowsWith('silent')).toBe(4_000);
    // The rest of the body is not waited for without an end.
    await once(socket, 'close');
  });

  it('may take longer as a whole than other requests, as long as it goes on', async () => {
    const { write, end, receives } = await openImport(service);
    const began = Date.now();
    for (let part = 0; Date.now() - began < 2_500; part++) {
      await write(`${manyLines(10, `slow-${part}`).join('\n')}\n`);
      await setTimeout(250);
    }
    end();
    const received = await receives(/"timestamp"/);
    expect(received).toMatch(/^HTTP\/1.1 200 /);
    expect(await rowsWith('slow')).toBeGreaterThan(0);
  });

  it('does not lift the time limit of the requests after it on its connection, nor of others', async () => {
    const { socket, write, end, receives } = await openImport(service);
    await write(line());
    end();
    await receives(/"timestamp"/);
    socket.write(
      `POST /api/v1/customer-events HTTP/1.1\r\nHost: x\r\nX-API-Key: ${service.key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    );
    expect(await receives(/REQUEST_TIMEOUT/)).toMatch(/HTTP\/1.1 408 /);
  });

  it('because the database fails, responds with 503 and how far it came; the same file again ends with every event once', async () => {
    const lines = manyLines(12_000, 'fault');
    const { write, end, receives } = await openImport(service);
    await write(`${lines.slice(0, 4_000).join('\n')}\n`);
    await until(async () => (await rowsWith('fault')) === 4_000);
    const unlock = await lockEvents();
    await write(`${lines.slice(4_000).join('\n')}\n`);
    // Not ended: the response does not wait for the rest of the body.
    const received = await receives(/"timestamp"/);
    await unlock();
    expect(received).toMatch(/^HTTP\/1.1 503 /);
    expect(received).toMatch(/\r\nRetry-After: \d+\r\n/i);
    expect(failureIn(received)).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      details: { throughLine: 4_000, created: 4_000 },
    });
    end();
    expect(await importAll(lines)).toMatchObject({ lines: 12_000, rejected: 0 });
    expect(await rowsWith('fault')).toBe(12_000);
  });

  it('does not break off for a lock that is released in time: its chunk is tried again', async () => {
    const patient = withKey(
      await startServiceOn(service.database, { DATABASE_LOCK_TIMEOUT_MS: '200', IMPORT_RETRY_MS: '20000' }),
      service.key,
    );
    try {
      const unlock = await lockEvents();
      const importing = patient.post('/customer-events/import', manyLines(3_000, 'locked').join('\n'), NDJSON);
      const [response] = await Promise.all([importing, setTimeout(1_000).then(unlock)]);
      expect(response.status).toBe(200);
      expect(response.body.data).toMatchObject({ lines: 3_000, created: 3_000, replayed: 0, rejected: 0 });
      expect(await rowsWith('locked')).toBe(3_000);
    } finally {
      await patient.close();
    }
  });

  it('for a lock says that nothing after the last settled line is stored', async () => {
    const unlock = await lockEvents();
    const response = await service.post('/customer-events/import', manyLines(10, 'none').join('\n'), NDJSON);
    await unlock();
    expect(response.status).toBe(503);
    expect(response.body.message).toContain('All lines up to line 0 are settled; nothing after it is stored');
    expect(await rowsWith('none')).toBe(0);
  });

  it('because the service shuts down, responds with 503 and how far it came, and does not delay the shutdown', async () => {
    const instance = withKey(await startServiceOn(service.database, { SHUTDOWN_GRACE_MS: '20000' }), service.key);
    const lines = manyLines(12_000, 'stop');
    const { write, receives } = await openImport(instance);
    await write(`${lines.join('\n')}\n`);
    await until(async () => (await rowsWith('stop')) >= 4_000);
    const [received] = await Promise.all([receives(/"timestamp"/), instance.close()]);
    const { code, details } = failureIn(received);
    expect({ code, atLeastAChunk: Number(details.throughLine) >= 4_000 }).toEqual({
      code: 'SERVICE_UNAVAILABLE',
      atLeastAChunk: true,
    });
    expect(await rowsWith('stop')).toBe(details.created);
    expect(await importAll(lines)).toMatchObject({ lines: 12_000, replayed: details.created });
  });

  it('is not read faster than it is written', async () => {
    const unlock = await lockEvents();
    const { socket, write, receives } = await openImport(service);
    const megabyte = `${Array.from({ length: 4_000 }, () => line({ payload: { s: 'x'.repeat(150) } })).join('\n')}\n`;
    let accepted = 0;
    const writing = (async () => {
      for (; accepted < 200; accepted++) await write(megabyte);
    })();
    await Promise.race([receives(/"timestamp"/), writing]);
    // What the sockets of both sides hold, up to 4 and 32 MiB by Linux's defaults, and a few chunks; not the 200 MB.
    expect(accepted).toBeLessThan(64);
    await unlock();
    socket.destroy();
  });

  it('lets single events through meanwhile', async () => {
    const { write, end, receives } = await openImport(service);
    await write(`${manyLines(4_000, 'beside').join('\n')}\n`);
    await until(async () => (await rowsWith('beside')) > 0);
    for (let n = 0; n < 10; n++) {
      await write(`${manyLines(500, `beside-${n}`).join('\n')}\n`);
      await service.post('/customer-events', line({ eventId: `single-${n}` })).expect(201);
    }
    end();
    expect(await receives(/"timestamp"/)).toContain('"created":9000,');
  });

  it('takes turns with others at the same time', async () => {
    const all = await Promise.all(['one', 'two', 'three'].map((name) => importAll(manyLines(3_000, `turn-${name}`))));
    for (const { created } of all) expect(created).toBe(3_000);
  });

  it('to two instances at once with the same eventIds ends with every event once', async () => {
    const other = withKey(await startServiceOn(service.database), service.key);
    try {
      const body = manyLines(4_000, 'both').join('\n');
      const answers = await Promise.all(
        [service, other].map((instance) => instance.post('/customer-events/import', body, NDJSON).expect(200)),
      );
      const [a, b] = answers.map(
        ({ body: { data } }) => data as { created: number; replayed: number; rejected: number },
      );
      expect([
        (a?.created ?? 0) + (b?.created ?? 0),
        (a?.replayed ?? 0) + (b?.replayed ?? 0),
        a?.rejected,
        b?.rejected,
      ]).toEqual([4_000, 4_000, 0, 0]);
      expect(await rowsWith('both')).toBe(4_000);
    } finally {
      await other.close();
    }
  });
});

import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../support/child.ts';
import { manyLines, openImport } from '../support/history.ts';
import { API, startTestService, type TestService } from '../support/test-service.ts';

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly details: Record<string, number>;
}

const failureIn = (received: string): Failure => JSON.parse(received.slice(received.indexOf('\r\n\r\n'))) as Failure;

describe('a key that is revoked during a request', () => {
  let service: TestService;
  const logged: string[] = [];

  const rowsWith = async (prefix: string): Promise<number> =>
    (await service.database.query(`SELECT 1 FROM customer_events WHERE event_id LIKE $1`, [`${prefix}-%`])).length;

  beforeAll(async () => {
    service = await startTestService({ LOG_LEVEL: 'info' }, { write: (line) => void logged.push(line) });
  });
  afterAll(() => service.close());

  it('ends an import with 401 and throughLine before the next chunk', async () => {
    const { id, secret } = await service.createKey({});
    const { write, receives, socket } = await openImport({ ...service, key: secret });
    const lines = manyLines(8_000, 'revoked');
    await write(`${lines.slice(0, 4_000).join('\n')}\n`);
    await until(async () => (await rowsWith('revoked')) === 4_000);
    await service.revokeKey(id);
    await write(`${lines.slice(4_000).join('\n')}\n`);
    const received = await receives(/"timestamp"/);
    expect(received).toMatch(/^HTTP\/1.1 401 /);
    expect(failureIn(received)).toMatchObject({
      code: 'AUTH_API_KEY_INVALID',
      details: { throughLine: 4_000, lines: 4_000, created: 4_000 },
    });
    expect(await rowsWith('revoked')).toBe(4_000);
    await until(() => logged.some((line) => line.includes('"status":401')));
    expect(JSON.parse(logged.find((line) => line.includes('"status":401')) as string)).toMatchObject({
      ...{ app: 'acme', key: secret.slice(0, -44), keyRefused: 'revoked' },
      ...{ created: 4_000, replayed: 0, rejected: 0 },
    });
    socket.destroy();
  });

  it('ends an import whose lines come too slowly to fill a chunk', async () => {
    const { id, secret } = await service.createKey({});
    const { write, receives, socket } = await openImport({ ...service, key: secret });
    const lines = manyLines(100, 'slow-revoked');
    let next = 0;
    // A whole chunk first: when it is stored, the import has begun.
    await write(`${manyLines(4_000, 'fast').join('\n')}\n`);
    await until(async () => (await rowsWith('fast')) === 4_000);
    const drip = setInterval(() => void write(`${lines[next++ % 100] as string}\n`), 100);
    await service.revokeKey(id);
    // The lines that come would fill the next chunk after minutes.
    const received = await receives(/"timestamp"/);
    clearInterval(drip);
    expect(failureIn(received)).toMatchObject({ code: 'AUTH_API_KEY_INVALID', details: { throughLine: 4_000 } });
    expect(await rowsWith('slow-revoked')).toBe(0);
    socket.destroy();
  });

  it('expires during an import: 401 with AUTH_API_KEY_EXPIRED', async () => {
    const { secret } = await service.createKey({ expiresAt: Date.now() + 2_000 });
    const { write, receives, socket } = await openImport({ ...service, key: secret });
    await write(`${manyLines(10, 'expired').join('\n')}\n`);
    expect(failureIn(await receives(/"timestamp"/)).code).toBe('AUTH_API_KEY_EXPIRED');
    socket.destroy();
  });

  it('breaks off an export before its next page', async () => {
    const { id, secret } = await service.createKey({});
    await service.database.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
       SELECT c.id, timestamptz '2020-01-01', 'c' || lpad(to_hex(g), 24, '0'), 'a', json_build_object('s', repeat('x', 2000)), now()
       FROM generate_series(1, 30000) AS g, customers AS c`,
    );
    const socket: Socket = connect((service.server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
    socket.write(`GET ${API}/customers/user_42/events/export HTTP/1.1\r\nHost: x\r\nX-API-Key: ${secret}\r\n\r\n`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.pause();
    expect(first.toString()).toMatch(/^HTTP\/1.1 200 /);
    await service.revokeKey(id);
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.resume();
    await once(socket, 'close');
    expect(received).not.toMatch(/\r\n0\r\n\r\n$/);
    // Of 60 MB; the operating system may take more than half of it while the client does not read.
    expect(received.length).toBeLessThan(55_000_000);
  });
});

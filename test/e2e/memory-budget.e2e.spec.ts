import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { until } from '../support/child.ts';
import { openImport } from '../support/history.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure } from './helpers/answers.ts';
import { inDrill } from '../support/drill.ts';

const MIB = 1_048_576;
const EVENT = { customerExternalId: 'user_42', type: 'a' };

describe('the memory budget', () => {
  let service: TestService;
  let sockets: Socket[] = [];

  const reserved = async (): Promise<number> => {
    const { text } = await request(service.server).get('/metrics');
    return Number(/^http_memory_reserved_bytes (\d+)/m.exec(text)?.[1]);
  };
  /** A batch of so many bytes, all of which but the last are sent. */
  const unfinishedBatch = async (bytes: number): Promise<Socket> => {
    const { port } = service.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    socket.write(
      `POST /api/v1/customer-events/batch HTTP/1.1\r\nHost: x\r\nX-API-Key: ${service.key}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`,
    );
    socket.write(Buffer.alloc(bytes - 1, ' '));
    await once(socket, 'drain');
    return socket;
  };

  beforeAll(async () => {
    service = await startTestService({
      MEMORY_BUDGET_BYTES: String(48 * MIB),
      MAX_STREAMS: '3',
      MAX_STREAMS_PER_KEY: '2',
      MAX_PAYLOAD_BYTES: String(MIB),
      READ_LIMITS: '0',
    });
  });
  afterEach(async () => {
    sockets.forEach((socket) => socket.destroy());
    sockets = [];
    await until(async () => (await reserved()) === 0);
  });
  afterAll(() => service.close());

  it('refuses a large body at once where others hold three quarters of it, and still takes small ones', async () => {
    for (let n = 0; n < 5; n++) await unfinishedBatch(7 * MIB);
    await until(async () => (await reserved()) >= 35 * MIB - 10);
    const began = performance.now();
    const refused = await service.post('/customer-events/batch', `{"events":[]}${' '.repeat(4 * MIB)}`);
    expectFailure(refused, 503, 'SERVICE_UNAVAILABLE');
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.body.message).toContain('holds as much for its clients as it may');
    // It does not wait for room until the request times out, after 30 s.
    expect(performance.now() - began).toBeLessThan(20_000);
    for (let n = 0; n < 20; n++) await service.post('/customer-events', EVENT).expect(201);
    sockets.forEach((socket) => socket.destroy());
    await until(async () => (await reserved()) === 0);
    await service
      .post('/customer-events/batch', JSON.stringify({ events: Array.from({ length: 500 }, () => EVENT) }))
      .expect(201);
  });

  it('counts what gzip inflates to, while it does', async () => {
    const bomb = gzipSync(`{"events":[${' '.repeat(7 * MIB)}]}`);
    const send = () =>
      request(service.server)
        .post('/api/v1/customer-events/batch')
        .set({ 'X-API-Key': service.key, 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
        .serialize(() => bomb as never)
        .send({});
    const responses = await Promise.all(Array.from({ length: 10 }, send));
    for (const response of responses) {
      if (response.status !== 400) expectFailure(response, 503, 'SERVICE_UNAVAILABLE');
    }
    // Together they inflate to 70 MiB, of which not all are held at once.
    expect(responses.map(({ status }) => status)).toContain(503);
    // Alone it is a batch without events.
    expectFailure(await send(), 400, 'VALIDATION_ERROR');
  });

  it('refuses a page that nobody could hold any more; a write is always answered', async () => {
    for (let n = 0; n < 3; n++) {
      await service.post('/customer-events', { ...EVENT, type: 'large', payload: { s: 'x'.repeat(900_000) } });
    }
    const before = await service.get('/customers/user_42/events?type=large').expect(200);
    expect(before.text.length).toBeGreaterThan(900_000);
    for (let n = 0; n < 5; n++) await unfinishedBatch(7 * MIB);
    await until(async () => (await reserved()) >= 35 * MIB - 10);
    expectFailure(await service.get('/customers/user_42/events?type=large'), 503, 'SERVICE_UNAVAILABLE');
    await service.get('/customers/user_42/events?limit=1&type=a').expect(200);
    const batch = { events: Array.from({ length: 500 }, () => EVENT) };
    const written = await service.post('/customer-events/batch', batch);
    expect([201, 503]).toContain(written.status);
  });

  it('is free again after many requests of all kinds, also those that break off', async () => {
    for (let round = 0; round < inDrill(50, 12); round++) {
      const breaking = await unfinishedBatch(100_000 + round);
      const { socket, write } = await openImport(service);
      await write(`${JSON.stringify(EVENT)}\n`);
      await Promise.all([
        ...Array.from({ length: 8 }, () => service.post('/customer-events', EVENT).expect(201)),
        service.post('/customer-events', '{').expect(400),
        service.post('/customer-events/batch', { events: [EVENT] }).expect(201),
        service.get('/customers/user_42/events').expect(200),
        service.get('/customers/user_42/context').expect(200),
        service.get('/customers/user_42/events/export?type=none').expect(200),
      ]);
      breaking.destroy();
      socket.destroy();
      await once(socket, 'close');
      await until(async () => (await reserved()) === 0);
    }
    expect(await reserved()).toBe(0);
  }, 120_000);

  it('has streams of its own number: so many of one key, and so many of all', async () => {
    const importing = async (key: string) => {
      const { socket, write } = await openImport({ ...service, key });
      sockets.push(socket);
      await write(`${JSON.stringify(EVENT)}\n`);
    };
    const importAs = (key: string) =>
      service.post('/customer-events/import', JSON.stringify(EVENT), {
        'Content-Type': 'application/x-ndjson',
        'X-API-Key': key,
      });
    await importing(service.key);
    await importing(service.key);
    await until(async () => (await reserved()) >= 16 * MIB);
    const third = await importAs(service.key);
    expectFailure(third, 429, 'TOO_MANY_REQUESTS');
    expect(third.headers['retry-after']).toBe('5');
    expectFailure(await service.get('/customers/user_42/events/export'), 429, 'TOO_MANY_REQUESTS');
    await importing(service.otherKey);
    await until(async () => (await reserved()) >= 24 * MIB);
    expectFailure(await importAs(service.otherKey), 503, 'SERVICE_UNAVAILABLE');
    sockets.pop()?.destroy();
    await until(async () => (await importAs(service.otherKey)).status === 200);
    await service.get('/customers/user_42/events').expect(200);
  });
});

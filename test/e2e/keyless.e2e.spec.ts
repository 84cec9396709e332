import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { DataSource } from 'typeorm';
import type { ServiceExpressAdapter } from '../../src/platform/http/server/service-express-adapter.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure } from './helpers/answers.ts';

/** What those without a key can cost those with one. */
describe('requests without a key', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('of many probes at once ask the database once a second', async () => {
    const dataSource = service.app.get(DataSource);
    const query = dataSource.query.bind(dataSource);
    let asked = 0;
    dataSource.query = (async (...parameters: Parameters<typeof query>) => {
      asked++;
      return query(...parameters);
    }) as typeof dataSource.query;
    const began = performance.now();
    try {
      const probes = await Promise.all(Array.from({ length: 100 }, () => request(service.server).get('/health/ready')));
      expect(new Set(probes.map(({ status }) => status))).toEqual(new Set([200]));
      expect(asked).toBeLessThanOrEqual(1 + Math.floor((performance.now() - began) / 1_000));
    } finally {
      dataSource.query = query;
    }
  });

  it.each([
    ['/docs-json', 'application/json; charset=utf-8', '{"openapi":"3.'],
    ['/docs-yaml', 'text/yaml; charset=utf-8', 'openapi: 3.'],
  ])('get %s, with its type and the headers of security', async (path, type, begin) => {
    const { text, headers, status } = await request(service.server).get(path).buffer(true);
    expect({ status, begin: text.slice(0, begin.length), type: headers['content-type'] }).toEqual({
      status: 200,
      begin,
      type,
    });
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(Number(headers['content-length'])).toBe(Buffer.byteLength(text));
  });

  it('have to wait where they are too many; a request with a key does not, and a good new key is never called wrong', async () => {
    const paced = withKey(
      await startServiceOn(service.database, { KEYLESS_REQUESTS_PER_SECOND: '20', API_KEY_CACHE_MS: '5000' }),
      service.key,
    );
    try {
      await paced.get('/auth/whoami').expect(200);
      const began = performance.now();
      const flood = Array.from({ length: 300 }, () => request(paced.server).get('/api/v1/auth/whoami'));
      let waiting = true;
      const refused = Promise.all(flood).finally(() => (waiting = false));
      await Promise.race(flood);
      const { secret } = await paced.createKey({ app: 'other' });
      const known = await Promise.all(Array.from({ length: 20 }, () => paced.get('/auth/whoami')));
      expect(waiting).toBe(true);
      const fresh = await paced.get('/auth/whoami', { 'X-API-Key': secret });
      expect(known.map(({ status }) => status)).toEqual(known.map(() => 200));
      expect(fresh.status).toBe(200);
      for (const response of await refused) expectFailure(response, 401, 'AUTH_API_KEY_MISSING');
      // 100 of them had to wait, 20 a second, however fast the machine is.
      expect(performance.now() - began).toBeGreaterThan(4_500);
    } finally {
      await paced.close();
    }
  });

  it('of one address cannot hold more connections than MAX_CONNECTIONS_PER_ADDRESS', async () => {
    const limited = await startServiceOn(service.database, { MAX_CONNECTIONS_PER_ADDRESS: '3' });
    try {
      const { port } = limited.server.address() as AddressInfo;
      const open = () => connect(port, '127.0.0.1');
      const first = [open(), open(), open()];
      await Promise.all(first.map((socket) => once(socket, 'connect')));
      const fourth = open();
      fourth.on('error', () => {});
      await once(fourth, 'close');
      first[0]?.destroy();
      await once(first[0] as NodeJS.EventEmitter, 'close');
      await new Promise((next) => setTimeout(next, 50));
      await request(`http://127.0.0.1:${port}`).get('/health/live').set('Connection', 'close').expect(200);
      first.forEach((socket) => socket.destroy());
    } finally {
      await limited.close();
    }
  });

  it('find health and metrics at OPERATIONS_PORT alone, where it is set', async () => {
    const port = await freePort();
    const separate = withKey(await startServiceOn(service.database, { OPERATIONS_PORT: String(port) }), service.key);
    try {
      await (separate.app.getHttpAdapter() as ServiceExpressAdapter).listenForOperations('127.0.0.1');
      const operations = request(`http://127.0.0.1:${port}`);
      for (const path of ['/health/live', '/health/ready', '/metrics']) {
        await operations.get(path).expect(200);
        expectFailure(await request(separate.server).get(path), 404, 'NOT_FOUND');
      }
      expectFailure(await operations.get('/api/v1/auth/whoami').set('X-API-Key', service.key), 404, 'NOT_FOUND');
      expectFailure(await operations.get('/docs'), 404, 'NOT_FOUND');
      await separate.get('/auth/whoami').expect(200);
    } finally {
      await separate.close();
    }
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

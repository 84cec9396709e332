import { Agent } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { until } from '../support/child.ts';
import { line, openImport, type OpenImport } from '../support/history.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { poolSizes } from '../../src/app/data-source.ts';
import { ReadTurns, WriteTurns } from '../../libs/kernel/turns.ts';
import { ReadDataSource } from '../../src/platform/postgres/read-data-source.ts';
import { expectFailure } from './helpers/answers.ts';

const EVENT = { customerExternalId: 'user_42', type: 'a' };
const SESSION = { customerExternalId: 'user_42', viewer: { id: 'agent_1' } };

describe('fair shares', () => {
  let service: TestService;
  const closing: (() => Promise<unknown>)[] = [];

  /** One more instance on the same database. */
  const start = async (settings: Record<string, string>): Promise<TestService> => {
    const instance = withKey(await startServiceOn(service.database, settings), service.key);
    closing.push(() => instance.close());
    return { ...service, ...instance };
  };
  /** Holds so many works of an app until it is let go. */
  const occupy = (turns: ReadTurns | WriteTurns, appId: string, count: number): (() => void) => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    for (let n = 0; n < count; n++) turns.run(appId, () => held).catch(() => {});
    return release;
  };
  const as = (key: string) => ({ 'X-API-Key': key });

  beforeAll(async () => {
    service = await startTestService();
    await service.patch('/customers/user_42', { email: 'o@example.com', name: 'O' }, as(service.otherKey)).expect(201);
    await service.post('/customer-events', EVENT, as(service.otherKey)).expect(201);
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  afterAll(() => service.close());

  it('writes have connections that reads cannot take: where all that read are taken, events and customers are stored', async () => {
    const instance = await start({
      DATABASE_POOL_SIZE: '5',
      API_KEY_CACHE_MS: '9000',
      DATABASE_CONNECT_TIMEOUT_MS: '300',
    });
    await instance.get('/auth/whoami').expect(200);
    const reading = instance.app.get(ReadDataSource);
    const runners = Array.from({ length: poolSizes({ databasePoolSize: 5 }).reads }, () => reading.createQueryRunner());
    for (const runner of runners) await runner.connect();
    try {
      expectFailure(await instance.get('/customers/user_42/events'), 503, 'SERVICE_UNAVAILABLE');
      await instance.post('/customer-events', EVENT).expect(201);
      await instance.post('/customer-events/batch', { events: [EVENT, EVENT] }).expect(201);
      await instance.patch('/customers/user_42', { name: 'Ada' }).expect(200);
    } finally {
      for (const runner of runners) await runner.release();
    }
    await instance.get('/customers/user_42/events').expect(200);
  });

  it('live events have a connection that other changes cannot take', async () => {
    const instance = await start({ DATABASE_POOL_SIZE: '5', DATABASE_CONNECT_TIMEOUT_MS: '300' });
    const made = await instance.post('/embed/sessions', SESSION).expect(201);
    const { id } = made.body.data as { id: string };
    const changes = [
      [200, () => instance.patch('/customers/user_42', { name: 'Ada' })],
      [200, () => instance.put('/event-types', { rules: [{ pattern: 'a', rule: { title: 'A' } }] })],
      [201, () => instance.put('/event-types/b', { title: 'B' })],
      [200, () => instance.delete('/event-types/b')],
      [201, () => instance.post('/embed/sessions', SESSION)],
      [200, () => instance.delete(`/embed/sessions/${id}`)],
    ] as const;
    const release = occupy(instance.app.get(WriteTurns), 'acme', 10);
    try {
      for (const [, change] of changes) expectFailure(await change(), 503, 'SERVICE_UNAVAILABLE');
      await instance.post('/customer-events', EVENT).expect(201);
    } finally {
      release();
    }
    for (const [status, change] of changes) await change().expect(status);
  });

  it('lists of event types, rules and previews take turns with other reads', async () => {
    const instance = await start({ DATABASE_POOL_SIZE: '5', DATABASE_CONNECT_TIMEOUT_MS: '300' });
    await instance.put('/event-types/c', { title: 'C' }).expect(201);
    const reads = [
      () => instance.get('/event-types'),
      () => instance.get('/event-types/c'),
      () => instance.post('/event-types/preview', { rule: {}, event: { type: 'c' } }),
    ];
    const release = occupy(instance.app.get(ReadTurns), 'acme', 10);
    try {
      for (const read of reads) expectFailure(await read(), 503, 'SERVICE_UNAVAILABLE');
    } finally {
      release();
    }
    for (const read of reads) await read().expect(200);
  });

  it('a tenant whose reads hang does not delay the reads of another', async () => {
    const instance = await start({ DATABASE_POOL_SIZE: '10' });
    const { appId } = (await instance.get('/auth/whoami').expect(200)).body.data as { appId?: string };
    const release = occupy(instance.app.get(ReadTurns), appId ?? 'acme', 100);
    try {
      for (let n = 0; n < 5; n++) {
        await instance.get('/customers/user_42/events', as(service.otherKey)).expect(200);
        await instance.get('/customers/user_42/context', as(service.otherKey)).expect(200);
      }
    } finally {
      release();
    }
  });

  it.each(['application/json', 'application/x-ndjson'])(
    'a tenant whose reads of the audit hang, as %s, does not delay the reads of another',
    async (accept) => {
      const patience = { DATABASE_LOCK_TIMEOUT_MS: '25000', DATABASE_STATEMENT_TIMEOUT_MS: '25000' };
      const instance = await start({
        ...patience,
        DATABASE_READ_TIMEOUT_MS: '25000',
        DATABASE_POOL_SIZE: '10',
        MAX_STREAMS_PER_KEY: '16',
      });
      const client = await service.database.session();
      await client.query('BEGIN; LOCK TABLE audit_entries IN ACCESS EXCLUSIVE MODE');
      const hanging = Array.from({ length: 16 }, async () => (await instance.get('/audit', { Accept: accept })).status);
      try {
        await service.database.untilWaiting(2);
        for (let n = 0; n < 5; n++) {
          await instance.get('/customers/user_42/events', as(service.otherKey)).expect(200);
        }
      } finally {
        await client.end();
      }
      // Some may have waited for their turn for too long.
      for (const status of await Promise.all(hanging)) expect([200, 503]).toContain(status);
    },
  );

  it.each(['2', '3'])('a pool of %s is enough for everything', async (size) => {
    const instance = await start({ DATABASE_POOL_SIZE: size });
    await Promise.all([
      ...Array.from({ length: 20 }, () => instance.post('/customer-events', EVENT).expect(201)),
      ...Array.from({ length: 20 }, () => instance.get('/customers/user_42/events').expect(200)),
      ...Array.from({ length: 5 }, () => instance.get('/customers/user_42/context').expect(200)),
      ...Array.from({ length: 5 }, (_, n) => instance.patch('/customers/user_42', { name: `Ada ${n}` }).expect(200)),
      instance.post('/customer-events/import', line(), { 'Content-Type': 'application/x-ndjson' }).expect(200),
      instance.get('/customers/user_42/events/export').expect(200),
    ]);
  });

  it('a read that takes longer than DATABASE_READ_TIMEOUT_MS is a 503', async () => {
    const patience = { DATABASE_LOCK_TIMEOUT_MS: '25000', DATABASE_STATEMENT_TIMEOUT_MS: '25000' };
    const instance = await start({ ...patience, DATABASE_READ_TIMEOUT_MS: '150', API_KEY_CACHE_MS: '9000' });
    await instance.get('/customers/user_42/events').expect(200);
    const client = new pg.Client({ connectionString: service.database.url });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE customer_events IN ACCESS EXCLUSIVE MODE');
    try {
      const began = performance.now();
      expectFailure(await instance.get('/customers/user_42/events'), 503, 'SERVICE_UNAVAILABLE');
      // Writes and locks have longer.
      expect(performance.now() - began).toBeLessThan(20_000);
    } finally {
      await client.end();
    }
  });

  it('only so many costly requests of an app are in flight, whatever keys it uses; other requests and other apps are served', async () => {
    const instance = await start({ MAX_COSTLY_REQUESTS_PER_APP: '2' });
    const { secret } = await instance.createKey({ app: 'acme' });
    const imports: OpenImport[] = [await openImport(instance), await openImport({ ...instance, key: secret })];
    for (const { write } of imports) await write(`${line()}\n`);
    const summary = '/customers/user_42/events/summary';
    await until(async () => (await instance.get(summary)).status === 429);
    for (const path of [
      summary,
      '/customers/user_42/events/export',
      '/customers/user_42/events?type=a',
      '/customers/user_42/context?limit=200',
      '/event-types',
    ]) {
      const refused = await instance.get(path);
      expectFailure(refused, 429, 'TOO_MANY_REQUESTS');
      expect(refused.headers['retry-after']).toBe('1');
    }
    expectFailure(await instance.delete('/customers/user_43'), 429, 'TOO_MANY_REQUESTS');
    expectFailure(await instance.put('/event-types', { rules: [] }), 429, 'TOO_MANY_REQUESTS');
    await instance.get('/customers/user_42/events').expect(200);
    await instance.get('/customers/user_42/context').expect(200);
    await instance.post('/customer-events', EVENT).expect(201);
    await instance.get(summary, as(service.otherKey)).expect(200);
    for (const { socket } of imports) socket.destroy();
    await until(async () => (await instance.get(summary)).status === 200);
  });

  it('a client that does not wait after a 429 gets the next one on its connection later', async () => {
    const instance = await start({ RATE_LIMITS: '1/60' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post = () => instance.post('/customer-events', EVENT).agent(agent);
    await post();
    const began = performance.now();
    for (let n = 0; n < 5; n++) expectFailure(await post(), 429, 'TOO_MANY_REQUESTS');
    expect(performance.now() - began).toBeGreaterThan(350);
    agent.destroy();
  });
});

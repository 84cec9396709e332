import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '../support/child.ts';
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { scrape, sumOf } from './helpers/metrics.ts';

type Started = Awaited<ReturnType<typeof startServiceOn>>;

const event = (fields = {}) => ({ customerExternalId: 'user_42', type: 'order.placed', ...fields });
const failures = (text: string, kind: string): number => sumOf(text, 'database_failures_total', { kind });

/** Another service on the same database, with time limits that a test can wait for. */
const LIMITS = {
  DATABASE_CONNECT_TIMEOUT_MS: '300',
  DATABASE_STATEMENT_TIMEOUT_MS: '500',
  DATABASE_READ_TIMEOUT_MS: '500',
  DATABASE_LOCK_TIMEOUT_MS: '200',
};

describe('The state of the service, in /metrics', () => {
  let direct: TestService;
  let proxy: DatabaseProxy;
  let service: Started;

  beforeAll(async () => {
    direct = await startTestService();
    proxy = await openDatabaseProxy(direct.database.url);
    await proxy.restore();
    service = withKey(await startServiceOn({ ...direct.database, url: proxy.url }, LIMITS), direct.key);
  });
  beforeEach(() => until(async () => (await service.get('/customers/user_42/events')).status === 200));
  afterAll(async () => {
    await service.close();
    await proxy.close();
    await direct.close();
  });

  /** Asks again and again, as Prometheus does, and nothing else. */
  const untilScraped = (name: string, value: number): Promise<void> =>
    until(async () => sumOf(await scrape(service), name) === value);

  it('has the version of the build, and the version of the schema', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const text = await scrape(service);
    expect(sumOf(text, 'customer_events_build_info', { version, node: process.version.slice(1) })).toBe(1);
    const [row] = await direct.database.query<{ last: string }>('SELECT max(timestamp) AS last FROM migrations');
    expect(sumOf(text, 'database_schema_version')).toBe(Number(row?.last));
    expect(sumOf(text, 'database_schema_required_version')).toBe(Number(row?.last));
    expect(sumOf(text, 'ingest_queue_max_events')).toBe(5_000);
  });

  it('says that the database is away, and back, although no request comes', async () => {
    await untilScraped('customer_events_ready', 1);
    const before = await scrape(service);
    expect(sumOf(before, 'database_up')).toBe(1);
    await proxy.cut();
    await untilScraped('database_up', 0);
    const away = await scrape(service);
    expect(sumOf(away, 'customer_events_ready')).toBe(0);
    expect(failures(away, 'connection')).toBeGreaterThan(failures(before, 'connection'));
    // What it knew before is not forgotten: a schema that is not known is not a schema that is behind.
    expect(sumOf(away, 'database_schema_version')).toBe(sumOf(before, 'database_schema_version'));
    await proxy.restore();
    await untilScraped('database_up', 1);
    await untilScraped('customer_events_ready', 1);
  });

  it('is told while the database does not respond, without waiting for it', async () => {
    proxy.silence();
    await new Promise((next) => setTimeout(next, 1_100));
    const startedAt = performance.now();
    const text = await scrape(service);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(sumOf(text, 'database_up')).toBe(0);
  });

  it('says that the database takes no writes', async () => {
    const name = new URL(direct.database.url).pathname.slice(1);
    const reconnect = async (): Promise<void> => {
      await proxy.cut();
      await proxy.restore();
    };
    await direct.database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    try {
      await reconnect();
      await untilScraped('database_read_only', 1);
      const before = await scrape(service);
      expect([sumOf(before, 'database_up'), sumOf(before, 'customer_events_ready')]).toEqual([1, 0]);
      await service.post('/customer-events', event()).expect(503);
      // The note of when the key was last used may be refused as well.
      expect(failures(await scrape(service), 'read_only')).toBeGreaterThan(failures(before, 'read_only'));
    } finally {
      const session = await direct.database.session();
      await session.query('SET default_transaction_read_only = off');
      await session.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
      await session.end();
      await reconnect();
    }
    await untilScraped('customer_events_ready', 1);
  });

  it('says that the schema is behind: it is not ready then', async () => {
    const [last] = await direct.database.query<{ timestamp: string; name: string }>(
      'DELETE FROM migrations WHERE timestamp = (SELECT max(timestamp) FROM migrations) RETURNING timestamp, name',
    );
    await untilScraped('customer_events_ready', 0);
    const text = await scrape(service);
    expect(sumOf(text, 'database_schema_version')).toBeLessThan(sumOf(text, 'database_schema_required_version'));
    expect(sumOf(text, 'database_up')).toBe(1);
    await direct.database.query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [
      last?.timestamp,
      last?.name,
    ]);
    await untilScraped('customer_events_ready', 1);
  });

  describe('counts failures of statements where they happen', () => {
    const counted = async (kind: string, work: () => Promise<unknown>): Promise<number> => {
      const before = failures(await scrape(service), kind);
      await work();
      return failures(await scrape(service), kind) - before;
    };
    const locked = async (table: string, work: () => PromiseLike<unknown>): Promise<void> => {
      const session = await direct.database.session();
      await session.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      try {
        await work();
      } finally {
        await session.end();
      }
    };

    it('such as the look-up of a key, although no group of events failed', async () => {
      const before = await scrape(service);
      await proxy.cut();
      for (let times = 0; times < 5; times++) await service.post('/customer-events', event()).expect(503);
      const after = await scrape(service);
      await proxy.restore();
      expect(failures(after, 'connection') - failures(before, 'connection')).toBeGreaterThanOrEqual(5);
      expect(sumOf(after, 'ingest_flush_failures_total')).toBe(sumOf(before, 'ingest_flush_failures_total'));
    });

    it.each([
      ['one event', 'customer_events', () => service.post('/customer-events', event())],
      [
        'one event with an eventId',
        'customer_events',
        () => service.post('/customer-events', event({ eventId: 'l-1' })),
      ],
      [
        'a batch, which is copied',
        'customer_events',
        () => service.post('/customer-events/batch', { events: Array.from({ length: 50 }, () => event()) }),
      ],
      ['a timeline', 'customer_events', () => service.get('/customers/user_42/events')],
      ['a customer that is read', 'customers', () => service.get('/customers/user_42')],
      ['a customer that is written', 'customers', () => service.patch('/customers/user_42', { name: 'Ada' })],
    ])('such as a lock that stands in the way of %s', async (_, table, send) => {
      expect(await counted('lock', () => locked(table, () => send().expect(503)))).toBe(1);
    });

    it('such as a commit whose response never came', async () => {
      const session = await direct.database.session();
      await session.query('BEGIN; LOCK TABLE customer_events IN ACCESS EXCLUSIVE MODE');
      const unknown = await counted('unknown_outcome', async () => {
        const sent = service.post('/customer-events', event()).expect(503).then();
        await direct.database.untilWaiting(1);
        await proxy.cut();
        await sent;
      });
      await session.end();
      await proxy.restore();
      expect(unknown).toBe(1);
    });

    it('and not what is refused for its content', async () => {
      const before = await scrape(service);
      await service.post('/customer-events', event({ eventId: 'twice' })).expect(201);
      await service.post('/customer-events', event({ eventId: 'twice' })).expect(200);
      await service.post('/customer-events', event({ eventId: 'twice', type: 'other' })).expect(409);
      await service.post('/customer-events', event({ customerExternalId: 'nobody' })).expect(404);
      await service.post('/customer-events', event({ type: 'NO' })).expect(400);
      await service.patch('/customers/user_43', { email: 'user_42@example.com', name: 'Eve' }).expect(409);
      expect(sumOf(await scrape(service), 'database_failures_total')).toBe(sumOf(before, 'database_failures_total'));
    });
  });
});

import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { createDataSource, createReadDataSource } from '../../src/app/data-source.ts';
import { migrate } from '../../src/app/migrate.ts';
import { loadConfig } from '../../src/config.ts';
import { DatabaseConnection } from '../../src/platform/postgres/database-connection.ts';
import { until } from '../support/child.ts';
import { Workplace } from '../support/service-process.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { MixedTraffic } from './support/mixed-traffic.ts';
import { installedPooler, Pooler, type PoolMode } from './support/pooler.ts';
import { FULL } from '../support/drill.ts';

const TRAFFIC_MS = FULL ? 15_000 : 800;
/** Fewer than the connections of the service: in transaction mode they have to share them. */
const FEW_SESSIONS = 4;

/** Short limits, so that it is soon seen that they hold. */
const LIMITS = {
  DATABASE_STATEMENT_TIMEOUT_MS: '1500',
  DATABASE_READ_TIMEOUT_MS: '300',
  DATABASE_LOCK_TIMEOUT_MS: '400',
};
const SHARED = { DATABASE_PREPARED_STATEMENTS: 'false', RATE_LIMIT_STORE: 'postgres', RATE_LIMITS: '1000000/10' };
/** Ways to show values in which no session of the service may be let down. */
const ODD_DEFAULTS = {
  DateStyle: 'SQL, DMY',
  TimeZone: 'Asia/Kathmandu',
  IntervalStyle: 'sql_standard',
  bytea_output: 'escape',
  client_encoding: 'LATIN1',
};

const NO_POOLER = 'Poolers are not tried: there is no pgbouncer on the PATH (Debian has it in a package of that name).';
const version = installedPooler();
if (version === undefined) process.stdout.write(`${NO_POOLER}\n`);

(version === undefined ? describe.skip : describe)(`Behind a pooler (${version ?? 'none is installed'})`, () => {
  let database: TestDatabase;
  let key: string;
  let role: string;
  const poolers: Pooler[] = [];
  const services: { close(): Promise<void> }[] = [];
  let logged: string[] = [];

  beforeAll(async () => {
    const first = await startTestService();
    ({ database, key } = first);
    await first.app.close();
    role = new URL(database.url).pathname.slice(1);
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'p@ss'`);
    await database.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
    for (const [name, value] of Object.entries(ODD_DEFAULTS)) {
      await database.query(`ALTER DATABASE ${role} SET ${name} = '${value}'`);
    }
  });
  afterAll(async () => {
    await database.query(`DROP OWNED BY ${role}`);
    await database.query(`DROP ROLE ${role}`);
    await database.drop();
  });

  beforeEach(async () => {
    logged = [];
    await database.query('DELETE FROM customer_events');
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
    for (const pooler of poolers.splice(0)) await pooler.close();
  });

  const directUrl = (): string => {
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'p%40ss'];
    return url.href;
  };
  const pool = async (mode: PoolMode, options?: Parameters<typeof Pooler.start>[2]): Promise<Pooler> => {
    const pooler = await Pooler.start(directUrl(), mode, options);
    poolers.push(pooler);
    return pooler;
  };
  const serve = async (url: string, settings: Record<string, string>): Promise<TestService> => {
    const service = await startServiceOn(
      { ...database, url },
      { ...LIMITS, LOG_LEVEL: 'warn', ...settings },
      {
        write: (line) => void logged.push(line),
      },
    );
    services.push(service);
    return { ...withKey(service, key), otherKey: '' };
  };
  const asRole = async (...statements: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: directUrl() });
    await client.connect();
    for (const sql of statements) await client.query(sql);
    await client.end();
  };
  const portOf = ({ server }: TestService): number => (server.address() as AddressInfo).port;
  const readiness = async (service: TestService): Promise<number> =>
    (await fetch(`http://127.0.0.1:${portOf(service)}/health/ready`)).status;
  const stored = (): Promise<{ n: number }[]> =>
    database.query("SELECT (t.payload->>'n')::int AS n FROM customer_events AS t WHERE t.payload->>'n' <> '-1'");

  /** The first contact of the service with its database. */
  const connectOnce = async (url: string, settings: Record<string, string> = {}): Promise<readonly string[]> => {
    const config = loadConfig({ ...LIMITS, ...settings });
    const connection = new DatabaseConnection(createDataSource(url, config), createReadDataSource(url, config));
    try {
      return await connection.connectOnce();
    } finally {
      await connection.onApplicationShutdown();
    }
  };

  it('that refuses the settings of a connection, a line says what to add to pgbouncer.ini', async () => {
    const { url } = await pool('session', { ignored: '' });
    await expect(connectOnce(url)).rejects.toThrow(
      /^A pooler does not let the service set \w+ on a connection\. Add to pgbouncer\.ini: ignore_startup_parameters = statement_timeout, lock_timeout, idle_in_transaction_session_timeout, options\. [^\n]*$/,
    );
  });

  it('that drops them, the start stops with a line of the statements that set them for the role, and migrate is sent past it', async () => {
    const pooler = await pool('session');
    const found =
      'statement_timeout is 0, lock_timeout is 0, idle_in_transaction_session_timeout is 0, enable_bitmapscan is on, enable_seqscan is on, jit is on';
    const problem = `A session of the database is not as the service has asked for it (${found}): a pooler has dropped that.`;
    const statements = [
      `ALTER ROLE ${role} IN DATABASE ${role} SET statement_timeout = 1500;`,
      `ALTER ROLE ${role} IN DATABASE ${role} SET lock_timeout = 400;`,
      `ALTER ROLE ${role} IN DATABASE ${role} SET idle_in_transaction_session_timeout = 1500;`,
      `ALTER ROLE ${role} IN DATABASE ${role} SET enable_bitmapscan = 'off';`,
      `ALTER ROLE ${role} IN DATABASE ${role} SET enable_seqscan = 'off';`,
      `ALTER ROLE ${role} IN DATABASE ${role} SET jit = 'off';`,
    ];
    const workplace = new Workplace();
    try {
      const service = workplace.start({ ...LIMITS, DATABASE_URL: pooler.url, LOG_LEVEL: 'warn' });
      expect(await service.ends()).toMatchObject({ code: 1 });
      const lines = service
        .output()
        .split('\n')
        .filter((line) => line.includes('a pooler'));
      expect(lines).toEqual([
        expect.stringContaining(
          `${problem} Set it for the role, then end the sessions that the pooler has (RECONNECT in its console): ` +
            statements.join(' '),
        ),
      ]);
    } finally {
      await workplace.close();
    }
    await expect(migrate(pooler.url, loadConfig(LIMITS))).rejects.toThrow(
      `${problem} Set MIGRATIONS_DATABASE_URL to reach PostgreSQL past the pooler.`,
    );
    await asRole(...statements);
    await pooler.reconnect();
    expect(await connectOnce(pooler.url)).toEqual([]);
  });

  it('reads are given up by PostgreSQL at the limit of the role, and their connection is kept', async () => {
    const { url } = await pool('session');
    const reads = await createReadDataSource(url, loadConfig(LIMITS)).initialize();
    try {
      const session = async (): Promise<number> => {
        const [row] = await reads.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
        return row.pid;
      };
      const before = await session();
      await expect(reads.query('SELECT pg_sleep(10)')).rejects.toMatchObject({ driverError: { code: '57014' } });
      expect(await session()).toBe(before);
    } finally {
      await reads.destroy();
    }
  });

  const MODES: [PoolMode, Record<string, string>][] = [
    ['session', {}],
    ['transaction', SHARED],
  ];

  it.each(MODES)(
    'in %s mode every kind of request is answered rightly, and nothing is lost, doubled or made up',
    async (mode, settings) => {
      const { url } = await pool(mode, mode === 'session' ? {} : { poolSize: FEW_SESSIONS });
      const service = await serve(url, { DATABASE_POOL_SIZE: '10', ...settings });
      const traffic = new MixedTraffic(portOf(service), key);
      traffic.start(2);
      await new Promise((resolve) => setTimeout(resolve, TRAFFIC_MS));
      await traffic.stop();
      const failed = [...traffic.responses].filter(([response]) => !/ 2\d\d /.test(response));
      expect(failed).toEqual([]);
      const kinds = new Set([...traffic.responses.keys()].map((response) => response.split(' ')[0]));
      expect([...kinds].sort()).toEqual(['batch', 'create', 'erase', 'import', 'keyed', 'patch', 'read', 'single']);
      const rows = await stored();
      expect(traffic.verdict(rows.map(({ n }) => n))).toMatchObject({ lost: 0, doubled: 0, phantom: 0 });
      expect(rows.length).toBe(traffic.events.length);
      const customers = await database.query<{ external_id: string }>('SELECT c.external_id FROM customers AS c');
      expect(traffic.misreportedCustomers(new Set(customers.map(({ external_id }) => external_id)))).toEqual([]);
      const { body } = await service.get('/customers/user_42');
      const [{ created }] = (await database.query<{ created: number }>(
        "SELECT (extract(epoch FROM c.created_at) * 1000)::float8 AS created FROM customers AS c WHERE c.external_id = 'user_42'",
      )) as [{ created: number }];
      expect(Date.parse((body as { data: { createdAt: string } }).data.createdAt)).toBe(Math.floor(created));
      expect(logged).toEqual([]);
    },
  );

  it.each(MODES)(
    'in %s mode an event that waits for a lock is refused in time, and is not stored afterwards',
    async (mode, settings) => {
      const { url } = await pool(mode);
      const service = await serve(url, settings);
      const release = await database.lockCustomers('external_id', 'user_42');
      const event = { customerExternalId: 'user_42', type: 'drill', payload: { n: 1 } };
      const refused = await Promise.all(
        [event, { ...event, eventId: 'locked' }].map((body) => service.post('/customer-events', body)),
      );
      const waiting = await database.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
      );
      await release();
      expect(refused.map(({ status, body }) => [status, (body as { details?: unknown }).details])).toEqual([
        [503, undefined],
        [503, undefined],
      ]);
      expect(waiting).toEqual([]);
      expect(await stored()).toEqual([]);
    },
  );

  it('in transaction mode prepared statements stop the start, with a line that names the setting', async () => {
    const { url } = await pool('transaction');
    await expect(connectOnce(url)).rejects.toThrow(
      'A pooler shares sessions of the database between connections, so prepared statements fail (SQLSTATE 42P05). ' +
        'Set DATABASE_PREPARED_STATEMENTS=false, or pool by session.',
    );
  });

  it('that changes to transaction mode meanwhile is a 503, one line that names the setting, and no readiness', async () => {
    const pooler = await pool('session', { poolSize: FEW_SESSIONS });
    const service = await serve(pooler.url, {});
    expect(await readiness(service)).toBe(200);
    await pooler.changeMode('transaction');
    const responses = new Set<number>();
    let n = 0;
    await until(async () => {
      const event = () => ({ customerExternalId: 'user_42', type: 'drill', payload: { n: n++ } });
      const sent = Array.from({ length: 8 }, () => service.post('/customer-events', event()));
      for (const { status } of await Promise.all(sent)) responses.add(status);
      return responses.has(503);
    });
    expect([...responses].filter((status) => status !== 201 && status !== 503)).toEqual([]);
    const told = logged.filter((line) => line.includes('"level":"error"'));
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      /prepared statements fail \(SQLSTATE (42P05|26000)\)\. Set DATABASE_PREPARED_STATEMENTS=false/,
    );
    expect(await readiness(service)).toBe(503);
  });

  it('whose sessions lose their limits meanwhile, readiness says no until they have them again', async () => {
    const pooler = await pool('transaction');
    const service = await serve(pooler.url, SHARED);
    expect(await readiness(service)).toBe(200);
    await asRole(`ALTER ROLE ${role} IN DATABASE ${role} RESET statement_timeout`);
    await pooler.reconnect();
    await until(async () => (await readiness(service)) === 503);
    expect(logged.join('')).toContain(`ALTER ROLE ${role} IN DATABASE ${role} SET statement_timeout = 1500;`);
    await asRole(`ALTER ROLE ${role} IN DATABASE ${role} SET statement_timeout = 1500`);
    await pooler.reconnect();
    await until(async () => (await readiness(service)) === 200);
  });
});

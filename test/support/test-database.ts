import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { until } from './child.ts';

/** A database of its own for one test file: a copy of the migrated template. */
export interface TestDatabase {
  readonly url: string;
  /** Runs SQL beside the service, as an observer or an operator would. */
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** A session of its own, to hold locks in; its user ends it. */
  session(): Promise<pg.Client>;
  /** Who writes to these customers waits until this is released. */
  lockCustomers(column: 'app_id' | 'external_id', value: string): Promise<() => Promise<void>>;
  /** The sessions of the database that wait for a lock. */
  countWaiting(): Promise<number>;
  /** Resolves when so many sessions of the database wait for a lock. */
  untilWaiting(sessions: number): Promise<void>;
  /** Ends the sessions that wait for a lock; where Citus waits on a node, those for which it does. */
  endWaiting(): Promise<void>;
  /** Another database with all that is in this one now, as a restored backup is. It ends all sessions of this one. */
  copy(): Promise<TestDatabase>;
  drop(): Promise<void>;
}

/** The version of Citus by which the databases of this run are distributed; empty: they are not. */
export const citusVersion = (): string => required('TEST_CITUS');

/**
 * With this URL a statement may go to all shards of a distributed database, as those of tests and of operators do. With
 * the URL of a {@link TestDatabase} that is an error: a request goes to one shard.
 */
export function unfenced(url: string): string {
  const all = new URL(url);
  all.searchParams.set('options', `${all.searchParams.get('options') ?? ''} -c ${FENCE}=off`.trim());
  return all.toString();
}

const FENCE = 'citus.multi_task_query_log_level';

/** TEST_CITUS_FENCE=off shows whether statements are right at all, whatever they cost. */
const isFenced = (): boolean => citusVersion() !== '' && process.env.TEST_CITUS_FENCE !== 'off';

/** What docs/scaling.md wants of nodes, and the fence. */
const settingsOfCitus = (): readonly string[] => {
  if (citusVersion() === '') return [];
  const limits = [
    'enable_bitmapscan = off',
    'enable_seqscan = off',
    'jit = off',
    "lock_timeout = '1min'",
    "statement_timeout = '5min'",
  ];
  return isFenced() ? [...limits, `${FENCE} = 'error'`] : limits;
};

/** In the name of a connection between nodes stands the session that it is for: the node, and ten digits of its process. */
const END_WAITING = `
  SELECT pg_terminate_backend(coalesce(right(substring(a.application_name FROM 'gpid=(\\d+)'), 10)::int, a.pid))
  FROM pg_stat_activity AS a WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'`;

export async function createTestDatabase(): Promise<TestDatabase> {
  return databaseFrom(`TEMPLATE ${required('TEST_TEMPLATE')}`);
}

/** A database without tables, for what begins before the first migration. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return databaseFrom(`ENCODING 'UTF8' TEMPLATE template0`);
}

async function databaseFrom(origin: string): Promise<TestDatabase> {
  const serverUrl = required('TEST_SERVER_URL');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `CREATE DATABASE ${name} ${origin}`);
  for (const setting of settingsOfCitus()) {
    await onServer(serverUrl, `ALTER ROLE CURRENT_USER IN DATABASE ${name} SET ${setting}`);
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: unfenced(url.toString()), max: 4 });
  pool.on('error', () => {});
  const query = async <Row>(sql: string, parameters?: unknown[]) => (await pool.query(sql, parameters)).rows as Row[];
  const session = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: unfenced(url.toString()) });
    await client.connect();
    return client;
  };
  const countWaiting = async (): Promise<number> => {
    const waiting = "datname = current_database() AND wait_event_type = 'Lock'";
    return (await query(`SELECT 1 FROM pg_stat_activity WHERE ${waiting}`)).length;
  };
  return {
    url: url.toString(),
    query,
    session,
    lockCustomers: async (column, value) => {
      const rows = await query<{ id: string }>(`SELECT id FROM customers WHERE ${column} = $1 ORDER BY id`, [value]);
      const locking = await session();
      await locking.query('BEGIN');
      // Citus locks no rows of several shards by one statement.
      for (const { id } of rows) await locking.query('SELECT 1 FROM customers WHERE id = $1 FOR UPDATE', [id]);
      return () => locking.end();
    },
    countWaiting,
    untilWaiting: (sessions) => until(async () => (await countWaiting()) >= sessions),
    endWaiting: async () => {
      await query(END_WAITING);
    },
    copy: async () => {
      // Citus has a process in each of its databases that comes back as long as it may.
      await onServer(
        serverUrl,
        `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
        `SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '${name}'`,
      );
      const copy = await databaseFrom(`TEMPLATE ${name}`);
      await onServer(serverUrl, `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      return copy;
    },
    drop: async () => {
      await pool.end();
      await onServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function onServer(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is set by test/support/global-setup.js`);
  return value;
}

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../libs/embedded-postgres/embedded-postgres.ts';

/** One of the databases of the benchmark. */
export interface Database {
  readonly name: string;
  readonly url: string;
  /** Runs SQL beside whatever is measured. */
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
}

/** The project's own PostgreSQL, with its defaults: fsync on. All that is measured runs on it. */
export interface Engine {
  readonly version: string;
  /** For files of a run. */
  readonly folder: string;
  /** An empty database; one of that name is dropped first. */
  createDatabase(name: string): Promise<Database>;
  /** A database of an earlier run, if it was marked complete. */
  completeDatabase(name: string): Promise<Database | null>;
  /** A copy of a database, file by file; one of that name is dropped first. */
  copyDatabase(source: Database, name: string): Promise<Database>;
  markComplete(database: Database): Promise<void>;
  /** So that every run begins alike: nothing left to be written, every page written whole once more. */
  checkpoint(): Promise<void>;
  /** Changes a setting of the running server. */
  configure(setting: string, value: string): Promise<void>;
  stop(): Promise<void>;
}

const COMPLETE = 'complete';

/**
 * @param keptDataDir kept at the end, and what is in it used again.
 * @param sharedBuffers as PostgreSQL writes it, such as `1GB`; undefined: PostgreSQL's default.
 */
export async function startEngine(keptDataDir: string | undefined, sharedBuffers?: string): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'customer-events-bench-'));
  // Root runs PostgreSQL under another account, which must get through.
  chmodSync(folder, 0o711);
  const dataDir = keptDataDir === undefined ? folder : resolve(keptDataDir);
  const server = await startEmbeddedPostgres({
    dataDir,
    settings: sharedBuffers === undefined ? {} : { shared_buffers: sharedBuffers },
    onLog: (line) => console.log(line),
  });
  const pools: pg.Pool[] = [];
  const open = (name: string): Database => {
    const url = server.url(name);
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    pool.on('error', () => {});
    pools.push(pool);
    return {
      name,
      url,
      query: async <Row>(sql: string, parameters?: unknown[]) => (await pool.query(sql, parameters)).rows as Row[],
    };
  };
  const postgres = open('postgres');
  const [row] = await postgres.query<{ server_version: string; fsync: string }>(
    `SELECT current_setting('server_version') AS server_version, current_setting('fsync') AS fsync`,
  );
  if (row?.fsync !== 'on') throw new Error('fsync is off: nothing that is measured would mean anything');
  const create = async (name: string, how: string): Promise<Database> => {
    await postgres.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await postgres.query(`CREATE DATABASE ${name} ${how}`);
    return open(name);
  };
  return {
    version: row.server_version,
    folder,
    createDatabase: (name) => create(name, `ENCODING 'UTF8' TEMPLATE template0`),
    copyDatabase: async (source, name) => {
      // Nobody may be connected to it meanwhile; the pools connect again by themselves.
      await postgres.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [source.name]);
      return create(name, `TEMPLATE ${source.name} STRATEGY FILE_COPY`);
    },
    completeDatabase: async (name) => {
      const found = await postgres.query(
        `SELECT 1 FROM pg_database AS d WHERE d.datname = $1 AND shobj_description(d.oid, 'pg_database') = $2`,
        [name, COMPLETE],
      );
      return found.length > 0 ? open(name) : null;
    },
    markComplete: async ({ name }) => {
      await postgres.query(`COMMENT ON DATABASE ${name} IS '${COMPLETE}'`);
    },
    checkpoint: async () => {
      await postgres.query('CHECKPOINT');
    },
    configure: async (setting, value) => {
      await postgres.query(`ALTER SYSTEM SET ${setting} = '${value}'`);
      await postgres.query('SELECT pg_reload_conf()');
    },
    stop: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

import type { Request } from 'autocannon';
import { join } from 'node:path';
import type { Database, Engine } from './engine.ts';
import { eventSource, TYPES } from './events.ts';
import type { Options } from './options.ts';
import { benchFile } from './paths.ts';
import { startServer, type ServerProcess } from './server-process.ts';
import { startService, type ServiceDatabase } from './service.ts';

export const API = '/api/v1';
export const CUSTOMERS = 1_000;
/** Of each connection: enough that it never sends the same twice within a commit. */
export const REQUESTS_PER_CONNECTION = 64;
const REQUESTS_PER_CONNECTION_OF_BATCHES = 4;

/** What every suite is given. */
export interface Context {
  readonly engine: Engine;
  readonly options: Options;
  /** Ends the server when the suite has ended, however that was. */
  started(server: Promise<ServerProcess>): Promise<ServerProcess>;
}

export const service = (
  context: Context,
  database: ServiceDatabase,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> =>
  context.started(startService(context.engine, database, context.options.cpuProf, undefined, settings));

/** A peer: a server that makes its own tables in an empty database. */
export async function peer(context: Context, name: string, database: Database | null): Promise<ServerProcess> {
  return context.started(
    startServer({
      script: benchFile(`peers/${name}.js`),
      logFile: join(context.engine.folder, `${name}.log`),
      environment: { ...(database === null ? {} : { DATABASE_URL: database.url }), CUSTOMERS: String(CUSTOMERS) },
    }),
  );
}

/** The requests of one connection, each with an event of its own. */
export function eventRequests(
  path: string,
  headers: Record<string, string>,
  withEventIds = false,
  customers = CUSTOMERS,
  types: readonly string[] = TYPES,
) {
  return (connection: number): Request[] => {
    const nextEvent = eventSource(connection, customers, withEventIds, types);
    // Over 64 connections, of many types each comes at least about once.
    const length = Math.max(REQUESTS_PER_CONNECTION, Math.ceil(types.length / 32));
    return Array.from({ length }, () => post(path, headers, nextEvent()));
  };
}

interface BatchOptions {
  readonly customers?: number;
  readonly types?: readonly string[];
  readonly withEventIds?: boolean;
}

/** The requests of one connection, each a batch. */
export function batchRequests(
  headers: Record<string, string>,
  events: number,
  { customers = CUSTOMERS, types = TYPES, withEventIds = false }: BatchOptions = {},
) {
  return (connection: number): Request[] => {
    const nextEvent = eventSource(connection, customers, withEventIds, types);
    return Array.from({ length: REQUESTS_PER_CONNECTION_OF_BATCHES }, () =>
      post(`${API}/customer-events/batch`, headers, { events: Array.from({ length: events }, nextEvent) }),
    );
  };
}

export const post = (path: string, headers: Record<string, string>, body: unknown): Request => ({
  method: 'POST',
  path,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** Counts the rows of a table; a table that is not there yet has none. */
export const rowCounter =
  (database: Database, tableName = 'customer_events') =>
  async (): Promise<number> => {
    const [found] = await database.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
      tableName,
    ]);
    if (found?.there !== true) return 0;
    const [row] = await database.query<{ rows: string }>(`SELECT count(*) AS rows FROM ${tableName}`);
    return Number(row?.rows);
  };

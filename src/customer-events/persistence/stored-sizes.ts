import type { StoredSize, StoredSizes } from '../application/customer-directory-store.port.ts';

type Read = (sql: string, parameters: unknown[]) => Promise<Record<string, unknown>[]>;

/** What a row takes besides the one column that is measured. */
const ROW_BYTES = 120;

/** Of the table alone, and with its indexes. */
interface SizeFunctions {
  readonly table: string;
  readonly total: string;
}

const OF_NODE: SizeFunctions = { table: 'pg_relation_size', total: 'pg_total_relation_size' };
/** They ask every node. */
const OF_SHARDS: SizeFunctions = { table: 'citus_relation_size', total: 'citus_total_relation_size' };

const sizeOfTables = ({ table, total }: SizeFunctions): string => `
  SELECT c.relname AS name, ${table}(c.oid)::float8 / current_setting('block_size')::float8 AS pages,
    ${total}(c.oid)::float8 AS bytes
  FROM pg_class AS c WHERE c.oid IN ('customers'::regclass, 'customer_events'::regclass, 'customer_emails'::regclass)`;

const CUSTOMERS_OF_APPS = (sample: string): string => `
  SELECT c.app_id AS "appId", count(*)::float8 AS count, sum(pg_column_size(c.metadata) + ${ROW_BYTES})::float8 AS bytes
  FROM customers AS c ${sample} GROUP BY c.app_id`;

const EVENTS_OF_APPS = (sample: string): string => `
  SELECT c.app_id AS "appId", sum(t.count)::float8 AS count, sum(t.bytes)::float8 AS bytes
  FROM (SELECT t.customer_id, count(*) AS count, sum(pg_column_size(t.payload) + ${ROW_BYTES}) AS bytes
        FROM customer_events AS t ${sample} GROUP BY t.customer_id) AS t
  JOIN customers AS c ON c.id = t.customer_id GROUP BY c.app_id`;

interface Table {
  readonly pages: number;
  readonly bytes: number;
}

interface Share {
  /** How many rows of the app there are, or are likely to be. */
  readonly rows: number;
  readonly bytes: number;
}

/**
 * The time it takes is bounded by what is read: of each table at most so many pages, chosen at random. The apps share in
 * the size of a table, its indexes included, as they do in the bytes of the rows that were read.
 */
export async function storedSizes(read: Read, isDistributed: boolean, pages: number): Promise<StoredSizes> {
  const tables = new Map(
    (await read(sizeOfTables(isDistributed ? OF_SHARDS : OF_NODE), [])).map(({ name, ...table }) => [
      name as string,
      table as unknown as Table,
    ]),
  );
  const [customers, events] = [tables.get('customers') as Table, tables.get('customer_events') as Table];
  const claims = tables.get('customer_emails') as Table;
  const withClaims = { pages: customers.pages, bytes: customers.bytes + claims.bytes };
  const customersOf = await shares(read, CUSTOMERS_OF_APPS, withClaims, pages);
  const eventsOf = await shares(read, EVENTS_OF_APPS, events, pages);
  const sizes = [...new Set([...customersOf.keys(), ...eventsOf.keys()])].map((appId): StoredSize => ({
    appId,
    customers: Math.round(customersOf.get(appId)?.rows ?? 0),
    events: Math.round(eventsOf.get(appId)?.rows ?? 0),
    bytes: Math.round((customersOf.get(appId)?.bytes ?? 0) + (eventsOf.get(appId)?.bytes ?? 0)),
  }));
  return { sizes, isCounted: customers.pages <= pages && events.pages <= pages };
}

async function shares(
  read: Read,
  sqlOf: (sample: string) => string,
  table: Table,
  pages: number,
): Promise<Map<string, Share>> {
  const part = Math.min(1, pages / Math.max(table.pages, 1));
  const sample = part === 1 ? '' : `TABLESAMPLE SYSTEM (${(part * 100).toFixed(6)})`;
  const rows = (await read(sqlOf(sample), [])) as { appId: string; count: number; bytes: number }[];
  const all = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  return new Map(
    rows.map(({ appId, count, bytes }) => [appId, { rows: count / part, bytes: (table.bytes * bytes) / all }]),
  );
}

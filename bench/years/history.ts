import type pg from 'pg';
import { withClient } from '../bare-writer.ts';
import type { Database, Engine } from '../engine.ts';
import { createServiceDatabase } from '../service.ts';

export const CUSTOMERS = 200_000;
/** The history is of so many months up to now, and the current one. */
export const MONTHS = 24;
/**
 * How full pages of an index are that was filled in no order, as those of the service are: PostgreSQL leaves 69 % in
 * them. Built anew they would be 90 % full, and the first events of every run would split them.
 */
export const FILLFACTOR = 70;

const TYPES = [
  ['order.placed', 30],
  ['order.shipped', 25],
  ['page.viewed', 20],
  ['invoice.paid', 20],
  ['ticket.opened', 5],
] as const;
/** One in twenty. */
export const RARE_TYPE = 'ticket.opened';

/**
 * The service's own schema with a history of so many events: 200 bytes of payload, two years, every second event with
 * an `eventId` of 36 characters. A hundredth of the customers have a fifth of the events, the largest one in sixty.
 */
export async function databaseWithHistory(engine: Engine, name: string, rows: number): Promise<Database> {
  const database = await createServiceDatabase(engine, name, CUSTOMERS);
  await withClient(database.url, (client) => fill(client, rows));
  return database;
}

/** For statements over all rows: no one else is there. */
export const ALONE = `SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '1GB'`;

export const ADD_TIMELINE_KEY = `ALTER TABLE customer_events ADD CONSTRAINT customer_events_pkey
  PRIMARY KEY (customer_id, occurred_at, id) INCLUDE (type) WITH (fillfactor = ${FILLFACTOR})`;
export const ADD_EVENT_ID_KEY = `CREATE UNIQUE INDEX customer_events_event_id_key
  ON customer_events (customer_id, event_id) WITH (fillfactor = ${FILLFACTOR}) WHERE event_id IS NOT NULL`;

/** Rows lie in the order of their time, in slices of a month. */
async function fill(client: pg.Client, rows: number): Promise<void> {
  await client.query(ALONE);
  // Measured is what a statement costs, not what a vacuum beside it does.
  await client.query('ALTER TABLE customer_events SET (autovacuum_enabled = off)');
  await client.query('ALTER TABLE customer_events DROP CONSTRAINT customer_events_pkey');
  await client.query('DROP INDEX customer_events_event_id_key');
  await client.query(
    'CREATE TEMPORARY TABLE numbered AS SELECT row_number() OVER (ORDER BY c.id) - 1 AS place, c.id FROM customers AS c',
  );
  await client.query('ANALYZE numbered');
  await client.query('SELECT setseed(0.5)');
  const slice = Math.ceil(rows / (MONTHS + 1));
  for (let first = 0; first < rows; first += slice) {
    await client.query(INSERT_SLICE, [first, Math.min(first + slice, rows) - 1, rows]);
  }
  await client.query(ADD_TIMELINE_KEY);
  await client.query(ADD_EVENT_ID_KEY);
  await client.query('VACUUM (FREEZE, ANALYZE) customer_events');
}

/** PostgreSQL's array of the types, each as often as it comes in a hundred events. */
const TYPES_BY_SHARE = `array[${TYPES.flatMap(([type, share]) => Array<string>(share).fill(`'${type}'`)).join(',')}]`;

/** Parameters: the first and the last number of the slice, and how many events there are in all. */
const INSERT_SLICE = `
  INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, event_id, created_at)
  SELECT c.id, e.at,
    'c' || lpad(to_hex((extract(epoch FROM e.at) * 1000)::bigint + 62135596800000), 12, '0') || substr(e.hash, 1, 12),
    (${TYPES_BY_SHARE})[1 + (random() * 99.999)::int % 100],
    ('{"orderId":"' || e.number || '","total":' || e.number % 100000 / 100.0 || ',"currency":"EUR","items":[{"sku":"'
      || e.hash || '","quantity":' || e.number % 7 || '}],"address":{"city":"Hamburg","street":"' || reverse(e.hash)
      || '"},"note":"left at the door"}')::json,
    CASE WHEN e.number % 2 = 0 THEN e.hash::uuid::text END, e.at
  FROM (
    SELECT n AS number, md5(n::text) AS hash, floor(${CUSTOMERS} * power(random(), 3)) AS place,
      date_trunc('month', now()) - interval '${MONTHS} months'
        + n / $3::float8 * (now() - date_trunc('month', now()) + interval '${MONTHS} months') AS at
    FROM generate_series($1::bigint, $2::bigint) AS n
  ) AS e JOIN numbered AS c ON c.place = e.place
  ORDER BY e.number`;

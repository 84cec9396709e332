import type pg from 'pg';
import { withClient } from './bare-writer.ts';
import type { Engine } from './engine.ts';
import { createServiceDatabase, externalId, withNewKey, type ServiceDatabase } from './service.ts';

const EVENTS_OF_MOST_CUSTOMERS = 1_000;
const SHARE_OF_LARGEST_CUSTOMER = 1 / 20;
/** Of the history: each gives most customers one event. */
const ROUNDS = EVENTS_OF_MOST_CUSTOMERS;
const ROUNDS_PER_STATEMENT = 20;

/** A service database with years of history in it. */
export interface LargeDatabase extends ServiceDatabase {
  readonly rows: number;
  readonly customers: number;
  readonly largest: { readonly externalId: string; readonly events: number };
  readonly usual: { readonly externalId: string; readonly events: number };
}

/**
 * A table of so many events: a twentieth of them one customer's, 1,000 of each other one. It is
 * made once for each data folder.
 */
export async function largeDatabase(engine: Engine, rows: number): Promise<LargeDatabase> {
  const eventsOfLargest = Math.round((rows * SHARE_OF_LARGEST_CUSTOMER) / ROUNDS) * ROUNDS;
  const customers = 1 + Math.round((rows - eventsOfLargest) / EVENTS_OF_MOST_CUSTOMERS);
  const name = `bench_large_${rows}`;
  const complete = await engine.completeDatabase(name);
  const database =
    complete === null ? await createServiceDatabase(engine, name, customers) : await withNewKey(complete);
  if (complete === null) {
    console.log(`  filling a table with ${rows.toLocaleString('en')} events …`);
    await withClient(database.url, (client) => fill(client, eventsOfLargest / ROUNDS));
    await engine.markComplete(database);
  }
  return {
    ...database,
    rows,
    customers,
    largest: { externalId: externalId(0), events: eventsOfLargest },
    usual: { externalId: externalId(1), events: EVENTS_OF_MOST_CUSTOMERS },
  };
}

/**
 * Rows come in the order of their time, so that a customer's events lie scattered over the table,
 * as they do where they arrive one by one. The primary key is built afterwards and foreign keys are
 * not checked: it makes no difference to what is there, but hours to how long it takes.
 */
async function fill(client: pg.Client, eventsOfLargestInRound: number): Promise<void> {
  await client.query(
    `SET session_replication_role = replica; SET maintenance_work_mem = '1GB'; SET synchronous_commit = off`,
  );
  await client.query(
    `CREATE TEMPORARY TABLE round AS
     SELECT c.id AS customer_id, row_number() OVER (ORDER BY md5(c.id || copy)) AS place, count(*) OVER () AS places
     FROM customers AS c
     CROSS JOIN LATERAL generate_series(1, CASE WHEN c.external_id = $1 THEN ${eventsOfLargestInRound} ELSE 1 END) AS copy`,
    [externalId(0)],
  );
  const { rows } = await client.query<{ definition: string }>(
    `SELECT pg_get_constraintdef(k.oid) AS definition FROM pg_constraint AS k WHERE k.conname = 'customer_events_pkey'`,
  );
  await client.query('ALTER TABLE customer_events DROP CONSTRAINT customer_events_pkey');
  for (let round = 0; round < ROUNDS; round += ROUNDS_PER_STATEMENT) {
    await client.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
       SELECT e.customer_id, e.at, 'c' || lpad(e.number::text, 24, '0'), e.type,
         json_build_object('orderId', e.number::text, 'total', e.number % 100000 / 100.0, 'currency', 'EUR'), e.at
       FROM (
         SELECT r.customer_id, n * r.places + r.place AS number,
           timestamptz '2024-01-01 00:00Z' + (n * r.places + r.place) * (interval '2 years' / (${ROUNDS} * r.places)) AS at,
           (array['order.placed', 'order.shipped', 'invoice.paid', 'ticket.opened'])[1 + (r.place + n) % 4] AS type
         FROM generate_series($1::int, $2::int) AS n CROSS JOIN round AS r
       ) AS e
       ORDER BY e.number`,
      [round, Math.min(round + ROUNDS_PER_STATEMENT, ROUNDS) - 1],
    );
  }
  await client.query(`ALTER TABLE customer_events ADD CONSTRAINT customer_events_pkey ${rows[0]?.definition}`);
  await client.query('VACUUM (ANALYZE) customer_events');
}

import type pg from 'pg';
import { withClient } from './bare-writer.ts';
import type { Engine } from './engine.ts';
import { createServiceDatabase, externalId, withNewKey, type ServiceDatabase } from './service.ts';

const EVENTS_PER_STATEMENT = 50_000;
const EVENTS_OF_OTHERS = 1_000;

/** Of which most events of a real mix are: an app makes them quiet. */
export const QUIET_TYPES = ['page.viewed', 'session.started', 'email.opened', 'heartbeat'];
export const LOUD_TYPES = ['order.placed', 'invoice.paid', 'payment.failed', 'ticket.opened'];
/** In so many events there is one that is not quiet. */
const LOUD_EVERY = 16;

/** A service database in which one customer has a very long history, and some others a usual one. */
export interface LongCustomerDatabase extends ServiceDatabase {
  readonly longest: string;
  readonly events: number;
  readonly others: readonly string[];
}

/** Made once for each data folder. @param events of the longest history, over the years 2016 to 2025 */
export async function longCustomerDatabase(
  engine: Engine,
  events: number,
  others: number,
): Promise<LongCustomerDatabase> {
  const name = `bench_entries_${events}_${others}`;
  const complete = await engine.completeDatabase(name);
  const database =
    complete === null ? await createServiceDatabase(engine, name, 1 + others) : await withNewKey(complete);
  if (complete === null) {
    console.log(`  filling a customer's timeline with ${events.toLocaleString('en')} events …`);
    await withClient(database.url, (client) => fill(client, events));
    await engine.markComplete(database);
  }
  const names = Array.from({ length: others }, (_, index) => externalId(1 + index));
  return { ...database, longest: externalId(0), events, others: names };
}

async function fill(client: pg.Client, events: number): Promise<void> {
  await client.query('SET synchronous_commit = off');
  for (let first = 0; first < events; first += EVENTS_PER_STATEMENT) {
    const last = Math.min(first + EVENTS_PER_STATEMENT, events) - 1;
    await client.query(insertion('c.external_id = $3', events), [first, last, externalId(0)]);
  }
  await client.query(insertion('c.external_id <> $3', EVENTS_OF_OTHERS), [0, EVENTS_OF_OTHERS - 1, externalId(0)]);
  await client.query('VACUUM (ANALYZE) customer_events');
}

const insertion = (whose: string, events: number): string => `
  INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
  SELECT e.customer_id, e.at, 'c' || lpad(e.number::text, 24, '0'), e.type,
    json_build_object('orderId', e.number::text, 'total', e.number % 100000 / 100.0, 'currency', 'EUR'), e.at
  FROM (
    SELECT c.id AS customer_id, n AS number,
      timestamptz '2016-01-01 00:00Z' + n * (interval '10 years' / ${events}) AS at,
      CASE WHEN n % ${LOUD_EVERY} = 0 THEN (array['${LOUD_TYPES.join("','")}'])[1 + n / ${LOUD_EVERY} % ${LOUD_TYPES.length}]
        ELSE (array['${QUIET_TYPES.join("','")}'])[1 + n * 7 / 3 % ${QUIET_TYPES.length}] END AS type
    FROM generate_series($1::int, $2::int) AS n CROSS JOIN customers AS c
    WHERE ${whose}
  ) AS e`;

import { withClient } from '../bare-writer.ts';
import type { Database } from '../engine.ts';
import { MONTHS } from './history.ts';

/** The first instant of the history that is kept, after so many months of it are gone. */
const keptFrom = (months: number): string =>
  `date_trunc('month', now() - interval '${MONTHS} months') + interval '${months} months'`;

/**
 * Customer by customer along the primary key, so many events in a statement.
 *
 * @param months of the history that are gone afterwards.
 * @returns how many events it deleted.
 */
export async function deleteEvents(database: Database, slice: number, months: number): Promise<number> {
  let deleted = 0;
  let customer = '';
  for (let rows = slice; rows === slice; deleted += rows) {
    const [row] = await database.query<{ rows: number; last: string | null }>(
      `WITH old AS MATERIALIZED (
         SELECT t.customer_id, t.occurred_at, t.id
         FROM (SELECT c.id FROM customers AS c WHERE c.id >= $1 ORDER BY c.id) AS c
         CROSS JOIN LATERAL (
           SELECT t.customer_id, t.occurred_at, t.id FROM customer_events AS t
           WHERE t.customer_id = c.id AND t.occurred_at < ${keptFrom(months)}
           ORDER BY t.occurred_at, t.id) AS t
         LIMIT ${slice}),
       gone AS (
         DELETE FROM customer_events AS t USING old AS o
         WHERE t.customer_id = o.customer_id AND t.occurred_at = o.occurred_at AND t.id = o.id
         RETURNING t.customer_id)
       SELECT count(*)::int AS rows, max(g.customer_id) AS last FROM gone AS g`,
      [customer],
    );
    rows = row?.rows ?? 0;
    customer = row?.last ?? customer;
  }
  return deleted;
}

/** @returns how many events it had. */
export async function dropFirstPartition(database: Database): Promise<number> {
  const [row] = await database.query<{ rows: number }>('SELECT count(*)::int AS rows FROM customer_events_0');
  await withClient(database.url, async (client) => {
    // Nobody waits for it, as they would for a DROP of a partition that is attached.
    await client.query('ALTER TABLE customer_events DETACH PARTITION customer_events_0 CONCURRENTLY');
    await client.query('DROP TABLE customer_events_0');
  });
  return row?.rows ?? 0;
}

/**
 * The claims of events before the second month. Their key says nothing of time, so the whole table is read, so many blocks
 * in a statement.
 *
 * @returns how many claims it deleted.
 */
export async function deleteClaims(database: Database, blocks: number): Promise<number> {
  const [size] = await database.query<{ blocks: number }>(
    `SELECT (pg_relation_size('event_claims') / current_setting('block_size')::int)::int AS blocks`,
  );
  let deleted = 0;
  for (let first = 0; first < (size?.blocks ?? 0); first += blocks) {
    const [row] = await database.query<{ rows: number }>(
      `WITH gone AS (
         DELETE FROM event_claims AS c
         WHERE c.ctid >= '(${first},0)' AND c.ctid < '(${first + blocks},0)' AND c.occurred_at < ${keptFrom(1)}
         RETURNING 1)
       SELECT count(*)::int AS rows FROM gone`,
    );
    deleted += row?.rows ?? 0;
  }
  return deleted;
}

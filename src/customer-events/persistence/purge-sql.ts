import type { Query } from '../../platform/postgres/transactions.ts';
import { utcText } from '../../platform/postgres/utc-text.ts';
import type { PurgeWindow } from '../domain/purge.ts';
import type { TimelinePosition } from '../domain/timeline.ts';

/** Deleted by one statement: who writes to the same customer waits some milliseconds. */
export const MAX_EVENTS_DELETED = 1_000;
/** Entries of the index that one statement looks at, whatever their type: about 10 ms. */
export const MAX_ENTRIES = 20_000;

const ORDER = 't.occurred_at, t.id';

/** The parameters of a statement that is being put together. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** `c.id` of those customers who have an event in the time of a window. */
export function selectCandidates(ids: readonly string[], { from, before }: PurgeWindow): Query {
  const parameters = new Parameters();
  const conditions = [`t.customer_id = c.id`, `t.occurred_at < ${parameters.add(before)}`];
  if (from !== null) conditions.push(`t.occurred_at >= ${parameters.add(from)}`);
  return {
    sql: `SELECT c.id FROM customers AS c WHERE c.id = ANY (${parameters.add(ids)}::text[])
      AND EXISTS (SELECT 1 FROM customer_events AS t WHERE ${conditions.join(' AND ')}) ORDER BY c.id`,
    parameters: parameters.values,
  };
}

/** How many of the next entries are meant. */
export function countMeant(customerId: string, window: PurgeWindow, after: TimelinePosition | null): Query {
  const parameters = new Parameters();
  const walk = nextEntries(customerId, window, after, parameters);
  return {
    sql: `SELECT count(*)::int AS count FROM (${walk} LIMIT ${MAX_ENTRIES}) AS t WHERE ${isMeant(window, parameters)}`,
    parameters: parameters.values,
  };
}

/** The next entries that are meant, as many as are deleted at once. */
export function selectMeant(customerId: string, window: PurgeWindow, after: TimelinePosition | null): Query {
  const parameters = new Parameters();
  const walk = nextEntries(customerId, window, after, parameters);
  return {
    sql: `SELECT ${POSITION} FROM (${walk} LIMIT ${MAX_ENTRIES}) AS t WHERE ${isMeant(window, parameters)}
      ORDER BY ${ORDER} LIMIT ${MAX_EVENTS_DELETED}`,
    parameters: parameters.values,
  };
}

/** The last entry that the other statements look at; none: they come to the end of the window. */
export function selectEndOfWalk(customerId: string, window: PurgeWindow, after: TimelinePosition | null): Query {
  const parameters = new Parameters();
  const walk = nextEntries(customerId, window, after, parameters);
  return {
    sql: `SELECT ${POSITION} FROM (${walk} OFFSET ${MAX_ENTRIES - 1} LIMIT 1) AS t`,
    parameters: parameters.values,
  };
}

const POSITION = `${utcText('t.occurred_at')} AS occurred_at, t.id`;

/**
 * The customer is a constant, and so are the ends of what is deleted: without them PostgreSQL, which takes all histories
 * for short ones, may read a long one from its beginning to find these.
 *
 * @param events at least one, in their order.
 */
export function deleteEvents(customerId: string, events: readonly TimelinePosition[]): Query {
  const times = events.map(({ occurredAt }) => occurredAt);
  return {
    sql: `DELETE FROM customer_events AS t
      USING unnest($2::timestamptz[], $3::text[]) AS k (occurred_at, id)
      WHERE t.customer_id = $1 AND t.occurred_at = k.occurred_at AND t.id = k.id
        AND t.occurred_at >= $4 AND t.occurred_at <= $5`,
    parameters: [customerId, times, events.map(({ id }) => id), times[0], times.at(-1)],
  };
}

/** The entries of a customer in a window behind a position; without a limit. */
function nextEntries(
  customerId: string,
  { from, before }: PurgeWindow,
  after: TimelinePosition | null,
  parameters: Parameters,
): string {
  const conditions = [
    `t.customer_id = ${parameters.add(customerId)}`,
    `t.occurred_at < ${parameters.add(before)}`,
    ...(from === null ? [] : [`t.occurred_at >= ${parameters.add(from)}`]),
  ];
  if (after !== null) {
    const [occurredAt, id] = [parameters.add(after.occurredAt), parameters.add(after.id)];
    conditions.push(`t.occurred_at >= ${occurredAt} AND (${ORDER}) > (${occurredAt}, ${id})`);
  }
  return `SELECT ${ORDER}, t.type FROM customer_events AS t WHERE ${conditions.join(' AND ')} ORDER BY ${ORDER}`;
}

/** Whether the first rule that matches the type of `t` is one that is meant. */
function isMeant({ rules }: PurgeWindow, parameters: Parameters): string {
  const cases = rules.map((rule) => {
    const text = parameters.add(rule.text);
    return `WHEN t.type ${rule.isPrefix ? '^@' : '='} ${text} THEN ${rule.isMeant}`;
  });
  return `CASE ${cases.join(' ')} ELSE false END`;
}

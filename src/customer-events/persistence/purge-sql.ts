import { compareInstants, type Instant } from '../../../libs/time/instant.ts';
import { Parameters } from '../../platform/postgres/parameters.ts';
import { oneShard, type Shards } from '../../platform/postgres/shards.ts';
import type { Query } from '../../platform/postgres/transactions.ts';
import { utcText } from '../../platform/postgres/utc-text.ts';
import type { EventPosition } from '../application/purge-store.port.ts';
import type { PurgeWindow } from '../domain/purge.ts';
import type { TimelinePosition } from '../domain/timeline.ts';

/** Deleted by one statement: who writes to the same customer waits some milliseconds. */
export const MAX_EVENTS_DELETED = 1_000;
/** Entries of the index that one statement looks at, whatever their type: about 10 ms. */
export const MAX_ENTRIES = 20_000;

const ORDER = 't.occurred_at, t.id';

/**
 * Of each customer with entries in a window, how many these are, and as JSON the times and ids of those that are meant.
 * Of a customer it counts one more than `maxEntriesOf` at most: then there may be more, of which nothing is known.
 *
 * Without an order: which entries are counted does not matter where there are too many of them, and an order made
 * PostgreSQL sort whole histories where several customers are named beside the join.
 *
 * @param customerIds of one shard; at least one.
 */
export function selectMeantOfMany(customerIds: readonly string[], window: PurgeWindow, shards: Shards): Query {
  const parameters = new Parameters();
  const { add } = parameters;
  const sql = `
    SELECT k.id AS customer_id, w.entries, w.meant FROM unnest(${add(customerIds)}::text[]) AS k (id)
    CROSS JOIN LATERAL (
      SELECT count(*)::int AS entries,
        json_agg(json_build_array(${utcText('e.occurred_at')}, e.id)) FILTER (WHERE e.is_meant) AS meant
      FROM (
        SELECT t.occurred_at, t.id, ${isMeant(window, parameters)} AS is_meant FROM customer_events AS t
        WHERE t.customer_id = k.id AND ${inTime(window, parameters)} ${oneShard(shards, 't.customer_id', customerIds, parameters)}
        LIMIT ${maxEntriesOf(customerIds) + 1}
      ) AS e
    ) AS w
    WHERE w.entries > 0`;
  return { sql, parameters: parameters.values };
}

/** How many entries of each of many customers are looked at together. */
export const maxEntriesOf = ({ length }: readonly string[]): number => Math.floor(MAX_ENTRIES / length);

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

/**
 * In one piece it goes by the keys alone: PostgreSQL takes what lies between two ends of a customer for a few rows, reads
 * these first, and compares each with all keys. Of 2,000 rows 1,000 took 1.4 s, and take 26 ms so. Where the customers
 * lead to a shard, they need the ends beside them, or a plan that goes by customers would go through whole histories.
 *
 * @param events at least one, of customers of one shard.
 */
export function deleteEventsOfMany(events: readonly EventPosition[], shards: Shards): Query {
  const parameters = new Parameters();
  const { add } = parameters;
  const customerIds = events.map(({ customerId }) => customerId);
  const times = events.map(({ occurredAt }) => occurredAt);
  const keys = [add(customerIds), add(times), add(events.map(({ id }) => id))];
  const toShard = (): string =>
    `${oneShard(shards, 't.customer_id', customerIds, parameters)} AND ${between(times.toSorted(compareInstants), parameters)}`;
  const sql = `
    DELETE FROM customer_events AS t
    USING unnest(${keys[0]}::text[], ${keys[1]}::timestamptz[], ${keys[2]}::text[]) AS k (customer_id, occurred_at, id)
    WHERE t.customer_id = k.customer_id AND t.occurred_at = k.occurred_at AND t.id = k.id
      ${shards.isDistributed ? toShard() : ''}`;
  return { sql, parameters: parameters.values };
}

const between = (times: readonly Instant[], parameters: Parameters): string =>
  `t.occurred_at >= ${parameters.add(times[0])} AND t.occurred_at <= ${parameters.add(times.at(-1))}`;

/** The entries of a customer in a window behind a position; without a limit. */
function nextEntries(
  customerId: string,
  window: PurgeWindow,
  after: TimelinePosition | null,
  parameters: Parameters,
): string {
  const conditions = [`t.customer_id = ${parameters.add(customerId)}`, inTime(window, parameters)];
  if (after !== null) {
    const [occurredAt, id] = [parameters.add(after.occurredAt), parameters.add(after.id)];
    conditions.push(`t.occurred_at >= ${occurredAt} AND (${ORDER}) > (${occurredAt}, ${id})`);
  }
  return `SELECT ${ORDER}, t.type FROM customer_events AS t WHERE ${conditions.join(' AND ')} ORDER BY ${ORDER}`;
}

function inTime({ from, before }: PurgeWindow, parameters: Parameters): string {
  const ends = `t.occurred_at < ${parameters.add(before)}`;
  return from === null ? ends : `${ends} AND t.occurred_at >= ${parameters.add(from)}`;
}

/** Whether the first rule that matches the type of `t` is one that is meant. */
function isMeant({ rules }: PurgeWindow, parameters: Parameters): string {
  const cases = rules.map((rule) => {
    const text = parameters.add(rule.text);
    return `WHEN t.type ${rule.isPrefix ? '^@' : '='} ${text} THEN ${rule.isMeant}`;
  });
  return `CASE ${cases.join(' ')} ELSE false END`;
}

import { Parameters } from '../../platform/postgres/parameters.ts';
import { fieldsWithout, selectList } from '../../platform/postgres/record-columns.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { LATEST_PAYLOADS, type TypeMoment } from '../application/timeline-store.port.ts';
import type { TimelineFilter, TimelinePosition, TimelineQuery } from '../domain/timeline.ts';
import { CUSTOMER_EVENT_COLUMNS } from './customer-event-columns.ts';
import { eventAtPosition, timelineCondition, timelineOrder, typeCondition, type Sql } from './timeline-walk-sql.ts';

/** All but the payload, which is sent only where there is room for it. */
const FRAME_COLUMNS = selectList(CUSTOMER_EVENT_COLUMNS, 't', fieldsWithout(CUSTOMER_EVENT_COLUMNS, 'payload'));

/**
 * Counts by the parts of time that begin at each instant; see {@link TimelineStore.countParts}. Each part is a range of the
 * index: of 500,000 events in 366 parts that took 0.2 s, and sorting the events of one range into parts 0.5 s. Parts
 * without an event give no row.
 */
export function selectPartCounts(
  customerId: string,
  types: TimelineFilter['types'],
  starts: readonly Instant[],
  end: Instant | undefined,
): Sql {
  const parameters = new Parameters(customerId, starts, [...starts.slice(1), end ?? 'infinity']);
  const matches = types.length === 0 ? '' : `AND ${typeCondition({ types }, parameters)}`;
  return {
    sql: `SELECT p.part::int - 1 AS part, c.count
      FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS p (start, finish, part)
      CROSS JOIN LATERAL (
        SELECT count(*) AS count FROM customer_events AS t
        WHERE t.customer_id = $1 AND t.occurred_at >= p.start AND t.occurred_at < p.finish ${matches}) AS c
      WHERE c.count > 0`,
    parameters: parameters.values,
  };
}

/** Larger than any page of PostgreSQL: what is stored uncompressed with so many bytes has exactly these, without a header. */
const MAX_BLOCK_BYTES = 32_768;

const EXACT_PAYLOAD_BYTES = `CASE WHEN pg_column_compression(t.payload) IS NULL AND pg_column_size(t.payload) > ${MAX_BLOCK_BYTES}
  THEN pg_column_size(t.payload) ELSE octet_length(t.payload::text) END`;

/** The first events; see {@link TimelineStore.latest}. */
export function selectLatest(customerId: string, query: TimelineQuery, limit: number, maxPayloadBytes: number): Sql {
  const { sql, parameters } = timelineCondition(customerId, query, null);
  const order = timelineOrder(query);
  const events = `SELECT t.* FROM customer_events AS t WHERE ${sql} ORDER BY ${order} LIMIT ${limit}`;
  return { sql: selectWithinBudget(events, order, maxPayloadBytes), parameters };
}

/**
 * The latest event of each type that had one last at the instant given; see {@link TimelineStore.latestOfTypes}. Each
 * is found in the index, within the entries of one instant; only its row is then read.
 */
export function selectLatestOfTypes(
  customerId: string,
  from: Instant | undefined,
  lasts: readonly TypeMoment[],
  maxPayloadBytes: number,
): Sql {
  const parameters = new Parameters(customerId);
  const { add } = parameters;
  const since = from === undefined ? '' : `AND t.occurred_at >= ${add(from)}`;
  const found = lasts.map(
    ({ type, lastOccurredAt }) => `(SELECT t.occurred_at, t.id FROM customer_events AS t
      WHERE t.customer_id = $1 AND t.occurred_at <= ${add(lastOccurredAt)} ${since} AND t.type = ${add(type)}
      ORDER BY t.occurred_at DESC, t.id DESC LIMIT 1)`,
  );
  const events = `SELECT t.* FROM (${found.join(' UNION ALL ')}) AS k ${eventAtPosition('k')}`;
  const order = 't.occurred_at DESC, t.id DESC';
  return { sql: selectWithinBudget(events, order, maxPayloadBytes), parameters: parameters.values };
}

/** The events at these positions; see {@link TimelineStore.eventsAt}. Each is found through the primary key. */
export function selectEventsAt(
  customerId: string,
  positions: readonly TimelinePosition[],
  maxPayloadBytes: number,
): Sql {
  const events = `SELECT t.* FROM (SELECT DISTINCT * FROM unnest($2::timestamptz[], $3::text[])) AS k (occurred_at, id) ${eventAtPosition('k')}`;
  return {
    sql: selectWithinBudget(events, 't.occurred_at DESC, t.id DESC', maxPayloadBytes),
    parameters: [customerId, positions.map(({ occurredAt }) => occurredAt), positions.map(({ id }) => id)],
  };
}

/** Events with the size of their payload, and the payloads themselves as long as they are in the budget of {@link TimelineStore.latest}. */
const selectWithinBudget = (events: string, order: string, maxPayloadBytes: number): string =>
  `SELECT ${FRAME_COLUMNS}, t.payload_bytes AS "payloadBytes",
     CASE WHEN t.size > 0 AND t.bytes <= ${LATEST_PAYLOADS * maxPayloadBytes} THEN t.payload::text END AS payload
   FROM (SELECT t.*, sum(t.size) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS bytes
         FROM (SELECT t.*, CASE WHEN t.payload_bytes <= ${maxPayloadBytes} THEN t.payload_bytes ELSE 0 END AS size
               FROM (SELECT t.*, ${EXACT_PAYLOAD_BYTES} AS payload_bytes FROM (${events}) AS t) AS t) AS t) AS t
   ORDER BY ${order}`;

/** Counts by type between each position and the next, the newest first; see {@link TimelineStore.countBetween}. */
export function selectCountsBetween(customerId: string, positions: readonly TimelinePosition[]): Sql {
  const parameters = new Parameters(customerId);
  const { add } = parameters;
  const bounds = positions.map(({ occurredAt, id }) => `(${add(occurredAt)}::timestamptz, ${add(id)}::text)`);
  const [newest, oldest] = [bounds[0], bounds.at(-1)];
  const inner = bounds.slice(1, -1);
  const place = inner.map((bound) => `CASE WHEN (t.occurred_at, t.id) < ${bound} THEN 1 ELSE 0 END`);
  const others = inner.map((bound) => `AND (t.occurred_at, t.id) <> ${bound}`);
  return {
    sql: `SELECT ${['0', ...place].join(' + ')} AS part, t.type, count(*) AS count FROM customer_events AS t
      WHERE t.customer_id = $1 AND (t.occurred_at, t.id) < ${newest} AND (t.occurred_at, t.id) > ${oldest}
        ${others.join(' ')}
      GROUP BY part, t.type`,
    parameters: parameters.values,
  };
}

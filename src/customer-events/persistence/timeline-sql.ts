import { Parameters } from '../../platform/postgres/parameters.ts';
import { fieldsWithout, selectList } from '../../platform/postgres/record-columns.ts';
import { LATEST_PAYLOADS } from '../application/timeline-store.port.ts';
import {
  EVENT_OVERHEAD_BYTES,
  type ReadLimits,
  type TimelineFilter,
  type TimelinePosition,
  type TimelineQuery,
} from '../domain/timeline.ts';
import { CUSTOMER_EVENT_COLUMNS, type EventRow } from './customer-event-columns.ts';

export interface Sql {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** All but the payload, which is sent only where there is room for it. */
const FRAME_COLUMNS = selectList(CUSTOMER_EVENT_COLUMNS, 't', fieldsWithout(CUSTOMER_EVENT_COLUMNS, 'payload'));

/** So many pages may be read where sizes are not added up; what is beyond the page is dropped. */
const UNMEASURED_PAGES = 4;

/** What is stored uncompressed has its size in its header: it is not read to be measured. */
const PAYLOAD_BYTES = `CASE WHEN pg_column_compression(t.payload) IS NULL THEN pg_column_size(t.payload)
  ELSE octet_length(t.payload::text) END`;

export const timelineOrder = ({ order }: TimelineQuery): string =>
  order === 'asc' ? 't.occurred_at ASC, t.id ASC' : 't.occurred_at DESC, t.id DESC';

/**
 * The condition on `customer_events AS t` that selects what a query asks for, behind a position.
 * All of it is found through the primary key, which is the timeline's index and holds the type too.
 */
export function timelineCondition(customerId: string, query: TimelineQuery, after: TimelinePosition | null): Sql {
  const parameters = new Parameters();
  const { add } = parameters;
  const conditions = [`t.customer_id = ${add(customerId)}`];
  if (query.from !== undefined) conditions.push(`t.occurred_at >= ${add(query.from)}`);
  if (query.to !== undefined) conditions.push(`t.occurred_at < ${add(query.to)}`);
  if (after !== null) {
    const beyond = query.order === 'asc' ? '>' : '<';
    const [occurredAt, id] = [add(after.occurredAt), add(after.id)];
    // The first condition follows from the second, and lets a partitioned table leave out partitions.
    conditions.push(
      `t.occurred_at ${beyond}= ${occurredAt} AND (t.occurred_at, t.id) ${beyond} (${occurredAt}, ${id})`,
    );
  }
  if (query.types.length > 0) conditions.push(typeCondition(query, parameters));
  return { sql: conditions.join(' AND '), parameters: parameters.values };
}

function typeCondition({ types }: TimelineFilter, { add }: Parameters): string {
  const [names, prefixes] = [false, true].map((isPrefix) =>
    types.filter((filter) => filter.isPrefix === isPrefix).map(({ type }) => type),
  );
  return `(t.type = ANY(${add(names)}::text[]) OR t.type ^@ ANY(${add(prefixes)}::text[]))`;
}

/** A row of {@link selectEvents} and {@link selectMeasuredEvents}. */
export type PageRow = Omit<EventRow, 'payload'> & {
  /** Null where it is not sent: it is too large, or the row is no event of the types asked for. */
  readonly payload: string | null;
  /** False: the row is no event of the types asked for. Absent where all types are. */
  readonly matches?: boolean;
  /** The last entry that this read may look at. */
  readonly endsWalk?: boolean;
};

/**
 * One page of events, and one row more where there are more. Of the types asked for, only so many entries are
 * looked at; the last of them comes as a row too, whatever it is.
 *
 * Payloads come as long as they are small enough that all rows together have at most
 * {@link UNMEASURED_PAGES} times the bytes of a page. A larger one is not sent, and then
 * {@link selectMeasuredEvents} reads the page: few have one, and adding up sizes took 0.4 of a usual page's time.
 */
export function selectEvents(
  customerId: string,
  query: TimelineQuery,
  after: TimelinePosition | null,
  limits: ReadLimits,
): Sql {
  const largest = Math.floor((limits.bytes * UNMEASURED_PAGES) / (limits.events + 1));
  const isSmall = `pg_column_size(t.payload) <= ${largest}
    AND (pg_column_compression(t.payload) IS NULL OR octet_length(t.payload::text) <= ${largest})`;
  const order = timelineOrder(query);
  if (query.types.length === 0) {
    const { sql, parameters } = timelineCondition(customerId, query, after);
    return {
      sql: `SELECT ${FRAME_COLUMNS}, CASE WHEN ${isSmall} THEN t.payload::text END AS payload
        FROM customer_events AS t WHERE ${sql} ORDER BY ${order} LIMIT ${limits.events + 1}`,
      parameters,
    };
  }
  const { events, parameters } = matchingEvents(customerId, query, after, limits);
  return {
    sql: `SELECT ${FRAME_COLUMNS}, t.matches, t.ends_walk AS "endsWalk",
        CASE WHEN t.matches AND ${isSmall} THEN t.payload::text END AS payload
      FROM (${events}) AS t ORDER BY ${order}`,
    parameters,
  };
}

/** The same page, without any payload beyond its bytes: the row after its last event has none. */
export function selectMeasuredEvents(
  customerId: string,
  query: TimelineQuery,
  after: TimelinePosition | null,
  limits: ReadLimits,
): Sql {
  const order = timelineOrder(query);
  const { events, parameters } =
    query.types.length === 0
      ? allEvents(customerId, query, after, limits)
      : matchingEvents(customerId, query, after, limits);
  return {
    sql: `SELECT ${FRAME_COLUMNS}, t.matches, t.ends_walk AS "endsWalk",
        CASE WHEN t.matches AND t.bytes <= ${limits.bytes} THEN t.payload::text END AS payload
      FROM (SELECT t.*, sum(t.size) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS bytes
            FROM (SELECT t.*, least(${PAYLOAD_BYTES} + ${EVENT_OVERHEAD_BYTES}, ${limits.bytes}) AS size
                  FROM (${events}) AS t) AS t) AS t
      WHERE t.bytes - t.size <= ${limits.bytes} ORDER BY ${order}`,
    parameters,
  };
}

interface Events {
  /** A SELECT of whole rows of `customer_events` with `matches` and `ends_walk`. */
  readonly events: string;
  readonly parameters: unknown[];
}

function allEvents(
  customerId: string,
  query: TimelineQuery,
  after: TimelinePosition | null,
  limits: ReadLimits,
): Events {
  const { sql, parameters } = timelineCondition(customerId, query, after);
  return {
    events: `SELECT t.*, true AS matches, false AS ends_walk FROM customer_events AS t
      WHERE ${sql} ORDER BY ${timelineOrder(query)} LIMIT ${limits.events + 1}`,
    parameters,
  };
}

/**
 * The events that match are found in the index alone; only their rows are then read. Without this, PostgreSQL
 * would read the row of every event on the way to know its type.
 */
function matchingEvents(
  customerId: string,
  query: TimelineQuery,
  after: TimelinePosition | null,
  limits: ReadLimits,
): Events {
  const walk = timelineCondition(customerId, { ...query, types: [] }, after);
  const { sql } = walk;
  const parameters = new Parameters(...walk.parameters);
  const matches = typeCondition(query, parameters);
  const order = timelineOrder(query);
  return {
    // The end of the walk is looked for in the same snapshot, and only where the matches do not fill the page. The
    // customer, the first parameter, is named once more at the end: it leads a distributed database to one shard.
    events: `WITH found AS MATERIALIZED (
        SELECT t.occurred_at, t.id, true AS matches, false AS ends_walk
        FROM (SELECT t.occurred_at, t.id, t.type FROM customer_events AS t
              WHERE ${sql} ORDER BY ${order} LIMIT ${limits.entries}) AS t
        WHERE ${matches} ORDER BY ${order} LIMIT ${limits.events + 1}),
      walk_end AS (
        SELECT t.occurred_at, t.id, false AS matches, true AS ends_walk FROM customer_events AS t
        WHERE ${sql} AND (SELECT count(*) FROM found) <= ${limits.events}
        ORDER BY ${order} OFFSET ${limits.entries - 1} LIMIT 1)
      SELECT t.*, k.matches, k.ends_walk
      FROM (SELECT * FROM found UNION ALL SELECT * FROM walk_end) AS k
      JOIN customer_events AS t
        ON t.customer_id = $1 AND t.occurred_at = k.occurred_at AND t.id = k.id
      ORDER BY ${order}, k.ends_walk`,
    parameters: parameters.values,
  };
}

/** The first events; see {@link TimelineStore.latest}. */
export function selectLatest(customerId: string, query: TimelineQuery, limit: number, maxPayloadBytes: number): Sql {
  const { sql, parameters } = timelineCondition(customerId, query, null);
  const order = timelineOrder(query);
  return {
    sql: `SELECT ${FRAME_COLUMNS}, CASE WHEN t.size > 0 AND t.bytes <= ${LATEST_PAYLOADS * maxPayloadBytes} THEN t.payload::text END AS payload
      FROM (SELECT t.*, sum(t.size) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS bytes
            FROM (SELECT t.*, CASE WHEN t.payload_size <= ${maxPayloadBytes} THEN t.payload_size ELSE 0 END AS size
                  FROM (SELECT t.*, CASE WHEN pg_column_size(t.payload) > ${maxPayloadBytes}
                          THEN pg_column_size(t.payload) ELSE ${PAYLOAD_BYTES} END AS payload_size
                        FROM customer_events AS t WHERE ${sql} ORDER BY ${order} LIMIT ${limit}) AS t) AS t) AS t
      WHERE t.bytes - t.size <= ${LATEST_PAYLOADS * maxPayloadBytes} ORDER BY ${order}`,
    parameters,
  };
}

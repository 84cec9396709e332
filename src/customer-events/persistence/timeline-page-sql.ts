import { selectList } from '../../platform/postgres/record-columns.ts';
import type { Query } from '../../platform/postgres/transactions.ts';
import {
  EVENT_OVERHEAD_BYTES,
  type ReadLimits,
  type TimelinePosition,
  type TimelineQuery,
} from '../domain/timeline.ts';
import { CUSTOMER_EVENT_COLUMNS, EVENT_JSON, type EventRow } from './customer-event-columns.ts';
import { eventAtPosition, filteredWalk, timelineCondition, timelineOrder, type Sql } from './timeline-walk-sql.ts';

/** Where an event is, beside what it is. */
const PLACE_COLUMNS = selectList(CUSTOMER_EVENT_COLUMNS, 't', ['id', 'occurredAt']);

/** Between the events of a {@link PageOfAll}: a character that no JSON has, in which control characters are escaped. */
export const EVENT_SEPARATOR = '\u0001';

/** So many pages may be read where sizes are not added up; what is beyond the page is dropped. */
const UNMEASURED_PAGES = 4;

/** What is stored uncompressed has its size in its header: it is not read to be measured. */
const PAYLOAD_BYTES = `CASE WHEN pg_column_compression(t.payload) IS NULL THEN pg_column_size(t.payload)
  ELSE octet_length(t.payload::text) END`;

/** The row of {@link selectPage}: its events, in {@link EVENT_JSON}, an empty text where one is too large to be sent; null: there are none. */
export interface PageOfAll {
  readonly events: string | null;
}

/** A row of {@link selectMatchingEvents} and {@link selectMeasuredEvents}. */
export type PageRow = Pick<EventRow, 'id' | 'occurredAt'> & {
  /** Null where it is not sent: it is too large, or the row is no event of the types asked for. */
  readonly event: string | null;
  /** False: the row is no event of the types asked for. */
  readonly matches: boolean;
  /** The last entry that this read may look at. */
  readonly endsWalk: boolean;
};

/**
 * Payloads come as long as they are small enough that all rows together have at most
 * {@link UNMEASURED_PAGES} times the bytes of a page. A larger one is not sent, and then
 * {@link selectMeasuredEvents} reads the page: few have one, and adding up sizes took 0.4 of a usual page's time.
 */
function isSmall(limits: ReadLimits): string {
  const largest = Math.floor((limits.bytes * UNMEASURED_PAGES) / (limits.events + 1));
  return `pg_column_size(t.payload) <= ${largest}
    AND (pg_column_compression(t.payload) IS NULL OR octet_length(t.payload::text) <= ${largest})`;
}

/** Pages of so many events are usual enough to have their statement prepared on each connection. */
const PREPARED_LIMITS: ReadonlySet<number> = new Set([10, 20, 25, 50, 100, 200]);

/**
 * One page of events of all types, and one event more where there are more, as one text: for Node it is half the work
 * of rows and columns.
 *
 * @returns with a name where it is worth being prepared, which takes PostgreSQL half the time: at most 24 statements on a
 *   connection. The limit stands in the statement: of a parameter PostgreSQL would think that it is a tenth of the history.
 */
export function selectPage(
  customerId: string,
  query: TimelineQuery,
  after: TimelinePosition | null,
  limits: ReadLimits,
): Query {
  const { sql, parameters } = timelineCondition(customerId, query, after);
  const { from, to, order } = query;
  const isUsual = from === undefined && to === undefined && PREPARED_LIMITS.has(limits.events);
  return {
    name: isUsual
      ? `timeline_${order}_${after === null ? 'start' : 'next'}_${limits.events}_${limits.bytes}`
      : undefined,
    // The events come in the order of the inner SELECT.
    sql: `SELECT string_agg(CASE WHEN ${isSmall(limits)} THEN ${EVENT_JSON} ELSE '' END, U&'\\0001') AS events
      FROM (SELECT t.* FROM customer_events AS t
            WHERE ${sql} ORDER BY ${timelineOrder(query)} LIMIT ${limits.events + 1}) AS t`,
    parameters,
  };
}

/**
 * One page of events of the types asked for, and one row more where there are more. Only so many entries are
 * looked at; the last of them comes as a row too, whatever it is.
 */
export function selectMatchingEvents(
  customerId: string,
  query: TimelineQuery,
  after: TimelinePosition | null,
  limits: ReadLimits,
): Sql {
  const { events, parameters } = matchingEvents(customerId, query, after, limits);
  return {
    sql: `SELECT ${PLACE_COLUMNS}, t.matches, t.ends_walk AS "endsWalk",
        CASE WHEN t.matches AND ${isSmall(limits)} THEN ${EVENT_JSON} END AS event
      FROM (${events}) AS t ORDER BY ${timelineOrder(query)}`,
    parameters,
  };
}

/** A page of all types, or of some, without any payload beyond its bytes: the row after its last event has none. */
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
    sql: `SELECT ${PLACE_COLUMNS}, t.matches, t.ends_walk AS "endsWalk",
        CASE WHEN t.matches AND t.bytes <= ${limits.bytes} THEN ${EVENT_JSON} END AS event
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
  { events, entries }: ReadLimits,
): Events {
  const walk = filteredWalk(customerId, { ...query, exceptTypes: [] }, after, { events: events + 1, entries });
  return {
    events: `${walk.sql}
      SELECT t.*, NOT k.ends_walk AS matches, k.ends_walk
      FROM walk AS k ${eventAtPosition('k')}
      ORDER BY ${timelineOrder(query)}, k.ends_walk`,
    parameters: walk.parameters,
  };
}

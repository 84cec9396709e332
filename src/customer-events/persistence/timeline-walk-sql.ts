import { Parameters } from '../../platform/postgres/parameters.ts';
import { selectList } from '../../platform/postgres/record-columns.ts';
import { utcText } from '../../platform/postgres/utc-text.ts';
import type { OutlineQuery, ReadLimits, TimelineFilter, TimelinePosition, TimelineQuery } from '../domain/timeline.ts';
import { CUSTOMER_EVENT_COLUMNS, type EventRow } from './customer-event-columns.ts';

export interface Sql {
  readonly sql: string;
  readonly parameters: unknown[];
}

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

export function typeCondition({ types }: TimelineFilter, { add }: Parameters): string {
  const [names, prefixes] = [false, true].map((isPrefix) =>
    types.filter((filter) => filter.isPrefix === isPrefix).map(({ type }) => type),
  );
  return `(t.type = ANY(${add(names)}::text[]) OR t.type ^@ ANY(${add(prefixes)}::text[]))`;
}

/**
 * Joins to each row of `alias`, which has `occurred_at` and `id`, the event `t` of the customer of parameter 1 that is there.
 *
 * Each is looked for by itself: a subquery with a LIMIT stays what it is. Of a join PostgreSQL reads the other side first
 * where it takes the customer's history for short, as it does of one that is longer than most: all of it, and `alias` once
 * more for each event of it. A page of a type without events took longer than 4 s for 2,000 events, and now 20 ms at most.
 */
export const eventAtPosition = (alias: string): string =>
  `CROSS JOIN LATERAL (SELECT t.* FROM customer_events AS t
     WHERE t.customer_id = $1 AND t.occurred_at = ${alias}.occurred_at AND t.id = ${alias}.id LIMIT 1) AS t`;

type WalkLimits = Pick<ReadLimits, 'events' | 'entries'>;

/**
 * `WITH … walk` of `occurred_at`, `id`, `type` and `ends_walk`: the events that are asked for among the next entries of the
 * index, and where they do not fill the page, the last of these entries, whatever it is. Both are found in one snapshot, in
 * the index alone. To number the entries (`row_number`) took two to three times as long.
 */
export function filteredWalk(
  customerId: string,
  query: OutlineQuery,
  after: TimelinePosition | null,
  { events, entries }: WalkLimits,
): Sql {
  const { sql, parameters: values } = timelineCondition(customerId, { ...query, types: [] }, after);
  const parameters = new Parameters(...values);
  const order = timelineOrder(query);
  const wanted = [
    ...(query.types.length === 0 ? [] : [typeCondition(query, parameters)]),
    ...(query.exceptTypes.length === 0 ? [] : [`t.type <> ALL(${parameters.add(query.exceptTypes)}::text[])`]),
  ];
  return {
    sql: `WITH found AS MATERIALIZED (
        SELECT t.occurred_at, t.id, t.type, false AS ends_walk
        FROM (SELECT t.occurred_at, t.id, t.type FROM customer_events AS t
              WHERE ${sql} ORDER BY ${order} LIMIT ${entries}) AS t
        WHERE ${wanted.join(' AND ')} ORDER BY ${order} LIMIT ${events}),
      walk_end AS (
        SELECT t.occurred_at, t.id, t.type, true AS ends_walk FROM customer_events AS t
        WHERE ${sql} AND (SELECT count(*) FROM found) < ${events}
        ORDER BY ${order} OFFSET ${entries - 1} LIMIT 1),
      walk AS (SELECT * FROM found UNION ALL SELECT * FROM walk_end)`,
    parameters: parameters.values,
  };
}

/** A row of {@link selectOutlines}. */
export type OutlineRow = Pick<EventRow, 'id' | 'type' | 'occurredAt'> & {
  /** It is no event that was asked for, but the last entry that this read may look at. */
  readonly endsWalk: boolean;
};

const OUTLINE_COLUMNS = selectList(CUSTOMER_EVENT_COLUMNS, 't', ['id', 'type', 'occurredAt']);

/** The outlines of the next events behind a position; see {@link TimelineStore.outlines}. */
export function selectOutlines(
  customerId: string,
  query: OutlineQuery,
  after: TimelinePosition | null,
  limits: WalkLimits,
): Sql {
  const order = timelineOrder(query);
  if (query.types.length === 0 && query.exceptTypes.length === 0) {
    const { sql, parameters } = timelineCondition(customerId, query, after);
    return {
      sql: `SELECT ${OUTLINE_COLUMNS}, false AS "endsWalk" FROM customer_events AS t
        WHERE ${sql} ORDER BY ${order} LIMIT ${limits.events}`,
      parameters,
    };
  }
  const walk = filteredWalk(customerId, query, after, limits);
  return {
    sql: `${walk.sql}
      SELECT ${OUTLINE_COLUMNS}, t.ends_walk AS "endsWalk" FROM walk AS t ORDER BY ${order}, t.ends_walk`,
    parameters: walk.parameters,
  };
}

const SUMMARY_COLUMNS = `t.type, count(*) AS count,
  ${utcText('min(t.occurred_at)')} AS first, ${utcText('max(t.occurred_at)')} AS last`;
const SUMMARY_ORDER = 'GROUP BY t.type ORDER BY max(t.occurred_at) DESC, t.type';

/** A row of {@link selectSummary} and {@link selectNewestSummary}. */
export interface SummaryRow {
  readonly type: string;
  readonly count: string;
  readonly first: string;
  readonly last: string;
}

export function selectSummary(customerId: string, filter: TimelineFilter): Sql {
  const { sql, parameters } = timelineCondition(customerId, { ...filter, order: 'desc' }, null);
  return { sql: `SELECT ${SUMMARY_COLUMNS} FROM customer_events AS t WHERE ${sql} ${SUMMARY_ORDER}`, parameters };
}

/** The same of the newest entries alone, of all types: so their counts tell how many entries there were. */
export function selectNewestSummary(customerId: string, filter: TimelineFilter, entries: number): Sql {
  const query: TimelineQuery = { ...filter, types: [], order: 'desc' };
  const { sql, parameters } = timelineCondition(customerId, query, null);
  return {
    sql: `SELECT ${SUMMARY_COLUMNS}
      FROM (SELECT t.type, t.occurred_at FROM customer_events AS t
            WHERE ${sql} ORDER BY ${timelineOrder(query)} LIMIT ${entries}) AS t ${SUMMARY_ORDER}`,
    parameters,
  };
}

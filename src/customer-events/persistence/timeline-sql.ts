import type { TimelinePosition, TimelineQuery } from '../domain/timeline.ts';
import { EVENT_COLUMNS } from './customer-event-columns.ts';

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
  const parameters: unknown[] = [];
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const conditions = [`t.customer_id = ${parameter(customerId)}`];
  if (query.from !== undefined) conditions.push(`t.occurred_at >= ${parameter(query.from)}`);
  if (query.to !== undefined) conditions.push(`t.occurred_at < ${parameter(query.to)}`);
  if (after !== null) {
    const beyond = query.order === 'asc' ? '>' : '<';
    const [occurredAt, id] = [parameter(after.occurredAt), parameter(after.id)];
    // The first condition follows from the second, and lets a partitioned table leave out partitions.
    conditions.push(
      `t.occurred_at ${beyond}= ${occurredAt} AND (t.occurred_at, t.id) ${beyond} (${occurredAt}, ${id})`,
    );
  }
  if (query.types.length > 0) {
    const [types, prefixes] = [false, true].map((isPrefix) =>
      query.types.filter((filter) => filter.isPrefix === isPrefix).map(({ type }) => type),
    );
    conditions.push(`(t.type = ANY(${parameter(types)}::text[]) OR t.type ^@ ANY(${parameter(prefixes)}::text[]))`);
  }
  return { sql: conditions.join(' AND '), parameters };
}

/** One page of whole events. */
export function selectEvents(
  customerId: string,
  query: TimelineQuery,
  after: TimelinePosition | null,
  limit: number,
): Sql {
  const { sql, parameters } = timelineCondition(customerId, query, after);
  const order = timelineOrder(query);
  if (query.types.length === 0) {
    return {
      sql: `SELECT ${EVENT_COLUMNS} FROM customer_events AS t WHERE ${sql} ORDER BY ${order} LIMIT ${limit}`,
      parameters,
    };
  }
  // The events that match are found in the index alone; only their rows are then read. Without
  // this, PostgreSQL would read the row of every event on the way to know its type.
  return {
    sql: `SELECT ${EVENT_COLUMNS}
      FROM (SELECT t.customer_id, t.occurred_at, t.id FROM customer_events AS t
            WHERE ${sql} ORDER BY ${order} LIMIT ${limit}) AS k
      JOIN customer_events AS t
        ON t.customer_id = k.customer_id AND t.occurred_at = k.occurred_at AND t.id = k.id
      ORDER BY ${order}`,
    parameters,
  };
}

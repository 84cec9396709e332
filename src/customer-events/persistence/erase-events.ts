import type { DataSource } from 'typeorm';
import { longTransaction, type RunQuery } from '../../platform/postgres/transactions.ts';
import { instantOfUtcText, utcText } from '../../platform/postgres/utc-text.ts';
import { insertAuditEntry } from '../../platform/postgres/audit-entries.ts';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { ErasureKeys } from '../domain/erasure-keys.ts';
import { insertErasedIds } from './erased-event-ids.ts';
import type { Sql } from './timeline-walk-sql.ts';

/** Takes some 50 ms; whoever writes to the same rows waits no longer than that. */
export const MAX_EVENTS_OF_PART = 5_000;
/**
 * What is erased stays in the index until a vacuum, and its rows, scattered over the table, are looked at
 * once more by the first who comes by: a million of them took 7 s.
 */
export const LIMIT_MS = 120_000;

/** The last event of a part of a history, its time as text with all microseconds. */
export interface PartEnd {
  readonly occurred_at: string;
  readonly id: string;
}

/**
 * The end of the next part of a customer's history; null where no more than one part is left.
 *
 * @param before the end of the part before; null: from the beginning.
 */
export async function endOfPart(
  dataSource: DataSource,
  customerId: string,
  before: PartEnd | null,
): Promise<PartEnd | null> {
  const { rows } = await longTransaction(dataSource, LIMIT_MS, (run) =>
    run({
      sql: `SELECT ${utcText('t.occurred_at')} AS occurred_at, t.id FROM customer_events AS t
        WHERE t.customer_id = $1 ${before === null ? '' : 'AND (t.occurred_at, t.id) > ($2, $3)'}
        ORDER BY t.occurred_at, t.id OFFSET ${MAX_EVENTS_OF_PART - 1} LIMIT 1`,
      parameters: before === null ? [customerId] : [customerId, before.occurred_at, before.id],
    }),
  );
  const [end] = rows as PartEnd[];
  return end === undefined ? null : { occurred_at: instantOfUtcText(end.occurred_at), id: end.id };
}

/** The condition of the events of one part, between two ends, of `customer_events AS t`. */
export function partOf(customerId: string, before: PartEnd | null, end: PartEnd): Sql {
  const behind = before === null ? '' : 'AND (t.occurred_at, t.id) > ($4, $5)';
  return {
    sql: `t.customer_id = $1 AND (t.occurred_at, t.id) <= ($2, $3) ${behind}`,
    parameters: [customerId, end.occurred_at, end.id, ...(before === null ? [] : [before.occurred_at, before.id])],
  };
}

/** Erases the events of one part, between two ends. Returns how many. */
export function erasePart(
  dataSource: DataSource,
  erasure: CustomerErasure,
  before: PartEnd | null,
  end: PartEnd,
): Promise<number> {
  const part = partOf(erasure.customerId, before, end);
  return longTransaction(dataSource, LIMIT_MS, async (run) => {
    const count = await eraseEvents(run, erasure, part);
    if (count > 0) await run(insertAuditEntry(erasure.entry('customer.history_erased', count)));
    return count;
  });
}

/** Of whose customer events are erased, and what is kept of it. */
export interface Erasure {
  readonly appId: string;
  readonly customerId: string;
  readonly keys: ErasureKeys;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

export interface CustomerErasure extends Erasure {
  readonly entry: (action: 'customer.history_erased' | 'customer.erased', count: number) => AuditEntry;
}

/**
 * Deletes events of a customer, and keeps of each `eventId` what it is known by. Returns how many.
 *
 * @param condition of the rows of `customer_events AS t`, all of them the customer's.
 */
export async function eraseEvents(
  run: RunQuery,
  { appId, customerId, keys, at }: Erasure,
  { sql, parameters }: Sql,
): Promise<number> {
  const { rows } = await run({ sql: `DELETE FROM customer_events AS t WHERE ${sql} RETURNING t.event_id`, parameters });
  const erasedIds = (rows as { event_id: string | null }[]).flatMap(({ event_id }) =>
    event_id === null ? [] : [{ ...keys.erasedId(customerId, event_id), appId, erasedAt: at }],
  );
  if (erasedIds.length > 0) await run(insertErasedIds(erasedIds));
  return rows.length;
}

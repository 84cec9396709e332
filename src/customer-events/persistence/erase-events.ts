import type { EntityManager } from 'typeorm';
import { instantOfUtcText, utcText } from '../../persistence/utc-text.ts';
import { erasedEventIdHash, INSERT_ERASED_EVENT_IDS } from './erased-event-ids.ts';

/** Takes some 50 ms; whoever writes to the same rows waits no longer than that. */
const EVENTS_OF_PART = 5_000;

/** The last event of a part of a history, its time as text with all microseconds. */
export interface PartEnd {
  readonly occurred_at: string;
  readonly id: string;
}

/**
 * The end of the next part of a customer's history; null where no more than one part is left.
 *
 * @param before the end of the part before: what is erased stays in the index for a while, and
 *   should not be read again each time.
 */
export async function endOfPart(manager: EntityManager, customerId: string, before: PartEnd | null): Promise<PartEnd | null> {
  const [end] = await manager.query<PartEnd[]>(
    `SELECT ${utcText('t.occurred_at')} AS occurred_at, t.id FROM customer_events AS t
     WHERE t.customer_id = $1 ${before === null ? '' : 'AND (t.occurred_at, t.id) > ($2, $3)'}
     ORDER BY t.occurred_at, t.id OFFSET ${EVENTS_OF_PART - 1} LIMIT 1`,
    before === null ? [customerId] : [customerId, before.occurred_at, before.id],
  );
  return end === undefined ? null : { occurred_at: instantOfUtcText(end.occurred_at), id: end.id };
}

/** Erases the events of one part, between two ends. Returns how many. */
export function erasePart(manager: EntityManager, customerId: string, before: PartEnd | null, end: PartEnd): Promise<number> {
  const parameters = [end.occurred_at, end.id, ...(before === null ? [] : [before.occurred_at, before.id])];
  return erase(
    manager,
    customerId,
    `AND (t.occurred_at, t.id) <= ($2, $3) ${before === null ? '' : 'AND (t.occurred_at, t.id) > ($4, $5)'}`,
    parameters,
  );
}

/** Erases all events of a customer. Returns how many. */
export const eraseAll = (manager: EntityManager, customerId: string): Promise<number> => erase(manager, customerId, '', []);

/** Deletes the rows, and leaves a hash of each `eventId`. */
async function erase(manager: EntityManager, customerId: string, condition: string, parameters: string[]): Promise<number> {
  const [rows, erased] = await manager.query<[{ event_id: string | null }[], number]>(
    `DELETE FROM customer_events AS t WHERE t.customer_id = $1 ${condition} RETURNING t.event_id`,
    [customerId, ...parameters],
  );
  const hashes = rows.flatMap(({ event_id }) => (event_id === null ? [] : [erasedEventIdHash(customerId, event_id)]));
  if (hashes.length > 0) await manager.query(INSERT_ERASED_EVENT_IDS, [customerId, hashes]);
  return erased;
}

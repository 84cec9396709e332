import type { CustomerEvent } from './customer-event.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import type { TypeSummary } from './timeline.ts';

/** What had happened to a customer when a ticket was opened. Nothing in it is later than `asOf`. */
export interface TicketContext {
  readonly asOf: Instant;
  /** The latest events, the newest first. */
  readonly events: readonly LatestEvent[];
  /** Where the events repeat themselves, the latest first. */
  readonly runs: readonly EventRun[];
  /** What happened in the time before `asOf` that was asked for. */
  readonly summary: readonly TypeSummary[];
}

/** Events of one type with none of another type between them: at least {@link MIN_RUN_LENGTH}. */
export type EventRun = TypeSummary;

/** An event whose payload is null where it is too large to be read for a context. */
export type LatestEvent = Omit<CustomerEvent, 'payload'> & { readonly payload: CustomerEvent['payload'] | null };

/** An event without its payload. */
export type EventOutline = Pick<CustomerEvent, 'id' | 'type' | 'occurredAt'>;

/** The whole response has at most so many bytes: what a tool can put into a prompt without a thought. */
export const CONTEXT_MAX_BYTES = 16_384;
export const CONTEXT_DEFAULT_LIMIT = 20;
export const CONTEXT_DEFAULT_WINDOW = 'P7D';
/** A run is counted back this many events from `asOf`, and no further. */
export const CONTEXT_OUTLINED_EVENTS = 1_000;

const MIN_RUN_LENGTH = 3;

/**
 * Finds the runs that reach into the latest events, counted whole: a run may go on beyond them.
 *
 * @param outline the newest first.
 * @param latest how many of them are the latest events.
 */
export function eventRuns(outline: readonly EventOutline[], latest: number): EventRun[] {
  const runs: EventRun[] = [];
  let start = 0;
  while (start < Math.min(latest, outline.length)) {
    const newest = outline[start] as EventOutline;
    let end = start + 1;
    while (outline[end]?.type === newest.type) end++;
    const oldest = outline[end - 1] as EventOutline;
    if (end - start >= MIN_RUN_LENGTH) {
      runs.push({
        type: newest.type,
        count: end - start,
        firstOccurredAt: oldest.occurredAt,
        lastOccurredAt: newest.occurredAt,
      });
    }
    start = end;
  }
  return runs;
}

import type { CustomerEvent } from './customer-event.ts';
import { mergedCounts, type TypeCount } from './context-fitting.ts';
import { isOlder, type TimelinePosition, type TypeSummary } from './timeline.ts';

/** Events of one type with none of another type between them: at least {@link MIN_RUN_LENGTH}. */
export interface EventRun extends TypeSummary {
  readonly latestId: string;
}

/** An event whose payload is null where it is too large to be read for a context. */
export type LatestEvent = Omit<CustomerEvent, 'payload'> & {
  readonly payload: CustomerEvent['payload'] | null;
  /** Of the payload's text, whether it was read or not. */
  readonly payloadBytes: number;
};

/** An event without its payload. */
export type EventOutline = Pick<CustomerEvent, 'id' | 'type' | 'occurredAt'>;

/** The whole response has at most so many bytes: what a tool can put into a prompt without a thought. */
export const CONTEXT_MAX_BYTES = 16_384;
export const CONTEXT_DEFAULT_LIMIT = 20;
export const CONTEXT_DEFAULT_WINDOW = 'P7D';
export const CONTEXT_DEFAULT_WINDOW_SECONDS = 604_800;
/** A run is counted back this many events from `asOf`, and no further. */
export const CONTEXT_OUTLINED_EVENTS = 1_000;

/** So many types of warnings and errors are named first, those with the latest events. */
export const CONTEXT_ATTENTION_TYPES = 5;

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
        latestId: newest.id,
      });
    }
    start = end;
  }
  return runs;
}

/**
 * How many events of each type lie between each position and the next, neither of them counted.
 *
 * @param outline the newest first, down to the last of the positions at least.
 * @param positions the newest first.
 */
export function countsBetween(
  outline: readonly EventOutline[],
  positions: readonly TimelinePosition[],
): (readonly TypeCount[])[] {
  return positions.slice(1).map((older, index) => {
    const newer = positions[index] as TimelinePosition;
    const between = outline.filter((event) => isOlder(event, newer) && isOlder(older, event));
    return mergedCounts(between.map(({ type }) => ({ type, count: 1 })));
  });
}

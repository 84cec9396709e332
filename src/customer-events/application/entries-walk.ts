import { cutAt } from '../domain/timeline-entries.ts';
import type { EventOutline } from '../domain/ticket-context.ts';
import type { TimelinePosition, TimelineQuery } from '../domain/timeline.ts';

/** Entries of the index that one request looks at. */
export const SCAN_MAX_ENTRIES = 5_000;

/** The first look is small, as most pages need no more; the others grow. */
const FIRST_LOOK_FACTOR = 3;
const LOOK_GROWTH = 4;

/** Reads the next outlines behind a position; fewer than were asked for: there are no more. */
export type ReadOutlines = (after: TimelinePosition | null, count: number) => Promise<EventOutline[]>;

export interface WalkPlan {
  /** Behind which the walk begins; null: at the start. */
  readonly after: TimelinePosition | null;
  /** Entries that the walk is to fill. */
  readonly limit: number;
  /** Events that it may look at. */
  readonly maxScanned: number;
  readonly isVisible: (event: EventOutline) => boolean;
  /** Events with the same key are one entry if there are enough of them. */
  readonly keyOf: (event: EventOutline) => string;
}

export interface Walked {
  /** In the order of the walk. */
  readonly events: readonly EventOutline[];
  /** The first event that was looked at, whether it is visible or not; null: there was none. */
  readonly first: TimelinePosition | null;
  readonly scanned: number;
  /** Behind which a next walk goes on; null at the end. */
  readonly next: TimelinePosition | null;
  /** The last neighbours may go on beyond what was looked at. */
  readonly isOpen: boolean;
}

export const walkQuery = (order: TimelineQuery['order']): TimelineQuery => ({ types: [], order });

/** Goes through the outlines of events until so many entries are whole, or as many events were looked at as may be. */
export async function walkEntries(read: ReadOutlines, plan: WalkPlan): Promise<Walked> {
  const { after, limit, maxScanned, isVisible, keyOf } = plan;
  if (limit === 0) return { events: [], first: null, scanned: 0, next: after, isOpen: false };
  const seen: EventOutline[] = [];
  const visible: { event: EventOutline; key: string; scanned: number }[] = [];
  for (let look = FIRST_LOOK_FACTOR * limit + 1; ; look *= LOOK_GROWTH) {
    const count = Math.min(look, maxScanned - seen.length);
    const outlines = await read(seen.at(-1) ?? after, count);
    for (const event of outlines) {
      seen.push(event);
      if (isVisible(event)) visible.push({ event, key: keyOf(event), scanned: seen.length });
    }
    const reachesEnd = outlines.length < count;
    const keys = visible.map(({ key }) => key);
    const { events, isWhole } = cutAt(keys, limit, reachesEnd);
    if (!isWhole && seen.length < maxScanned) continue;
    const last = visible[events - 1];
    const isCut = events < visible.length;
    const end = isCut ? last?.event : seen.at(-1);
    return {
      events: visible.slice(0, events).map(({ event }) => event),
      first: seen[0] ?? null,
      scanned: isCut && last !== undefined ? last.scanned : seen.length,
      next: reachesEnd && !isCut ? null : (end ?? null),
      isOpen: !isWhole,
    };
  }
}

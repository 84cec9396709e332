import { cutAt } from '../domain/timeline-entries.ts';
import type { EventOutline } from '../domain/ticket-context.ts';
import {
  isOlder,
  READ_MAX_ENTRIES,
  type ReadLimits,
  type TimelinePart,
  type TimelinePosition,
} from '../domain/timeline.ts';

/** How much a walk looks at. */
export interface ScanLimits {
  /** Events that it may be given. */
  readonly maxEvents: number;
  /** Reads that may end before they have found enough, each after {@link READ_MAX_ENTRIES} entries of the index. */
  readonly maxSkips: number;
}

/** Of one request. */
export const WHOLE_SCAN: ScanLimits = { maxEvents: 5_000, maxSkips: 3 };
/** Of a request that walks in both directions, in each of them. */
export const HALF_A_SCAN: ScanLimits = { maxEvents: 2_500, maxSkips: 1 };

/** The first look is small, as most pages need no more; the others grow. */
const FIRST_LOOK_FACTOR = 3;
const LOOK_GROWTH = 4;

/** Reads the next outlines behind a position, without those of the types that are left out. */
export type ReadOutlines = (
  after: TimelinePosition | null,
  limits: Pick<ReadLimits, 'events' | 'entries'>,
  exceptTypes: readonly string[],
) => Promise<TimelinePart<EventOutline>>;

export interface WalkPlan extends ScanLimits {
  /** Behind which the walk begins; null: at the start. */
  readonly after: TimelinePosition | null;
  /** Entries that the walk is to fill. */
  readonly limit: number;
  readonly isVisible: (event: Pick<EventOutline, 'type'>) => boolean;
  /** Events with the same key are one entry if there are enough of them. */
  readonly keyOf: (event: EventOutline) => string;
}

export interface Walked {
  /** In the order of the walk. */
  readonly events: readonly EventOutline[];
  /** The first place that was looked at, whether its event is visible or not; null: there was none. */
  readonly first: TimelinePosition | null;
  readonly scanned: number;
  /** Behind which a next walk goes on; null at the end. */
  readonly next: TimelinePosition | null;
  /** The last neighbours may go on beyond what was looked at. */
  readonly isOpen: boolean;
}

/**
 * Goes through the outlines of events until so many entries are whole, or as much was looked at as may be. Types that have
 * turned out not to be visible are left out by the database from then on: to pass over an event there costs a fraction of
 * what it costs to be given it, and what is visible depends on rules that the database does not know.
 */
export async function walkEntries(read: ReadOutlines, plan: WalkPlan): Promise<Walked> {
  const { after, limit, maxEvents, maxSkips, isVisible, keyOf } = plan;
  if (limit === 0) return { events: [], first: null, scanned: 0, next: after, isOpen: false };
  const seen: EventOutline[] = [];
  const visible: { event: EventOutline; key: string; scanned: number }[] = [];
  const invisible = new Set<string>();
  const firstLook = FIRST_LOOK_FACTOR * limit + 1;
  let [look, skips, place] = [firstLook, 0, after];
  for (;;) {
    const count = Math.min(look, maxEvents - seen.length);
    const known = invisible.size;
    const { events: outlines, next } = await read(place, { events: count, entries: READ_MAX_ENTRIES }, [...invisible]);
    for (const event of outlines) {
      seen.push(event);
      if (isVisible(event)) visible.push({ event, key: keyOf(event), scanned: seen.length });
      else invisible.add(event.type);
    }
    place = next;
    const { events, isWhole } = cutAt(
      visible.map(({ key }) => key),
      limit,
      next === null,
    );
    if (next !== null && outlines.length < count) skips++;
    if (!isWhole && seen.length < maxEvents && skips < maxSkips) {
      // What is read next has less in it that is of no use: so much more need not be read.
      look = invisible.size > known ? firstLook : look * LOOK_GROWTH;
      continue;
    }
    const last = visible[events - 1];
    const isCut = events < visible.length;
    return {
      events: visible.slice(0, events).map(({ event }) => event),
      first: seen[0] ?? next,
      scanned: isCut && last !== undefined ? last.scanned : seen.length,
      next: isCut ? (last?.event ?? after) : next,
      isOpen: !isWhole,
    };
  }
}

/** Reads no further than to an event, which is the last. */
export const readUpTo =
  (oldest: TimelinePosition, read: ReadOutlines): ReadOutlines =>
  async (after, limits, exceptTypes) => {
    const { events, next } = await read(after, limits, exceptTypes);
    const isEnd = next === null || !isOlder(oldest, next);
    return { events: events.filter((event) => !isOlder(event, oldest)), next: isEnd ? null : next };
  };

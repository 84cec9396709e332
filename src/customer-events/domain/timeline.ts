import { compareInstants, type Instant } from '../../../libs/time/instant.ts';
import type { TypeFilter } from '../../../libs/kernel/type-filter.ts';

export { TYPE_FILTER_PATTERN, typeFilter, type TypeFilter } from '../../../libs/kernel/type-filter.ts';

export type TimelineOrder = 'asc' | 'desc';

/** Which events of a timeline are meant; what is not given does not restrict. */
export interface TimelineFilter {
  /** Event types, or prefixes of them; an event matches if one of them does. None: all types. */
  readonly types: readonly TypeFilter[];
  /** Inclusive. */
  readonly from?: Instant | undefined;
  /** Exclusive. */
  readonly to?: Instant | undefined;
}

/** Which events of a timeline are asked for, and in which order. */
export interface TimelineQuery extends TimelineFilter {
  readonly order: TimelineOrder;
}

/** Of which events the outlines are asked for. */
export interface OutlineQuery extends TimelineQuery {
  /** Events of these types are left out. */
  readonly exceptTypes: readonly string[];
}

/** A place between two events: (`occurredAt`, `id`) is a total order of a timeline. */
export interface TimelinePosition {
  readonly occurredAt: Instant;
  readonly id: string;
}

/** Whether a place comes before another in the order of a timeline. */
export const isOlder = (a: TimelinePosition, b: TimelinePosition): boolean =>
  (compareInstants(a.occurredAt, b.occurredAt) || (a.id < b.id ? -1 : Number(a.id > b.id))) < 0;

/** Where one read of a timeline ends, whichever of them comes first. */
export interface ReadLimits {
  readonly events: number;
  /** Of all its events, each counted with its payload and {@link EVENT_OVERHEAD_BYTES}; the first one always fits. */
  readonly bytes: number;
  /** Events that are looked at to find those of the types asked for. */
  readonly entries: number;
}

/** What one read of a timeline gave. */
export interface TimelinePart<Event> {
  readonly events: readonly Event[];
  /** Behind which the next read goes on, not always at an event that was given; null at the end. */
  readonly next: TimelinePosition | null;
}

/** How many events of one type there are, and when. */
export interface TypeSummary {
  readonly type: string;
  readonly count: number;
  readonly firstOccurredAt: Instant;
  readonly lastOccurredAt: Instant;
}

export const WHOLE_TIMELINE: TimelineFilter = { types: [] };

/** At most what an event takes in a response besides its payload. */
export const EVENT_OVERHEAD_BYTES = 600;
export const PAGE_MAX_BYTES = 2_097_152;
/** A filter without a match costs a read about 10 ms: these many entries of the index. */
export const READ_MAX_ENTRIES = 20_000;

export const TIMELINE_DEFAULT_LIMIT = 50;
export const TIMELINE_MAX_LIMIT = 200;

/** What a part of a timeline consists of. */
export interface TimelineSummary {
  readonly total: number;
  /** Null where there is no event. */
  readonly firstOccurredAt: Instant | null;
  readonly lastOccurredAt: Instant | null;
  /** The type with the latest event first, then by name. */
  readonly types: readonly TypeSummary[];
}

export function timelineSummary(types: readonly TypeSummary[]): TimelineSummary {
  const firsts = types.map(({ firstOccurredAt }) => firstOccurredAt).sort(compareInstants);
  const lasts = types.map(({ lastOccurredAt }) => lastOccurredAt).sort(compareInstants);
  return {
    total: types.reduce((total, { count }) => total + count, 0),
    firstOccurredAt: firsts[0] ?? null,
    lastOccurredAt: lasts.at(-1) ?? null,
    types,
  };
}

import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import type { TypeFilter } from '../../../libs/kernel/type-filter.ts';
import { decodeWalkCursor, encodeWalkCursor } from '../../../libs/kernel/walk-cursor.ts';
import { parseInstant, type Instant } from '../../../libs/time/instant.ts';
import type { TimelinePosition } from './timeline.ts';

/** What the entries of a walk are of: a cursor is good for no other walk. */
export interface EntriesWalk {
  readonly customerId: string;
  /** What the caller may see; none: all types. */
  readonly sight: readonly TypeFilter[];
  /** What was asked for; none: all types. */
  readonly types: readonly TypeFilter[];
}

export interface PositionRange {
  /** All events of the range are older than it. */
  readonly before: TimelinePosition;
  /** It is in the range, too. */
  readonly oldest: TimelinePosition;
}

/** Where a page of entries goes on: at a place of the timeline, or within a fold. */
export type EntriesPlace =
  | { readonly kind: 'position'; readonly position: TimelinePosition }
  | { readonly kind: 'range'; readonly range: PositionRange };

/** Before all ids, so that a place can lie before all events of its instant. */
export const BEFORE_ALL_IDS = '';
/** After all ids; behind an id, after it and before the next. */
const AFTER_IDS = '~';

/** The place before all events. */
export const TIMELINE_START: TimelinePosition = {
  occurredAt: '0001-01-01T00:00:00Z' as Instant,
  id: BEFORE_ALL_IDS,
};
/** The place after all events. */
export const TIMELINE_END: TimelinePosition = {
  occurredAt: '9999-12-31T23:59:59.999999Z' as Instant,
  id: AFTER_IDS,
};

/** The place after an event, before the next newer one. */
export const placeAfter = ({ occurredAt, id }: TimelinePosition): TimelinePosition => ({
  occurredAt,
  id: `${id}${AFTER_IDS}`,
});

export const positionCursor = (walk: EntriesWalk, position: TimelinePosition): string =>
  encodeWalkCursor(walkOf(walk), textOf(position));

export const rangeCursor = (walk: EntriesWalk, { before, oldest }: PositionRange): string =>
  encodeWalkCursor(walkOf(walk), `${textOf(before)} ${textOf(oldest)}`);

/** Null where the text is not a cursor of this very walk. */
export function entriesPlace(walk: EntriesWalk, cursor: string): EntriesPlace | null {
  const words = decodeWalkCursor(walkOf(walk), cursor)?.split(' ') ?? [];
  const [first, second] = [positionOf(words[0], words[1]), positionOf(words[2], words[3])];
  if (first !== null && words.length === 2) return { kind: 'position', position: first };
  if (first === null || second === null || words.length !== 4) return null;
  return { kind: 'range', range: { before: first, oldest: second } };
}

const textOf = ({ occurredAt, id }: TimelinePosition): string => `${occurredAt} ${id}`;

function positionOf(instantText: string | undefined, id: string | undefined): TimelinePosition | null {
  if (instantText === undefined || id === undefined) return null;
  const occurredAt = parseInstant(instantText);
  const eventId = id.endsWith(AFTER_IDS) ? id.slice(0, -1) : id;
  const isId = eventId === '' || ID_PATTERN.test(eventId);
  return occurredAt === instantText && isId ? { occurredAt, id } : null;
}

function walkOf({ customerId, sight, types }: EntriesWalk): readonly unknown[] {
  return ['entries', customerId, namesOf(sight), namesOf(types)];
}

/** Filters are the same in whatever order, and however often, they are given. */
const namesOf = (filters: readonly TypeFilter[]): string[] => [
  ...new Set(filters.map(({ type, isPrefix }) => (isPrefix ? `${type}*` : type)).sort()),
];

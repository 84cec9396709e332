import { matchesTypes, type TypeFilter } from '../../../libs/kernel/type-filter.ts';
import { placeAfter, rangeCursor, type EntriesWalk } from '../domain/entries-cursor.ts';
import type { EventOutline } from '../domain/ticket-context.ts';
import type { QuietStretch, RunStretch } from '../domain/timeline-entries.ts';
import type { EntriesQuery, FoldedEntry, TimelineEntry } from './entries.ts';
import { displayOfType } from './entry-displays.ts';
import type { EventDisplays } from './event-displays.port.ts';

/** What an app hides, or the reader does, is left out unless it is asked for by its exact name. */
export function visibility(
  types: readonly TypeFilter[] | null,
  query: EntriesQuery,
  displays: EventDisplays,
): (event: Pick<EventOutline, 'type'>) => boolean {
  const named = new Set(query.types.filter(({ isPrefix }) => !isPrefix).map(({ type }) => type));
  const known = new Map<string, boolean>();
  const isVisible = (type: string): boolean => {
    if (types === null || !matchesTypes(type, types)) return false;
    const { quiet, hidden } = displays.ofType(type);
    return named.has(type) || !(hidden || (quiet && query.quiet === 'hide'));
  };
  return ({ type }) => {
    const before = known.get(type);
    if (before !== undefined) return before;
    const now = isVisible(type);
    known.set(type, now);
    return now;
  };
}

export function foldedEntry(
  walk: EntriesWalk,
  stretch: RunStretch | QuietStretch,
  mayGoOn: boolean,
  displays: EventDisplays,
): TimelineEntry {
  const { newest, oldest, count } = stretch;
  const folded: FoldedEntry = {
    count,
    first: oldest.occurredAt,
    last: newest.occurredAt,
    cursor: rangeCursor(walk, { before: placeAfter(newest), oldest }),
    ...(mayGoOn ? { more: true } : {}),
  };
  if (stretch.kind === 'run') {
    return { kind: 'run', type: stretch.type, display: displayOfType(stretch.type, displays), ...folded };
  }
  const types = stretch.types.map(({ type, count: times }) => ({
    type,
    title: displays.titleOfType(type),
    count: times,
  }));
  return { kind: 'quiet', types, ...folded };
}

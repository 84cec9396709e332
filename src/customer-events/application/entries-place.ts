import { invalidField } from '../../../libs/kernel/input-error.ts';
import { entriesPlace, type EntriesPlace, type EntriesWalk } from '../domain/entries-cursor.ts';
import type { EntriesStart } from './entries.ts';

/**
 * The place that a cursor names; null: it is asked for otherwise.
 *
 * @throws VALIDATION_ERROR for a cursor that is none of this walk.
 */
export function placeOf(walk: EntriesWalk, start: EntriesStart): EntriesPlace | null {
  if (start.kind !== 'cursor' && start.kind !== 'within') return null;
  const place = entriesPlace(walk, start.cursor);
  if (place === null || (start.kind === 'within' && place.kind !== 'range')) {
    const what = start.kind === 'within' ? 'cursor of a fold' : 'cursor';
    throw invalidField(start.kind, `is not a ${what} of this timeline with these types; take it as it was given`);
  }
  if (place.kind === 'range' && start.kind === 'cursor' && start.direction === 'newer') {
    throw invalidField('dir', 'must be older here: the events of a fold are read from the newest on');
  }
  return place;
}

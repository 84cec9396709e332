import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import { decodeWalkCursor, encodeWalkCursor } from '../../../libs/kernel/walk-cursor.ts';
import { parseInstant } from '../../../libs/time/instant.ts';
import type { TimelinePosition, TimelineQuery } from './timeline.ts';

/** A cursor of a walk through the timeline of a customer, with these filters: see {@link encodeWalkCursor}. */
export function encodeCursor(customerId: string, query: TimelineQuery, position: TimelinePosition): string {
  return encodeWalkCursor(walkOf(customerId, query), `${position.occurredAt} ${position.id}`);
}

/** Null where the text is not a cursor of this very walk. */
export function decodeCursor(customerId: string, query: TimelineQuery, cursor: string): TimelinePosition | null {
  const place = decodeWalkCursor(walkOf(customerId, query), cursor);
  if (place === null) return null;
  const [instantText = '', id = '', ...rest] = place.split(' ');
  const occurredAt = parseInstant(instantText);
  if (rest.length > 0 || occurredAt !== instantText || !ID_PATTERN.test(id)) return null;
  return { occurredAt, id };
}

/** Filters are the same in whatever order, and however often, they are given. */
function walkOf(customerId: string, { order, types, from, to }: TimelineQuery): readonly unknown[] {
  const names = new Set(types.map(({ type, isPrefix }) => (isPrefix ? `${type}*` : type)));
  return [customerId, order, [[...names].sort(), from ?? null, to ?? null]];
}

import { createHash } from 'node:crypto';
import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import { parseInstant } from '../../../libs/time/instant.ts';
import type { TimelinePosition, TimelineQuery } from './timeline.ts';

/**
 * An opaque text that says where the next page begins, and of which walk: base64url of
 * `occurredAt`, `id` and a checksum over them, the customer and the filters. A cursor that was cut
 * or changed, or is used with another customer or other filters, does not match its checksum.
 *
 * The checksum is no secret and guards none: a cursor opens nothing but the timeline that the
 * caller's key opens anyway. It turns mistakes into refusals.
 */
export function encodeCursor(customerId: string, query: TimelineQuery, position: TimelinePosition): string {
  const place = `${position.occurredAt} ${position.id}`;
  return Buffer.from(`${place} ${checksum(customerId, query, place)}`).toString('base64url');
}

/** Null where the text is not a cursor of this very walk. */
export function decodeCursor(customerId: string, query: TimelineQuery, cursor: string): TimelinePosition | null {
  const bytes = Buffer.from(cursor, 'base64url');
  // Node skips what is not base64url; only the very text that we gave out is a cursor.
  if (bytes.toString('base64url') !== cursor) return null;
  const [instantText = '', id = '', sum = '', ...rest] = bytes.toString('utf8').split(' ');
  const occurredAt = parseInstant(instantText);
  if (rest.length > 0 || occurredAt !== instantText || !ID_PATTERN.test(id)) return null;
  if (sum !== checksum(customerId, query, `${instantText} ${id}`)) return null;
  return { occurredAt, id };
}

function checksum(customerId: string, query: TimelineQuery, place: string): string {
  return createHash('sha256')
    .update(JSON.stringify([customerId, query.order, filtersOf(query), place]))
    .digest('base64url')
    .slice(0, 16);
}

/** Filters are the same in whatever order, and however often, they are given. */
function filtersOf({ types, from, to }: TimelineQuery): unknown {
  const names = new Set(types.map(({ type, isPrefix }) => (isPrefix ? `${type}*` : type)));
  return [[...names].sort(), from ?? null, to ?? null];
}

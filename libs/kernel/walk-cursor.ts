import { hash } from 'node:crypto';

/**
 * An opaque text that says where the next page of a walk begins, and of which walk: base64url of the place and a
 * checksum over it and the walk. A cursor that was cut or changed, or is used with another walk, does not match its
 * checksum.
 *
 * The checksum is no secret and guards none: a cursor opens nothing but the walk that the caller may make anyway. It
 * turns mistakes into refusals. Who reads a place must still check that it is one.
 *
 * @param walk what the walk goes through: whose things, in which order, by which filters. Its JSON is what counts.
 */
export function encodeWalkCursor(walk: readonly unknown[], place: string): string {
  return Buffer.from(`${place} ${checksum(walk, place)}`).toString('base64url');
}

/** The place; null where the text is not a cursor of this very walk. */
export function decodeWalkCursor(walk: readonly unknown[], cursor: string): string | null {
  const bytes = Buffer.from(cursor, 'base64url');
  // Node skips what is not base64url; only the very text that we gave out is a cursor.
  if (bytes.toString('base64url') !== cursor) return null;
  const text = bytes.toString('utf8');
  const end = text.lastIndexOf(' ');
  if (end === -1) return null;
  const place = text.slice(0, end);
  return text.slice(end + 1) === checksum(walk, place) ? place : null;
}

const checksum = (walk: readonly unknown[], place: string): string =>
  hash('sha256', JSON.stringify([...walk, place]), 'base64url').slice(0, 16);

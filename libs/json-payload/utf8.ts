import { isAscii, isUtf8 } from 'node:buffer';
import { byteOrderMarkLength } from '../byte-streams/byte-order-mark.ts';

/**
 * The text of UTF-8 bytes, or null where they are not well-formed UTF-8 (RFC 3629: no overlong
 * forms, no surrogates, nothing above U+10FFFF). Buffer.toString alone would replace what is wrong
 * with U+FFFD, and so change a value in silence.
 *
 * One leading byte order mark is dropped (RFC 8259 §8.1 lets a parser ignore it); a second one
 * stays, for JSON.parse to refuse.
 */
export function parseUtf8(bytes: Buffer): string | null {
  // latin1 is a plain copy, and most events are ASCII.
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (!isUtf8(bytes)) return null;
  return bytes.toString('utf8', byteOrderMarkLength(bytes));
}

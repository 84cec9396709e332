import { LAST_SPACE, QUOTE, spaceEnd, stringEnd } from './json-scanner.ts';

/**
 * A JSON value without the white space outside its strings (RFC 8259 §2), so that it fits on one
 * line of NDJSON. Nothing else changes: strings, escapes, digits, the order of keys and duplicate
 * keys stay as they are. A line feed within a string cannot occur, JSON does not allow it.
 *
 * Where there is no white space the result is a slice, not a copy; V8 then keeps the whole `text`
 * alive for as long as the slice.
 *
 * @param text a text that JSON.parse has accepted.
 */
export function compactJson(text: string, start = 0, end = text.length): string {
  let compact = '';
  let copied = start;
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
    } else if (code <= LAST_SPACE) {
      compact += text.slice(copied, at);
      at = copied = spaceEnd(text, at, end);
    } else {
      at++;
    }
  }
  return compact + text.slice(copied, end);
}

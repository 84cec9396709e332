/**
 * Steps through a JSON text that JSON.parse has already accepted; it finds ends, it does not
 * validate. On any other text the result means nothing, but every call ends, and none reads on
 * for ever: a missing quote throws a SyntaxError.
 */

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

/** Outside strings only the four white space characters of RFC 8259 §2 are this low. */
export const LAST_SPACE = 0x20;

/** The bit in which `[` and `{`, and `]` and `}`, differ: one comparison finds both. */
const BRACE_BIT = 0x20;

export const opens = (code: number): boolean => (code | BRACE_BIT) === OPEN_BRACE;
export const closes = (code: number): boolean => (code | BRACE_BIT) === CLOSE_BRACE;

/** Whether it is one of the four, in a text that nobody has checked. */
export const isSpace = (code: number): boolean =>
  code === LAST_SPACE || code === 0x0a || code === 0x0d || code === 0x09;

/** The index of the first character from `at` on that is not white space; `end` if there is none. */
export function spaceEnd(text: string, at: number, end: number): number {
  while (at < end && text.charCodeAt(at) <= LAST_SPACE) at++;
  return at;
}

/**
 * The index after the closing quote of the string that opens at `open`.
 *
 * indexOf, which is memchr below, takes about 20 ns whatever the length; a loop over character
 * codes took longer from 10 characters on, and 100 times as long at 1,000.
 */
export function stringEnd(text: string, open: number): number {
  for (let quote = text.indexOf('"', open + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    // An even number of backslashes escape each other; an odd one leaves one for the quote.
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  throw new SyntaxError('a string in the JSON text has no end');
}

/** The index after the value that begins at `start`, which is not white space. */
export function valueEnd(text: string, start: number, end: number): number {
  const first = text.charCodeAt(start);
  if (first === QUOTE) return stringEnd(text, start);
  return opens(first) ? containerEnd(text, start, end) : scalarEnd(text, start, end);
}

function containerEnd(text: string, start: number, end: number): number {
  let depth = 0;
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      continue;
    }
    at++;
    if (opens(code)) depth++;
    else if (closes(code) && --depth === 0) return at;
  }
  return end;
}

/** A number, true, false or null ends where something begins that cannot be part of it. */
function scalarEnd(text: string, start: number, end: number): number {
  let at = start + 1;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code <= LAST_SPACE || closes(code)) break;
    at++;
  }
  return at;
}

/** The value of the string between `start` and `end`, which are its quotes' outer sides. */
export function stringValue(text: string, start: number, end: number): string {
  const content = text.slice(start + 1, end - 1);
  return content.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : content;
}

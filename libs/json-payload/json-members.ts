import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  spaceEnd,
  stringEnd,
  stringValue,
  valueEnd,
} from './json-scanner.ts';

/** Where a value stands in its text: `text.slice(start, end)`, without white space around it. */
export interface JsonSpan {
  readonly start: number;
  readonly end: number;
}

/** A member of an object: its key, unescaped, and where its value stands. */
export interface JsonMember extends JsonSpan {
  readonly key: string;
}

/**
 * The members of an object, in the order of the text, duplicate keys included (RFC 8259 §4 allows
 * them; JSON.parse keeps the last). Values are not looked into. One pass, linear, not recursive.
 *
 * @param text a text that JSON.parse has accepted; white space around the object is allowed.
 * @param start where the object begins, for an object within a text; with `end` as in {@link JsonSpan}.
 * @throws TypeError if no object begins there. A text that JSON.parse refuses gives anything or a
 *   SyntaxError, but never an endless loop.
 */
export function objectMembers(text: string, start = 0, end = text.length): JsonMember[] {
  const members: JsonMember[] = [];
  let at = afterOpening(text, start, end, OPEN_BRACE, 'object');
  while (at < end && text.charCodeAt(at) !== CLOSE_BRACE) {
    const keyEnd = stringEnd(text, at);
    const key = stringValue(text, at, keyEnd);
    const colon = spaceEnd(text, keyEnd, end);
    const valueStart = spaceEnd(text, colon + 1, end);
    at = valueEnd(text, valueStart, end);
    members.push({ key, start: valueStart, end: at });
    at = nextItem(text, at, end);
  }
  return members;
}

/**
 * The elements of an array, in order; otherwise as {@link objectMembers}.
 *
 * @throws TypeError if no array begins at `start`.
 */
export function arrayElements(text: string, start = 0, end = text.length): JsonSpan[] {
  const elements: JsonSpan[] = [];
  let at = afterOpening(text, start, end, OPEN_BRACKET, 'array');
  while (at < end && text.charCodeAt(at) !== CLOSE_BRACKET) {
    const elementStart = at;
    at = valueEnd(text, at, end);
    elements.push({ start: elementStart, end: at });
    at = nextItem(text, at, end);
  }
  return elements;
}

function afterOpening(text: string, start: number, end: number, opening: number, kind: string): number {
  const at = spaceEnd(text, start, end);
  if (at >= end || text.charCodeAt(at) !== opening) throw new TypeError(`no JSON ${kind} begins at ${start}`);
  return spaceEnd(text, at + 1, end);
}

/** From the end of an item past the comma to the next one, or to the closing bracket. */
function nextItem(text: string, at: number, end: number): number {
  const next = spaceEnd(text, at, end);
  return text.charCodeAt(next) === COMMA ? spaceEnd(text, next + 1, end) : next;
}

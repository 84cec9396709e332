import type { JsonSpan } from '../../../libs/json-payload/json-members.ts';
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  isSpace,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  stringEnd,
} from '../../../libs/json-payload/json-scanner.ts';
import { ValueScan } from '../../../libs/json-payload/value-scan.ts';
import type { DomainError } from '../../../libs/kernel/domain-error.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { shownField, unknownField } from '../../platform/input/unknown-field.ts';

export const MAX_BATCH_EVENTS = 500;

/** Characters between two pauses: a millisecond or two, whatever they are. */
const PIECE = 32_768;
/** Of a name: `events` is no longer, not even with each of its letters escaped. */
const MAX_NAME_CHARACTERS = 1_024;
const BEGINS_OTHER_VALUE = /^[-\d"{tfn]/;

/** Null: a pause, in which others may get their turn. */
type Pausing<T, Result = void> = Generator<T | null, Result>;

/**
 * Walks over the text of a batch, `{ "events": [ … ] }`, as far as it is one, and gives the span of each
 * item. All between the items is checked; the items are not: their reader parses them. Whoever has
 * parsed them all knows what JSON.parse of the whole text would have said.
 *
 * @throws VALIDATION_ERROR where the envelope is wrong: the rest of the text is not looked at.
 */
export function* batchSpans(text: string): Pausing<JsonSpan> {
  const opening = yield* pastSpace(text, 0);
  const first = text.charCodeAt(opening);
  if (first !== OPEN_BRACE) throw notAnObject(text, opening);
  let at = yield* pastSpace(text, opening + 1);
  if (text.charCodeAt(at) === CLOSE_BRACE) {
    yield* requireEnd(text, at + 1);
    throw noEvents();
  }
  at = yield* pastName(text, at);
  if (text.charCodeAt(at) !== OPEN_BRACKET) {
    throw BEGINS_OTHER_VALUE.test(text.slice(at, at + 1)) ? noEvents() : notJson();
  }
  at = yield* elements(text, at + 1);
  at = yield* pastSpace(text, at);
  if (text.charCodeAt(at) === COMMA) {
    yield* pastName(text, yield* pastSpace(text, at + 1));
    throw invalidField('events', 'is given more than once');
  }
  if (text.charCodeAt(at) !== CLOSE_BRACE) throw notJson();
  yield* requireEnd(text, at + 1);
}

export const tooManyEvents = (): DomainError =>
  invalidField('events', `must have 1 to ${MAX_BATCH_EVENTS} events, but has at least ${MAX_BATCH_EVENTS + 1}`);

const notJson = (): DomainError => invalidField('body', 'is not valid JSON');
const noEvents = (): DomainError => invalidField('events', 'must be an array of events');

function notAnObject(text: string, at: number): DomainError {
  if (at >= text.length) return invalidField('body', 'is empty; a JSON object is expected');
  const isOther = text.charCodeAt(at) === OPEN_BRACKET || BEGINS_OTHER_VALUE.test(text.slice(at, at + 1));
  return isOther ? invalidField('body', 'must be a JSON object: { "events": [ … ] }') : notJson();
}

/** The elements of an array, from behind its opening bracket; returns the index behind the closing one. */
function* elements(text: string, start: number): Pausing<JsonSpan, number> {
  const scan = new ValueScan(text);
  let at = yield* pastSpace(text, start);
  if (text.charCodeAt(at) === CLOSE_BRACKET) return at + 1;
  for (let unpaused = start; ;) {
    const from = at;
    scan.begin(from);
    while (!isFound(scan)) yield null;
    // Nothing stands there: `[,`, `[1,]`.
    if (scan.at === from) throw notJson();
    yield { start: from, end: scan.at };
    at = isSpace(text.charCodeAt(scan.at)) ? yield* pastSpace(text, scan.at) : scan.at;
    const after = text.charCodeAt(at);
    if (after === CLOSE_BRACKET) return at + 1;
    if (after !== COMMA) throw notJson();
    at++;
    if (isSpace(text.charCodeAt(at))) at = yield* pastSpace(text, at);
    if (at - unpaused < PIECE) continue;
    unpaused = at;
    yield null;
  }
}

function isFound(scan: ValueScan): boolean {
  try {
    return scan.advance(PIECE);
  } catch {
    throw notJson();
  }
}

/** Past the name of a member, which must be `events`, and its colon. */
function* pastName(text: string, start: number): Pausing<never, number> {
  if (text.charCodeAt(start) !== QUOTE) throw notJson();
  const head = text.slice(start, start + MAX_NAME_CHARACTERS);
  const length = nameLength(head);
  // Longer than any name that we know; the text may end within it.
  if (length === -1) throw unknownName(head.slice(1));
  const name = nameOf(head.slice(0, length));
  if (name !== 'events') throw unknownName(name);
  const colon = yield* pastSpace(text, start + length);
  if (text.charCodeAt(colon) !== COLON) throw notJson();
  return yield* pastSpace(text, colon + 1);
}

function nameLength(head: string): number {
  try {
    return stringEnd(head, 0);
  } catch {
    return -1;
  }
}

function nameOf(string: string): string {
  try {
    return JSON.parse(string) as string;
  } catch {
    throw notJson();
  }
}

const unknownName = (name: string): DomainError => invalidField(shownField(name), unknownField(name, ['events']));

function* requireEnd(text: string, at: number): Pausing<never> {
  if ((yield* pastSpace(text, at)) < text.length) throw notJson();
}

function* pastSpace(text: string, start: number): Pausing<never, number> {
  let at = start;
  for (let unpaused = start; isSpace(text.charCodeAt(at)); at++) {
    if (at - unpaused < PIECE) continue;
    unpaused = at;
    yield null;
  }
  return at;
}

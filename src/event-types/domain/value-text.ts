import { compactJson } from '../../../libs/json-payload/compact-json.ts';
import { OPEN_BRACE, OPEN_BRACKET, QUOTE, stringValue } from '../../../libs/json-payload/json-scanner.ts';
import { parseInstant, type Instant } from '../../../libs/time/instant.ts';
import { moneyText } from './money.ts';
import { type PayloadValues } from './payload-values.ts';
import { cutText } from './plain-text.ts';
import type { ValuePath } from './value-path.ts';

/** How a value is written. */
export type ValueFormat =
  { readonly name: 'money' | 'cents'; readonly currency: ValuePath } | { readonly name: 'date' };

/** A value in a template, or of a field. */
export interface ValuePlace {
  readonly path: ValuePath;
  readonly format: ValueFormat | null;
  /** Stands where there is no value; null: none was given. */
  readonly fallback: string | null;
}

/** An event whose values are shown. */
export interface ShownEvent {
  readonly type: string;
  readonly occurredAt: Instant;
  readonly customerName: string | null;
  readonly payload: PayloadValues;
}

/** An object or an array is shown by its beginning. */
const MAX_CONTAINER_LENGTH = 60;
/** More than is ever shown of a string. */
const MAX_STRING_LENGTH = 4_096;
const MAX_NUMBER_LENGTH = 4_096;
const DATE_LENGTH = 'YYYY-MM-DD'.length;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The text of a value, not yet made fit to be shown; null where it is missing, or null, and has no fallback.
 *
 * @param written how a JSON value other than null is written: {@link shownValue} or {@link wholeValue}.
 */
export function valueText(
  { path, format, fallback }: ValuePlace,
  event: ShownEvent,
  written: (json: string) => string = shownValue,
): string | null {
  const text = textAt(path, event, written);
  if (text === null) return fallback;
  if (format === null) return text;
  if (format.name === 'date') return dateText(text);
  return moneyText(text, textAt(format.currency, event, written), format.name === 'cents');
}

function textAt(path: ValuePath, event: ShownEvent, written: (json: string) => string): string | null {
  switch (path.root) {
    case 'type':
      return event.type;
    case 'occurredAt':
      return event.occurredAt;
    case 'customer.name':
      return event.customerName;
    case 'payload': {
      const json = event.payload.find(path.steps);
      return json === null || json === 'null' ? null : written(json);
    }
  }
}

/** As much of a value as a title may show: numbers as they are written, objects and arrays by their beginning. */
export function shownValue(json: string): string {
  const first = json.charCodeAt(0);
  if (first === QUOTE) return beginningOfString(json);
  return isContainer(first) ? beginningOfContainer(json) : json.slice(0, MAX_NUMBER_LENGTH);
}

/** The same without a cut, for a link, which would lead elsewhere with half a value. */
export function wholeValue(json: string): string {
  const first = json.charCodeAt(0);
  if (first === QUOTE) return stringValue(json, 0, json.length);
  return isContainer(first) ? compactJson(json) : json;
}

const isContainer = (first: number): boolean => first === OPEN_BRACE || first === OPEN_BRACKET;

/** Takes no more of a long one than is needed to be sure of its first characters without white space. */
function beginningOfContainer(json: string): string {
  let looked = 2 * MAX_CONTAINER_LENGTH;
  let compact = compactJson(json, 0, Math.min(looked, json.length));
  while (compact.length <= MAX_CONTAINER_LENGTH && looked < json.length) {
    looked *= 4;
    compact = compactJson(json, 0, Math.min(looked, json.length));
  }
  return cutText(compact, MAX_CONTAINER_LENGTH);
}

/** Where it is very long, an escape may be cut: what is left of it is dropped. */
function beginningOfString(json: string): string {
  if (json.length <= MAX_STRING_LENGTH) return stringValue(json, 0, json.length);
  const beginning = json
    .slice(0, MAX_STRING_LENGTH)
    .replace(/\\(?:u[\dA-Fa-f]{0,3})?$/, (cut, at: number, whole: string) => (isEscaped(whole, at) ? cut : ''));
  return stringValue(`${beginning}"`, 0, beginning.length + 1);
}

/** Whether the backslash there is itself escaped by the one before it. */
function isEscaped(text: string, backslash: number): boolean {
  let before = backslash;
  while (text[before - 1] === '\\') before--;
  return (backslash - before) % 2 === 1;
}

/** `18 Apr 2026`, of the day in UTC; a text that is no time stays as it is. */
function dateText(text: string): string {
  const instant = parseInstant(text);
  if (instant === null) return text;
  const [year, month, day] = instant.slice(0, DATE_LENGTH).split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
}

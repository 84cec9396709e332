import { OPEN_BRACE, OPEN_BRACKET, QUOTE, stringValue } from '../../../libs/json-payload/json-scanner.ts';
import { millisOfInstant, parseInstant, type Instant } from '../../../libs/time/instant.ts';
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

const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** The text of a value, not yet made fit to be shown; null where it is missing, or null, and has no fallback. */
export function valueText({ path, format, fallback }: ValuePlace, event: ShownEvent): string | null {
  const text = textAt(path, event);
  if (text === null) return fallback;
  if (format === null) return text;
  if (format.name === 'date') return dateText(text);
  return moneyText(text, textAt(format.currency, event), format.name === 'cents');
}

function textAt(path: ValuePath, event: ShownEvent): string | null {
  switch (path.root) {
    case 'type':
      return event.type;
    case 'occurredAt':
      return event.occurredAt;
    case 'customer.name':
      return event.customerName;
    case 'payload': {
      const json = event.payload.find(path.steps);
      return json === null || json === 'null' ? null : plainValue(json);
    }
  }
}

/** Of a JSON text that is not `null`: numbers as they are written. */
function plainValue(json: string): string {
  const first = json.charCodeAt(0);
  if (first === QUOTE) return beginningOfString(json);
  const isContainer = first === OPEN_BRACE || first === OPEN_BRACKET;
  if (isContainer) return cutText(json.slice(0, MAX_CONTAINER_LENGTH + 2), MAX_CONTAINER_LENGTH);
  return json.slice(0, MAX_NUMBER_LENGTH);
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
  return instant === null ? text : days.format(millisOfInstant(instant));
}

import type { CustomerEvent } from '../event.ts';
import { rawJson } from '../json-text.ts';
import { MAX_LINE_BYTES, type NumberedLine } from './numbered-lines.ts';

/** Why a line is no event, in the codes of the service. */
export class LineProblem extends Error {
  readonly code: string;

  constructor(message: string, code = 'VALIDATION_ERROR') {
    super(message);
    this.code = code;
  }
}

/** What a line of a file of rejected lines begins with. */
export const REJECTED_BEGINNING = '{"rejected":';

/**
 * The event of a line, with its payload as the text that it is. Of a line of rejected ones it is what was rejected.
 *
 * @throws LineProblem
 */
export function eventOfLine({ text, problem }: NumberedLine): CustomerEvent {
  if (problem === 'too long')
    throw new LineProblem(`The line is longer than ${MAX_LINE_BYTES} bytes`, 'PAYLOAD_TOO_LARGE');
  if (text === undefined) throw new LineProblem('The line is not valid UTF-8');
  const members = membersOf(text);
  if (!members.has('rejected')) return eventOf(members);
  const event = members.get('event');
  if (event !== undefined) return eventOf(membersOf(event));
  const fixed = members.get('text');
  if (fixed === undefined)
    throw new LineProblem('The line has what was rejected in a form that is no event: fix it in its source');
  return eventOf(membersOf(String(JSON.parse(fixed))));
}

function eventOf(members: ReadonlyMap<string, string>): CustomerEvent {
  // An own member, whatever its name: `__proto__` is an unknown field as any other.
  return Object.fromEntries(
    [...members].map(([key, json]) => [key, key === 'payload' && json !== 'null' ? rawJson(json) : JSON.parse(json)]),
  ) as unknown as CustomerEvent;
}

/** The members of an object, by their keys, as the text that they are. */
function membersOf(json: string): Map<string, string> {
  requireObject(json);
  const members = new Map<string, string>();
  let at = json.indexOf('{') + 1;
  for (;;) {
    while (isBetween(json.charCodeAt(at))) at++;
    if (json[at] === '}') return members;
    const keyEnd = valueEnd(json, at);
    const key = JSON.parse(json.slice(at, keyEnd)) as string;
    at = json.indexOf(':', keyEnd) + 1;
    while (isBetween(json.charCodeAt(at))) at++;
    const end = valueEnd(json, at);
    if (members.has(key)) throw new LineProblem(`The line has ${JSON.stringify(key.slice(0, 100))} more than once`);
    members.set(key, json.slice(at, end));
    at = end;
  }
}

function requireObject(json: string): void {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // What JSON.parse says has a part of the line in it, which may be personal.
    throw new LineProblem('The line is not valid JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LineProblem('The line is not a JSON object');
}

/** White space and commas. */
const isBetween = (unit: number): boolean => unit <= 0x20 || unit === 0x2c;

const QUOTE = '"';
const OPEN = '{[';
const CLOSE = '}]';

/** Where the value ends that begins at `at`, in a text that is valid JSON. */
function valueEnd(json: string, at: number): number {
  let depth = 0;
  for (let end = at; ; end++) {
    const character = json[end] as string;
    if (character === QUOTE) end = closingQuote(json, end);
    else if (OPEN.includes(character)) depth++;
    else if (CLOSE.includes(character)) depth--;
    else if (depth > 0 || !endsLiteral(json.charCodeAt(end + 1))) continue;
    if (depth === 0) return end + 1;
  }
}

/** Behind a number, `true`, `false` or `null`: white space, a comma, a bracket or a brace. */
const endsLiteral = (unit: number): boolean => isBetween(unit) || unit === 0x5d || unit === 0x7d;

function closingQuote(json: string, opening: number): number {
  let at = opening + 1;
  while (json[at] !== QUOTE) at += json[at] === '\\' ? 2 : 1;
  return at;
}

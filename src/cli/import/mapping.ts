import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { OperatorError } from '../error-message.ts';
import { READY_MAPPINGS } from './ready-mappings.ts';

/** What of a file becomes which field of an event, or of a customer. */
export interface Mapping {
  /** A column, or several with ` + ` between them → the fields that it is written to. */
  readonly map: ReadonlyMap<string, readonly string[]>;
  /** A field → its value where a row has none. */
  readonly set: ReadonlyMap<string, string>;
  /** Columns that are passed over; `*`: all that are neither mapped nor named like a field. */
  readonly ignore: readonly string[];
  /** Columns, or the fields they are written to, by how their cells are read. */
  readonly text: readonly string[];
  readonly number: readonly string[];
  readonly json: readonly string[];
  readonly timeFormat?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly prefixExternalId?: string | undefined;
  /** Adjacent rows with the same values in these columns are one event. */
  readonly groupBy: readonly string[];
  /** `line`, `content`, or columns with commas between them. */
  readonly eventIdFrom?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly escape?: string | undefined;
  /** An apostrophe in front of what would be a number or a formula is no part of a cell. */
  readonly stripApostrophes?: boolean | undefined;
  /** Columns that must be there; those of a mapping file may be missing, as exports change over the years. */
  readonly required: readonly string[];
}

/** What a mapping file says of the two kinds of files. */
export interface Mappings {
  readonly events: Mapping;
  readonly customers: Mapping;
}

export const NO_MAPPING: Mapping = {
  map: new Map(),
  set: new Map(),
  ignore: [],
  text: [],
  number: [],
  json: [],
  groupBy: [],
  required: [],
};
/** As a `timeZone`: it has to be said, since no export tells it. */
export const ASK = 'ask';
/** In `ignore`, and as a column of `map`. */
export const ALL_OTHERS = '*';

const SECTIONS = ['events', 'customers'] as const;

/**
 * @param source the name of a ready mapping, or the path of a YAML file: `events` and `customers`, each with what the
 *   options of the same names say.
 * @throws {OperatorError}
 */
export function readMappings(source: string): Mappings {
  const ready = READY_MAPPINGS[source];
  const content = parseYaml(ready ?? readText(source), source);
  requireKeys(content, SECTIONS, source);
  const sectionOf = (section: string): Mapping =>
    content[section] === undefined
      ? NO_MAPPING
      : mappingOf(objectAt(content[section], `${source}: ${section}`), `${source}: ${section}`);
  return { events: sectionOf('events'), customers: sectionOf('customers') };
}

/** What the second says counts, and is added to what the first says. */
export function merged(first: Mapping, second: Partial<Mapping>): Mapping {
  const given = Object.fromEntries(Object.entries(second).filter(([, value]) => value !== undefined));
  const lists = (['ignore', 'text', 'number', 'json'] as const).map((key) => [
    key,
    [...first[key], ...(second[key] ?? [])],
  ]);
  return {
    ...first,
    ...given,
    ...Object.fromEntries(lists),
    map: new Map([...first.map, ...(second.map ?? [])]),
    set: new Map([...first.set, ...(second.set ?? [])]),
    groupBy: second.groupBy !== undefined && second.groupBy.length > 0 ? second.groupBy : first.groupBy,
  };
}

/** `COLUMN=FIELD` and `FIELD=VALUE`, apart at the last or the first `=`. @throws {OperatorError} */
export function pairOf(text: string, at: 'first' | 'last', form: string): [string, string] {
  const index = at === 'first' ? text.indexOf('=') : text.lastIndexOf('=');
  if (index < 1 || index === text.length - 1) throw new OperatorError(`"${text}" is not of the form ${form}`);
  return [text.slice(0, index), text.slice(index + 1)];
}

/** The keys of a section are the names of the options. */
const KEYS = [
  'map',
  'set',
  'ignore',
  'text',
  'number',
  'json',
  'time-format',
  'time-zone',
  'prefix-external-id',
  'group-by',
  'event-id-from',
  'delimiter',
  'escape',
  'strip-apostrophes',
] as const;

function mappingOf(section: Record<string, unknown>, where: string): Mapping {
  requireKeys(section, KEYS, where);
  const text = (key: (typeof KEYS)[number]): string | undefined =>
    section[key] === undefined ? undefined : scalarAt(section[key], `${where}: ${key}`);
  const list = (key: (typeof KEYS)[number]): string[] =>
    section[key] === undefined ? [] : listAt(section[key], `${where}: ${key}`);
  const entries = (key: 'map' | 'set'): [string, unknown][] =>
    section[key] === undefined ? [] : Object.entries(objectAt(section[key], `${where}: ${key}`));
  return {
    map: new Map(entries('map').map(([column, fields]) => [column, listAt(fields, `${where}: map: ${column}`)])),
    set: new Map(entries('set').map(([field, value]) => [field, scalarAt(value, `${where}: set: ${field}`)])),
    ignore: list('ignore'),
    text: list('text'),
    number: list('number'),
    json: list('json'),
    timeFormat: text('time-format'),
    timeZone: text('time-zone'),
    prefixExternalId: text('prefix-external-id'),
    groupBy: list('group-by'),
    eventIdFrom: text('event-id-from'),
    delimiter: text('delimiter'),
    escape: text('escape'),
    stripApostrophes: section['strip-apostrophes'] === true ? true : undefined,
    required: [],
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const names = Object.keys(READY_MAPPINGS).join(', ');
    const { code } = error as NodeJS.ErrnoException;
    throw new OperatorError(`There is no mapping file "${path}" (${code}), and the ready mappings are ${names}`);
  }
}

function parseYaml(text: string, source: string): Record<string, unknown> {
  try {
    // Of this schema, a date is a text.
    return objectAt(load(text, { schema: CORE_SCHEMA }), source);
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(`${source} is not YAML: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
}

function requireKeys(value: Record<string, unknown>, known: readonly string[], where: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw new OperatorError(`${where}: "${unknown}" is unknown; there are ${known.join(', ')}`);
}

function objectAt(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new OperatorError(`${where}: must be a mapping of names to values`);
  return value as Record<string, unknown>;
}

function listAt(value: unknown, where: string): string[] {
  return (Array.isArray(value) ? value : [value]).map((item) => scalarAt(item, where));
}

function scalarAt(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new OperatorError(`${where}: must be a text, a number, true or false`);
}

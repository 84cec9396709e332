import { isJson } from '../../../libs/json-payload/is-json.ts';
import { objectMembers } from '../../../libs/json-payload/json-members.ts';
import { parseUtf8 } from '../../../libs/json-payload/utf8.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { CustomerEventRequest } from '../../customer-events/input/customer-event.request.ts';
import { eventLines, eventOfText, type EventLine } from '../../customer-events/input/event-lines.ts';
import { ndjsonText } from '../../customer-events/input/ndjson-text.ts';
import { knownFields } from '../../platform/input/field-reader.ts';
import { OperatorError } from '../error-message.ts';
import { eventIdOfContent, eventIdOfLine } from './derived-event-id.ts';
import type { EventSource, FileLine, SourceOptions } from './file-line.ts';
import { openInput } from './input-file.ts';
import { ALL_OTHERS, type Mapping } from './mapping.ts';
import type { LineContent } from './rejected-file.ts';

/** The NDJSON of a file, that of a JSON array too. @throws {OperatorError} of the iteration, where it is something else. */
export const ndjsonOf = (bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> =>
  ndjsonText(
    bytes,
    (sentence) => new OperatorError(sentence.startsWith('This is CSV') ? `${sentence}: say --format csv` : sentence),
  );

/** Opens a file of NDJSON; a file of rejected lines too. @throws {OperatorError} where it is something else. */
export async function ndjsonSource(options: SourceOptions): Promise<EventSource> {
  const { path, mapping, limits, isSettled, prefix } = options;
  const read = readerOf(mapping, options);
  const input = openInput(path);
  const text = ndjsonOf(input.bytes);
  const lines = eventLines(prefix?.watch(text) ?? text, limits, read.draft);
  // What is no NDJSON is told before anything is written.
  const first = await lines.next();
  async function* fileLines(): AsyncGenerator<FileLine[], void> {
    for (let next = first; next.done !== true; next = await lines.next()) {
      const open = next.value.filter(({ number }) => !isSettled(number));
      if (open.length > 0) yield open.map((line) => fileLine(line, options, read.text));
    }
  }
  return { input, lines: fileLines(), reading: JSON.stringify(readingOf(mapping)), notes: [], unused: [] };
}

function fileLine(line: EventLine, { path, mapping }: SourceOptions, textOf: (text: string) => string): FileLine {
  const { number, sourceBytes, draft } = line;
  const derived = (): string | undefined => {
    if (mapping.eventIdFrom === 'line') return eventIdOfLine(path, number);
    return mapping.eventIdFrom === 'content' && !(draft instanceof DomainError) ? eventIdOfContent(draft) : undefined;
  };
  const hasOwn = draft instanceof DomainError || draft.eventId !== undefined;
  return {
    number,
    sourceBytes,
    draft: hasOwn ? draft : { ...draft, eventId: derived() },
    content: () => contentOf(line, textOf, derived),
  };
}

function contentOf(
  { source }: EventLine,
  textOf: (text: string) => string,
  derived: () => string | undefined,
): LineContent {
  if (source.tooLong === true) return undefined;
  const text = parseUtf8(source.bytes);
  if (text === null) return { undecodable: source.bytes.toString('latin1') };
  const fixed = textOf(text);
  return isJson(fixed) ? { json: withEventId(fixed, derived()) } : { text: fixed };
}

/** So that the line keeps its id when it is fixed and imported from the file of rejected lines. */
function withEventId(json: string, eventId: string | undefined): string {
  if (eventId === undefined || !/^\s*\{\s*"/.test(json)) return json;
  const own = objectMembers(json).find(({ key }) => key === 'eventId');
  if (own !== undefined && json.slice(own.start, own.end) !== 'null') return json;
  return `${json.slice(0, json.lastIndexOf('}'))},"eventId":${JSON.stringify(eventId)}}`;
}

const REJECTED = /^\s*\{\s*"rejected"\s*:/;

/** Of a line of a file of rejected lines that what was rejected; any other line is itself. */
function fixedText(line: string): string {
  if (!REJECTED.test(line) || !isJson(line)) return line;
  const content = objectMembers(line).find(({ key }) => key === 'event' || key === 'text');
  if (content === undefined) return line;
  const text = line.slice(content.start, content.end);
  return content.key === 'text' ? String(JSON.parse(text)) : text;
}

/** What of a mapping says how NDJSON is read. */
const readingOf = ({ map, set, ignore, prefixExternalId, eventIdFrom }: Mapping) => ({
  map: [...map],
  set: [...set],
  ignore,
  prefixExternalId,
  eventIdFrom,
});

function readerOf(mapping: Mapping, { limits }: SourceOptions) {
  requireNdjsonMapping(mapping);
  const { map, set, ignore, prefixExternalId } = mapping;
  const isPlain = map.size === 0 && set.size === 0 && ignore.length === 0 && prefixExternalId === undefined;
  const text = (line: string): string => (isPlain ? fixedText(line) : mappedText(fixedText(line), mapping));
  return { text, draft: (line: string) => eventOfText(text(line), limits) };
}

const FIELDS = knownFields(CustomerEventRequest);

/** @throws {OperatorError} where something is for CSV only, or writes to no field. */
function requireNdjsonMapping(mapping: Mapping): void {
  const { text, number, json, timeFormat, timeZone, groupBy, delimiter, escape, eventIdFrom, map, set } = mapping;
  const csvOnly = {
    '--text': text.length > 0,
    '--number': number.length > 0,
    '--json-column': json.length > 0,
    '--time-format': timeFormat !== undefined,
    '--time-zone': timeZone !== undefined,
    '--group-by': groupBy.length > 0,
    '--delimiter': delimiter !== undefined,
    '--escape': escape !== undefined,
    '--event-id-from with columns': eventIdFrom !== undefined && eventIdFrom !== 'line' && eventIdFrom !== 'content',
  };
  const [wrong] = Object.entries(csvOnly).find(([, isGiven]) => isGiven) ?? [];
  if (wrong !== undefined)
    throw new OperatorError(`${wrong} is for CSV only, and the file is read as NDJSON (--format)`);
  const field = [...[...map.values()].flat(), ...set.keys()].find((name) => !FIELDS.includes(name));
  if (field !== undefined)
    throw new OperatorError(
      `"${field}" is no field of an event; there are ${FIELDS.join(', ')} (NDJSON is mapped by whole members)`,
    );
}

/** A JSON object with its members renamed, left out and added to; any other text is itself. */
function mappedText(text: string, mapping: Mapping): string {
  if (!/^\s*\{/.test(text) || !isJson(text)) return text;
  const { map, set, ignore, prefixExternalId } = mapping;
  const written = new Map<string, string>();
  const rest: string[] = [];
  const members = objectMembers(text).map(({ key, start, end }) => ({ key, value: text.slice(start, end) }));
  for (const { key, value } of members) {
    if (map.has(key) || ignore.includes(key)) continue;
    if (FIELDS.includes(key)) written.set(key, value);
    else if (!ignore.includes(ALL_OTHERS)) rest.push(`${JSON.stringify(key)}:${value}`);
  }
  // In the order of the mapping: a member's own name comes before, and of several the first counts.
  for (const [key, fields] of map) {
    const value = ignore.includes(key) ? undefined : members.findLast((member) => member.key === key)?.value;
    for (const field of value === undefined ? [] : fields)
      if (isAbsent(written.get(field))) written.set(field, value as string);
  }
  for (const [field, value] of set) {
    if (isAbsent(written.get(field)))
      written.set(field, field === 'payload' && isJson(value) ? value : JSON.stringify(value));
  }
  const externalId = written.get('customerExternalId');
  if (prefixExternalId !== undefined && externalId?.startsWith('"') === true)
    written.set('customerExternalId', JSON.stringify(`${prefixExternalId}${String(JSON.parse(externalId))}`));
  return `{${[...[...written].map(([field, value]) => `${JSON.stringify(field)}:${value}`), ...rest].join(',')}}`;
}

const isAbsent = (value: string | undefined): boolean => value === undefined || value === 'null';

import { setImmediate } from 'node:timers/promises';
import { isJson } from '../../../libs/json-payload/is-json.ts';
import { objectMembers } from '../../../libs/json-payload/json-members.ts';
import { parseUtf8 } from '../../../libs/json-payload/utf8.ts';
import type { DomainError } from '../../../libs/kernel/domain-error.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import type { ImportLine } from '../../customer-events/application/import-tally.ts';
import type { EventDraft } from '../../customer-events/domain/customer-event.ts';
import { CustomerEventRequest } from '../../customer-events/input/customer-event.request.ts';
import { eventLines, eventOfText, type EventLine } from '../../customer-events/input/event-lines.ts';
import { OperatorError } from '../error-message.ts';
import { csvObjects } from './csv-objects.ts';
import { openCsv, type CsvRow } from './csv-rows.ts';
import { requireNdjson } from './file-signature.ts';
import type { LineContent } from './rejected-file.ts';
import type { FreeFormLimits } from '../../platform/input/free-form-limits.ts';

/** A line of a file that is imported. */
export interface FileLine extends ImportLine {
  /** What the line holds, for the file of rejected lines; asked only where it was rejected. */
  content(): LineContent;
}

export interface SourceOptions {
  readonly limits: FreeFormLimits;
  /** Lines up to this number are skipped. */
  readonly after: number;
}

/** The lines of NDJSON, those of a file of rejected lines too. */
export async function* ndjsonSource(
  bytes: AsyncIterable<Buffer>,
  { limits, after }: SourceOptions,
): AsyncGenerator<FileLine[], void> {
  const read = (text: string): EventDraft | DomainError => eventOfText(fixedText(text), limits);
  for await (const lines of eventLines(likeNdjson(bytes), limits, read, after)) {
    yield lines.map((line) => ({ ...line, content: () => contentOf(line) }));
  }
}

async function* likeNdjson(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let isFirst = true;
  for await (const chunk of bytes) {
    if (isFirst) requireNdjson(chunk);
    isFirst = false;
    yield chunk;
  }
}

function contentOf({ source }: EventLine): LineContent {
  if (source.tooLong === true) return undefined;
  const text = parseUtf8(source.bytes);
  if (text === null) return { undecodable: source.bytes.toString('latin1') };
  const fixed = fixedText(text);
  return isJson(fixed) ? { json: fixed } : { text: fixed };
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

/** Said where it is not what CSV is named after. */
export function tellDelimiter(what: string, delimiter: string): void {
  if (delimiter === ',') return;
  process.stderr.write(
    `${what}: cells are separated by ${delimiter === '\t' ? 'tabs' : `"${delimiter}"`} (--delimiter)\n`,
  );
}

/** @throws {OperatorError} naming the columns that every row needs and the header has not. */
export function requireColumns(header: readonly string[], columns: readonly string[]): void {
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length === 0) return;
  throw new OperatorError(
    `The CSV file has no column ${missing.map((column) => `"${column}"`).join(' and ')}; its header is: ${header.join(', ')}`,
  );
}

/** What was refused for its shape is kept as it stands: as an event it would have cells in the wrong fields. */
function contentOfRow({ problem, raw }: CsvRow, json: string): LineContent {
  if (raw !== undefined) return { row: raw };
  return problem === undefined ? { json } : { undecodable: json };
}

/** The rows of CSV whose columns are named like the fields of an event. */
export async function csvSource(
  bytes: AsyncIterable<Buffer>,
  { limits, after }: SourceOptions,
  csv: {
    /** Undefined: it is found out. */
    readonly delimiter: string | undefined;
    readonly textColumns: readonly string[];
  },
): Promise<AsyncIterable<FileLine[]>> {
  const { header, rows, delimiter } = await openCsv(bytes, csv.delimiter);
  if (csv.delimiter === undefined) tellDelimiter('events', delimiter);
  const objects = csvObjects(header, {
    requestClass: CustomerEventRequest,
    objectField: 'payload',
    textColumns: csv.textColumns,
  });
  requireColumns(header, ['customerExternalId', 'type']);
  const lineOf = (row: CsvRow): FileLine => {
    const json = objects.jsonText(row.cells);
    return {
      number: row.number,
      sourceBytes: json.length,
      draft: row.problem === undefined ? eventOfText(json, limits) : invalidField('line', row.problem),
      content: () => contentOfRow(row, json),
    };
  };
  return (async function* () {
    for await (const group of rows) {
      const lines = group.filter(({ number }) => number > after).map(lineOf);
      if (lines.length > 0) yield lines;
      await setImmediate();
    }
  })();
}

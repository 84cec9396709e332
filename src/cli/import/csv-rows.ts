import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { withoutByteOrderMark } from '../../../libs/byte-streams/byte-order-mark.ts';
import { OperatorError } from '../error-message.ts';
import { CR, CsvPosition, lineEndOf, type RawRecord } from './csv-position.ts';

/** A record of a CSV file. */
export interface CsvRow {
  /** The line on which the record ends, from 1, as an editor counts. */
  readonly number: number;
  readonly cells: readonly string[];
  /** Why the record cannot be read, if it cannot. */
  readonly problem?: string | undefined;
  /** The record as it stands in the file, without its line end, where it does not have the cells of the header. */
  readonly raw?: string | undefined;
}

export interface CsvTable {
  /** Between the cells: as given, or as the header shows. */
  readonly delimiter: string;
  readonly header: readonly string[];
  readonly rows: AsyncIterable<readonly CsvRow[]>;
}

/** The first of those that are found equally often. */
const DELIMITERS = [',', ';', '\t', '|'];
/** What Excel writes, and reads, to name the delimiter. */
const SEPARATOR_LINE = /^sep=(.)\r?\n/i;
const ROWS_AT_ONCE = 64;
const BEGINNING_BYTES = 262_144;
/** A record beyond this is taken for a quote that was never closed: it would swallow the file, and the memory. */
const MAX_RECORD_BYTES = 33_554_432;

/**
 * Reads CSV with a header (RFC 4180; LF and CRLF in any mix, quoted cells may contain line ends, empty lines
 * are skipped), in constant memory. A file without LF may end its lines with CR.
 *
 * @param given the delimiter between cells; undefined: the one that the header has most of, or that Excel's first line
 *   `sep=;` names.
 * @throws {OperatorError} where there is no header; the iteration: where it is not well-formed.
 */
export async function openCsv(bytes: AsyncIterable<Buffer>, given?: string): Promise<CsvTable> {
  const text = withoutByteOrderMark(bytes);
  const beginning = await beginningOf(text);
  const named = SEPARATOR_LINE.exec(beginning.toString('latin1', 0, 8))?.[1];
  const delimiter = given ?? named ?? delimiterOf(beginning);
  const rows = rowsOf(beginning, text, delimiter, named !== undefined)[Symbol.asyncIterator]();
  const first = await rows.next();
  if (first.done === true || first.value.problem !== undefined)
    throw new OperatorError('The CSV file has no header that can be read');
  return {
    delimiter,
    header: first.value.cells.map((cell) => cell.trim()),
    rows: grouped({ [Symbol.asyncIterator]: () => rows }),
  };
}

async function* rowsOf(
  beginning: Buffer,
  rest: AsyncGenerator<Buffer>,
  delimiter: string,
  hasSeparatorLine: boolean,
): AsyncGenerator<CsvRow, void> {
  let isSeparatorLine = hasSeparatorLine;
  const lineEnd = lineEndOf(beginning);
  const position = new CsvPosition(lineEnd);
  let columns: number | undefined;
  const parser = parse({
    // Cells come as bytes, so that what is not UTF-8 can be told from U+FFFD.
    encoding: null,
    delimiter,
    // Left to find out, the parser takes the first line end for the only one: rows would be glued, or end with CR.
    record_delimiter: lineEnd === CR ? ['\r'] : ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    on_record: (cells: unknown, { bytes: end }) => {
      const record = position.record(end);
      if (isSeparatorLine) {
        isSeparatorLine = false;
        return null as never;
      }
      const row = rowOf(cells as Buffer[], record, columns);
      columns ??= row.cells.length;
      return row as never;
    },
  });
  // Spreadsheets write a byte order mark. With its own option for it, the parser would give cells as texts again.
  const source = Readable.from(shownTo(position, beginning, rest), { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    yield* parser as AsyncIterable<CsvRow>;
  } catch (error) {
    throw error instanceof CsvError ? notWellFormed(error, position, delimiter) : error;
  }
}

/** The delimiter that stands most often between the cells of the header; a comma, if none does. */
function delimiterOf(beginning: Buffer): string {
  const header = beginning.toString('latin1').replaceAll(/"[^"]*"/g, '');
  const line = header.slice(0, /[\r\n]|$/.exec(header)?.index);
  const [most = ','] = DELIMITERS.toSorted((a, b) => line.split(b).length - line.split(a).length);
  return most;
}

/** Enough of the file to see its header and how its lines end. */
async function beginningOf(bytes: AsyncGenerator<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let length = 0; length < BEGINNING_BYTES;) {
    const { done, value } = await bytes.next();
    if (done === true) break;
    chunks.push(value);
    length += value.length;
    if (value.includes('\n')) break;
  }
  return Buffer.concat(chunks);
}

async function* shownTo(position: CsvPosition, first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  position.saw(first);
  yield first;
  for await (const chunk of rest) {
    position.saw(chunk);
    yield chunk;
  }
}

/** No record is skipped: where a quote is wrong, nobody can tell which of the lines behind it belong to it. */
function notWellFormed({ code }: CsvError, position: CsvPosition, delimiter: string): OperatorError {
  const unclosed = code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE';
  const what = unclosed ? 'a quote is opened and never closed' : 'a quote is in the wrong place';
  const line = unclosed ? position.lineOfOpenQuote(delimiter.charCodeAt(0)) : position.lineOfWrongQuote();
  return new OperatorError(
    `The file is not well-formed CSV: ${what}, found at line ${line}; fix it, and import it from its beginning`,
  );
}

/** @param columns of the header; undefined: this is the header. */
function rowOf(cells: readonly Buffer[], { line, bytes }: RawRecord, columns: number | undefined): CsvRow {
  const problems: string[] = [];
  if (columns !== undefined && cells.length !== columns)
    problems.push(`has ${cells.length} cells, but the header has ${columns}`);
  const isText = cells.every((cell) => isUtf8(cell));
  if (!isText) problems.push('is not valid UTF-8');
  const encoding = isText ? 'utf8' : 'latin1';
  return {
    number: line,
    cells: cells.map((cell) => cell.toString(encoding)),
    problem: problems[0],
    raw:
      columns !== undefined && cells.length !== columns ? bytes.toString(encoding).replace(/[\r\n]+$/, '') : undefined,
  };
}

async function* grouped(rows: AsyncIterable<CsvRow>): AsyncGenerator<readonly CsvRow[], void> {
  let group: CsvRow[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length < ROWS_AT_ONCE) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

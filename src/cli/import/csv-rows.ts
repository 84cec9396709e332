import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { withoutByteOrderMark } from '../../../libs/byte-streams/byte-order-mark.ts';
import { OperatorError } from '../error-message.ts';

/** A record of a CSV file. */
export interface CsvRow {
  /** The line on which the record ends, from 1. */
  readonly number: number;
  readonly cells: readonly string[];
  /** Why the record cannot be read, if it cannot. */
  readonly problem?: string | undefined;
}

export interface CsvTable {
  readonly header: readonly string[];
  readonly rows: AsyncIterable<readonly CsvRow[]>;
}

const ROWS_AT_ONCE = 64;
/** A record beyond this is taken for a quote that was never closed: it would swallow the file, and the memory. */
const MAX_RECORD_BYTES = 33_554_432;

/**
 * Reads CSV with a header (RFC 4180; LF or CRLF, quoted cells may contain line ends, empty lines
 * are skipped), in constant memory.
 *
 * @param delimiter between cells.
 * @throws {OperatorError} where there is no header; the iteration: where it is not well-formed.
 */
export async function openCsv(bytes: AsyncIterable<Buffer>, delimiter: string): Promise<CsvTable> {
  const rows = rowsOf(bytes, delimiter)[Symbol.asyncIterator]();
  const first = await rows.next();
  if (first.done === true || first.value.problem !== undefined)
    throw new OperatorError('The CSV file has no header that can be read');
  return {
    header: first.value.cells.map((cell) => cell.trim()),
    rows: grouped({ [Symbol.asyncIterator]: () => rows }),
  };
}

async function* rowsOf(bytes: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<CsvRow, void> {
  const parser = parse({
    // Cells come as bytes, so that what is not UTF-8 can be told from U+FFFD.
    encoding: null,
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    on_record: (cells: unknown, { lines }) => rowOf(cells as Buffer[], lines) as never,
  });
  // Spreadsheets write a byte order mark. With its own option for it, the parser would give cells as texts again.
  const source = Readable.from(withoutByteOrderMark(bytes), { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  try {
    yield* parser as AsyncIterable<CsvRow>;
  } catch (error) {
    throw error instanceof CsvError ? notWellFormed(error) : error;
  }
}

/** No record is skipped: where a quote is wrong, nobody can tell which of the lines behind it belong to it. */
function notWellFormed({ code, lines }: CsvError): OperatorError {
  const unclosed = code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE';
  const what = unclosed ? 'a quote is opened and never closed' : 'a quote is in the wrong place';
  return new OperatorError(
    `The file is not well-formed CSV: ${what}, found at line ${String(lines)}; fix it, and import it from its beginning`,
  );
}

function rowOf(cells: readonly Buffer[], number: number): CsvRow {
  return cells.every((cell) => isUtf8(cell))
    ? { number, cells: cells.map((cell) => cell.toString()) }
    : { number, cells: cells.map((cell) => cell.toString('latin1')), problem: 'is not valid UTF-8' };
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

/** Why a row does not fit its header, if it does not. */
export const wrongNumberOfCells = ({ cells }: CsvRow, header: readonly string[]): string | undefined =>
  cells.length === header.length ? undefined : `has ${cells.length} cells, but the header has ${header.length}`;

import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { readBeginning } from '../../../libs/byte-streams/beginning.ts';
import { withoutByteOrderMark } from '../../../libs/byte-streams/byte-order-mark.ts';
import { wrongFormat } from '../../customer-events/input/file-format.ts';
import { OperatorError } from '../error-message.ts';
import { CR, CsvPosition, LF, lineEndOf, type RawRecord } from './csv-position.ts';

/** A record of a CSV file. */
export interface CsvRow {
  /** The line on which the record ends, from 1, as an editor counts. */
  readonly number: number;
  /** Of the named columns, where the record has the cells of the header. */
  readonly cells: readonly string[];
  /** Why the record cannot be read, if it cannot. */
  readonly problem?: string | undefined;
  /** The record as it stands in the file, without its line end: where it cannot be read, or all were asked for. */
  readonly raw?: string | undefined;
}

/** What spreadsheets leave behind the cells that hold something. */
export interface PassedOver {
  readonly emptyColumns: number;
  emptyRows: number;
}

export interface CsvTable {
  /** Between the cells: as given, or as the header shows. */
  readonly delimiter: string;
  /** Trimmed, without empty names at the end. */
  readonly header: readonly string[];
  readonly rows: AsyncIterable<readonly CsvRow[]>;
  /** Counted while the rows are read. */
  readonly passedOver: PassedOver;
}

export interface CsvFormat {
  /** Between cells. Undefined: the one that the header has most of, or that Excel's first line `sep=;` names. */
  readonly delimiter?: string | undefined;
  /** Before a quote within quotes. Default: another quote. */
  readonly escape?: string | undefined;
  /** LF or CR, where it is known. Otherwise the beginning of the file tells. */
  readonly lineEnd?: number | undefined;
  /** Every row has its `raw`. */
  readonly keepRaw?: boolean | undefined;
}

/** The first of those that are found equally often. */
const DELIMITERS = [',', ';', '\t', '|'];
/** What Excel writes, and reads, to name the delimiter. */
const SEPARATOR_LINE = /^sep=(.)\r?\n/i;
const QUOTE = '"';
const ROWS_AT_ONCE = 64;
const BEGINNING_BYTES = 262_144;
/** A record beyond this is taken for a quote that was never closed: it would swallow the file, and the memory. */
const MAX_RECORD_BYTES = 33_554_432;

/**
 * Reads CSV with a header (RFC 4180; LF and CRLF in any mix, quoted cells may contain line ends, empty lines
 * are skipped), in constant memory. A file without LF may end its lines with CR.
 *
 * Empty names at the end of the header are no columns as long as no row has a value there; rows of empty cells alone
 * are passed over.
 *
 * @throws {OperatorError} where there is no header, or it is no text; the iteration: where it is not well-formed.
 */
export async function openCsv(source: AsyncIterable<Buffer>, format: CsvFormat = {}): Promise<CsvTable> {
  const { beginning, bytes } = await readBeginning(
    withoutByteOrderMark(source),
    (chunk, length) => length >= BEGINNING_BYTES || chunk.includes(LF),
  );
  const problem = wrongFormat(beginning);
  if (problem !== undefined) {
    await bytes.return();
    throw new OperatorError(problem);
  }
  const named = SEPARATOR_LINE.exec(beginning.toString('latin1', 0, 8))?.[1];
  const delimiter = format.delimiter ?? named ?? delimiterOf(beginning);
  const reader = new CsvReader({
    delimiter,
    escape: format.escape ?? QUOTE,
    lineEnd: format.lineEnd ?? lineEndOf(beginning),
    keepRaw: format.keepRaw === true,
    hasSeparatorLine: named !== undefined,
  });
  return reader.open(bytes);
}

interface ReaderOptions extends Required<{ readonly [Option in keyof CsvFormat]: NonNullable<CsvFormat[Option]> }> {
  readonly hasSeparatorLine: boolean;
}

class CsvReader {
  private readonly position: CsvPosition;
  private isSeparatorLine: boolean;
  private header: readonly string[] | undefined;
  /** Of the header as it stands there, with the empty ones. */
  private width = 0;
  private passedOver: PassedOver = { emptyColumns: 0, emptyRows: 0 };

  constructor(private readonly options: ReaderOptions) {
    this.position = new CsvPosition(options.lineEnd);
    this.isSeparatorLine = options.hasSeparatorLine;
  }

  async open(bytes: AsyncIterable<Buffer>): Promise<CsvTable> {
    const rows = this.rowsOf(bytes)[Symbol.asyncIterator]();
    const first = await rows.next();
    if (this.header === undefined) throw new OperatorError('The CSV file has no header that can be read');
    return {
      delimiter: this.options.delimiter,
      header: this.header,
      rows: grouped(first, rows),
      passedOver: this.passedOver,
    };
  }

  /** The rows behind the header. */
  private async *rowsOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<CsvRow, void> {
    const { delimiter, escape, lineEnd } = this.options;
    const parser = parse({
      // Cells come as bytes, so that what is not UTF-8 can be told from U+FFFD.
      encoding: null,
      delimiter,
      escape,
      // Left to find out, the parser takes the first line end for the only one: rows would be glued, or end with CR.
      record_delimiter: lineEnd === CR ? ['\r'] : ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_RECORD_BYTES,
      on_record: (cells: unknown, { bytes: end }) => this.rowOf(cells as Buffer[], this.position.record(end)) as never,
    });
    // Spreadsheets write a byte order mark. With its own option for it, the parser would give cells as texts again.
    const source = Readable.from(this.shown(bytes), { objectMode: false });
    source.on('error', (error) => parser.destroy(error));
    source.pipe(parser);
    try {
      yield* parser as AsyncIterable<CsvRow>;
    } catch (error) {
      throw error instanceof CsvError ? this.notWellFormed(error) : error;
    } finally {
      source.destroy();
    }
  }

  /** The bytes that the parser gets, known to the position before. */
  private async *shown(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const { lineEnd } = this.options;
    for await (const chunk of bytes) {
      if (lineEnd === CR && chunk.includes(LF)) {
        throw new OperatorError('Lines end with CR at the beginning of the file and with LF later; make them all LF');
      }
      this.position.saw(chunk);
      yield chunk;
    }
  }

  /** Null where the record is no row. */
  private rowOf(cells: readonly Buffer[], record: RawRecord): CsvRow | null {
    if (this.isSeparatorLine) {
      this.isSeparatorLine = false;
      return null;
    }
    if (this.header === undefined) {
      this.readHeader(cells);
      return null;
    }
    if (cells.every((cell) => cell.length === 0)) {
      this.passedOver.emptyRows++;
      return null;
    }
    const isText = isUtf8(record.bytes);
    const encoding = isText ? 'utf8' : 'latin1';
    const problem = this.shapeProblem(cells);
    const named = problem === undefined ? cells.slice(0, this.header.length) : cells;
    return {
      number: record.line,
      cells: named.map((cell) => cell.toString(encoding)),
      problem: problem ?? (isText ? undefined : 'is not valid UTF-8'),
      raw:
        problem !== undefined || this.options.keepRaw
          ? record.bytes.toString(encoding).replace(/[\r\n]+$/, '')
          : undefined,
    };
  }

  private readHeader(cells: readonly Buffer[]): void {
    if (!cells.every((cell) => isUtf8(cell))) throw new OperatorError('The CSV file has no header that can be read');
    const names = cells.map((cell) => cell.toString().trim());
    const length = names.findLastIndex((name) => name !== '') + 1;
    this.header = names.slice(0, length);
    this.width = names.length;
    this.passedOver = { emptyColumns: names.length - length, emptyRows: 0 };
  }

  private shapeProblem(cells: readonly Buffer[]): string | undefined {
    const named = this.header?.length ?? 0;
    if (cells.length !== this.width) return `has ${cells.length} cells, but the header has ${this.width}`;
    const surplus = cells.findIndex((cell, column) => column >= named && cell.length > 0);
    return surplus < 0 ? undefined : `has a value in column ${surplus + 1}, which has no name in the header`;
  }

  /** No record is skipped: where a quote is wrong, nobody can tell which of the lines behind it belong to it. */
  private notWellFormed({ code }: CsvError): OperatorError {
    const { delimiter, escape } = this.options;
    const unclosed = code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE';
    const what = unclosed ? 'a quote is opened and never closed' : 'a quote is in the wrong place';
    const line = unclosed
      ? this.position.lineOfOpenQuote(delimiter.charCodeAt(0), escape.charCodeAt(0))
      : this.position.lineOfWrongQuote();
    const hint = escape === QUOTE ? ' (if quotes within quotes are written as \\", say --escape "\\")' : '';
    return new OperatorError(`The file is not well-formed CSV: ${what}, found at line ${line}${hint}`);
  }
}

/** The delimiter that stands most often between the cells of the header; a comma, if none does. */
function delimiterOf(beginning: Buffer): string {
  const header = beginning.toString('latin1').replaceAll(/"[^"]*"/g, '');
  const line = header.slice(0, /[\r\n]|$/.exec(header)?.index);
  const [most = ','] = DELIMITERS.toSorted((a, b) => line.split(b).length - line.split(a).length);
  return most;
}

async function* grouped(
  first: IteratorResult<CsvRow, void>,
  rest: AsyncIterator<CsvRow, void>,
): AsyncGenerator<readonly CsvRow[], void> {
  let group: CsvRow[] = [];
  try {
    for (let next = first; next.done !== true; next = await rest.next()) {
      group.push(next.value);
      if (group.length < ROWS_AT_ONCE) continue;
      yield group;
      group = [];
    }
  } finally {
    await rest.return?.();
  }
  if (group.length > 0) yield group;
}

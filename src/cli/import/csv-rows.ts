import { readBeginning } from '../../../libs/byte-streams/beginning.ts';
import { withoutByteOrderMark } from '../../../libs/byte-streams/byte-order-mark.ts';
import { wrongFormat } from '../../customer-events/input/file-format.ts';
import { OperatorError } from '../error-message.ts';
import { CR, csvRecords, LF, lineEndOf, type CsvRecord } from './csv-records.ts';

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
  private isSeparatorLine: boolean;
  private header: readonly string[] | undefined;
  /** Of the header as it stands there, with the empty ones. */
  private width = 0;
  private passedOver: PassedOver = { emptyColumns: 0, emptyRows: 0 };

  constructor(private readonly options: ReaderOptions) {
    this.isSeparatorLine = options.hasSeparatorLine;
  }

  async open(bytes: AsyncIterable<Buffer>): Promise<CsvTable> {
    const rows = this.rowsOf(csvRecords(this.checked(bytes), this.options));
    const first = await rows.next();
    if (this.header === undefined) throw new OperatorError('The CSV file has no header that can be read');
    return {
      delimiter: this.options.delimiter,
      header: this.header,
      rows: putBack(first, rows),
      passedOver: this.passedOver,
    };
  }

  /** The rows behind the header; a group may be empty. */
  private async *rowsOf(source: AsyncIterable<readonly CsvRecord[]>): AsyncGenerator<readonly CsvRow[], void> {
    for await (const records of source) {
      const rows = records.flatMap((record) => this.rowOf(record) ?? []);
      for (let at = 0; at < rows.length || at === 0; at += ROWS_AT_ONCE) yield rows.slice(at, at + ROWS_AT_ONCE);
    }
  }

  private async *checked(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of bytes) {
      if (this.options.lineEnd === CR && chunk.includes(LF)) {
        throw new OperatorError('Lines end with CR at the beginning of the file and with LF later; make them all LF');
      }
      yield chunk;
    }
  }

  /** Null where the record is no row. */
  private rowOf(record: CsvRecord): CsvRow | null {
    if (this.isSeparatorLine) {
      this.isSeparatorLine = false;
      return null;
    }
    if (this.header === undefined) {
      this.readHeader(record);
      return null;
    }
    const { line, cells, raw } = record;
    if (cells.every((cell) => cell === '')) {
      this.passedOver.emptyRows++;
      return null;
    }
    const problem = this.shapeProblem(cells);
    return {
      number: line,
      cells: problem === undefined && cells.length > this.header.length ? cells.slice(0, this.header.length) : cells,
      problem: problem ?? (record.isUtf8 ? undefined : 'is not valid UTF-8'),
      raw: problem !== undefined || this.options.keepRaw ? raw : undefined,
    };
  }

  private readHeader({ cells, isUtf8 }: CsvRecord): void {
    if (!isUtf8) throw new OperatorError('The CSV file has no header that can be read');
    const names = cells.map((cell) => cell.trim());
    const length = names.findLastIndex((name) => name !== '') + 1;
    this.header = names.slice(0, length);
    this.width = names.length;
    this.passedOver = { emptyColumns: names.length - length, emptyRows: 0 };
  }

  private shapeProblem(cells: readonly string[]): string | undefined {
    const named = this.header?.length ?? 0;
    if (cells.length !== this.width) return `has ${cells.length} cells, but the header has ${this.width}`;
    if (cells.length === named) return undefined;
    const surplus = cells.findIndex((cell, column) => column >= named && cell !== '');
    return surplus < 0 ? undefined : `has a value in column ${surplus + 1}, which has no name in the header`;
  }
}

/** The delimiter that stands most often between the cells of the header; a comma, if none does. */
function delimiterOf(beginning: Buffer): string {
  const header = beginning.toString('latin1').replaceAll(/"[^"]*"/g, '');
  const line = header.slice(0, /[\r\n]|$/.exec(header)?.index);
  const [most = ','] = DELIMITERS.toSorted((a, b) => line.split(b).length - line.split(a).length);
  return most;
}

async function* putBack<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

import { isAscii, isUtf8 } from 'node:buffer';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { OperatorError } from '../error-message.ts';

export const LF = 0x0a;
export const CR = 0x0d;
const QUOTE = 0x22;

/** A record of a CSV file, with as many cells as it has. */
export interface CsvRecord {
  /** The line on which the record ends, from 1, as an editor counts. */
  readonly line: number;
  /** As Latin-1 where the record is not UTF-8. */
  readonly cells: readonly string[];
  readonly isUtf8: boolean;
  /** As it stands in the file, without the line ends around it. */
  readonly raw: string;
}

export interface RecordFormat {
  /** Between cells: one character. */
  readonly delimiter: string;
  /** Before a quote within quotes: one character. */
  readonly escape: string;
  /** LF, also where it follows a CR; or CR in a file without LF. */
  readonly lineEnd: number;
}

/** Of a region of 256 KiB: with more, the parser takes less time for the whole of it. */
const MAX_CALLS_OF_REGION = 100;
/** A record beyond this is taken for a quote that was never closed: it would swallow the file, and the memory. */
const MAX_RECORD_BYTES = 33_554_432;

/**
 * Cuts CSV into records (RFC 4180; LF and CRLF in any mix, quoted cells may contain line ends, empty lines are passed
 * over), in constant memory.
 *
 * Lines whose quotes, if they have any, are around whole cells are split at the delimiter: that is most of most files, and
 * takes a tenth of the parser's time.
 *
 * @throws {OperatorError} where it is not well-formed.
 */
export async function* csvRecords(
  source: AsyncIterable<Buffer>,
  format: RecordFormat,
): AsyncGenerator<readonly CsvRecord[], void> {
  const cutter = new RecordCutter(format);
  for await (const chunk of source) {
    const records = cutter.push(chunk);
    if (records.length > 0) yield records;
  }
  const rest = cutter.end();
  if (rest.length > 0) yield rest;
}

class RecordCutter {
  /** The beginning of a record whose end has not come. */
  private rest: Buffer = Buffer.alloc(0);
  /** Lines that have ended. */
  private line = 0;
  /** For the region before. */
  private parserCalls = 0;
  private readonly escape: number;

  constructor(private readonly format: RecordFormat) {
    this.escape = format.escape.charCodeAt(0);
  }

  push(chunk: Buffer): CsvRecord[] {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const end = bytes.length > MAX_RECORD_BYTES ? bytes.length : this.lastRecordEnd(bytes);
    this.rest = bytes.subarray(end);
    return this.recordsOf(bytes.subarray(0, end));
  }

  end(): CsvRecord[] {
    return this.recordsOf(this.rest);
  }

  /** Behind the last line end that is not within quotes. */
  private lastRecordEnd(bytes: Buffer): number {
    let end = 0;
    let inQuotes = false;
    for (let from = 0; ;) {
      const quote = bytes.indexOf(QUOTE, from);
      if (!inQuotes) {
        const last = bytes.subarray(from, quote < 0 ? bytes.length : quote).lastIndexOf(this.format.lineEnd);
        if (last >= 0) end = from + last + 1;
      }
      if (quote < 0) return end;
      if (!this.isEscaped(bytes, quote)) inQuotes = !inQuotes;
      from = quote + 1;
    }
  }

  /** A quote that is escaped by another one opens and closes: that comes to the same. */
  private isEscaped(bytes: Buffer, quote: number): boolean {
    if (this.escape === QUOTE) return false;
    let before = quote;
    while (bytes[before - 1] === this.escape) before--;
    return (quote - before) % 2 === 1;
  }

  private recordsOf(bytes: Buffer): CsvRecord[] {
    if (bytes.length === 0) return [];
    const isSplit = this.format.lineEnd === LF && this.parserCalls < MAX_CALLS_OF_REGION && isUtf8(bytes);
    this.parserCalls = 0;
    return isSplit ? this.split(bytes.toString()) : this.parse(bytes);
  }

  /** The records of lines that are simple; runs of others go to the parser. */
  private split(text: string): CsvRecord[] {
    const records: CsvRecord[] = [];
    const lines = text.split('\n');
    // What ends with a line end has nothing behind it.
    if (lines.at(-1) === '') lines.pop();
    for (let at = 0; at < lines.length; at++) {
      const line = lines[at] as string;
      const raw = line.endsWith('\r') ? line.slice(0, -1) : line;
      const cells = this.simpleCells(raw);
      if (cells === undefined) {
        const end = this.endOfRun(lines, at);
        this.parserCalls++;
        for (const record of this.parse(Buffer.from(`${lines.slice(at, end).join('\n')}\n`))) records.push(record);
        at = end - 1;
        continue;
      }
      this.line++;
      if (raw !== '') records.push({ line: this.line, cells, isUtf8: true, raw });
    }
    return records;
  }

  /** The cells of a line whose quotes, if it has any, are around whole cells; undefined for any other. */
  private simpleCells(line: string): string[] | undefined {
    const { delimiter, escape } = this.format;
    const cells = line.split(delimiter);
    if (!line.includes('"')) return cells;
    if (this.escape !== QUOTE && line.includes(escape)) return undefined;
    for (const [at, cell] of cells.entries()) {
      const quote = cell.indexOf('"');
      if (quote < 0) continue;
      if (quote > 0 || cell.length === 1 || cell.indexOf('"', 1) !== cell.length - 1) return undefined;
      cells[at] = cell.slice(1, -1);
    }
    return cells;
  }

  /** The line behind a record that is not simple, and those behind it that are not. */
  private endOfRun(lines: readonly string[], first: number): number {
    let end = first;
    let inQuotes = false;
    do {
      const bytes = Buffer.from(lines[end] as string, 'latin1');
      for (let at = bytes.indexOf(QUOTE); at >= 0; at = bytes.indexOf(QUOTE, at + 1))
        if (!this.isEscaped(bytes, at)) inQuotes = !inQuotes;
      end++;
    } while (
      end < lines.length &&
      (inQuotes || this.simpleCells((lines[end] as string).replace(/\r$/, '')) === undefined)
    );
    return end;
  }

  private parse(bytes: Buffer): CsvRecord[] {
    const { delimiter, escape, lineEnd } = this.format;
    const records: CsvRecord[] = [];
    let start = 0;
    try {
      parse(bytes, {
        // One byte is one character, so that what is not UTF-8 can be told from U+FFFD.
        encoding: 'latin1',
        delimiter: Buffer.from(delimiter),
        escape: Buffer.from(escape),
        // Left to find out, the parser takes the first line end for the only one: rows would be glued, or end with CR.
        record_delimiter: lineEnd === CR ? ['\r'] : ['\r\n', '\n'],
        relax_column_count: true,
        skip_empty_lines: true,
        max_record_size: MAX_RECORD_BYTES,
        on_record: (cells: unknown, { bytes: end }) => {
          records.push(this.record(cells as string[], bytes.subarray(start, end)));
          start = end;
          return null;
        },
      });
    } catch (error) {
      throw error instanceof CsvError ? this.notWellFormed(error, bytes.subarray(start)) : error;
    }
    this.line += this.lineEndsIn(bytes.subarray(start));
    return records;
  }

  private record(cells: readonly string[], bytes: Buffer): CsvRecord {
    this.line += this.lineEndsIn(bytes);
    const line = bytes.at(-1) === this.format.lineEnd ? this.line : this.line + 1;
    const isText = isUtf8(bytes);
    const decoded = !isText || isAscii(bytes) ? cells : cells.map((cell) => Buffer.from(cell, 'latin1').toString());
    const raw = bytes.toString(isText ? 'utf8' : 'latin1').replace(/^[\r\n]+|[\r\n]+$/g, '');
    return { line, cells: decoded, isUtf8: isText, raw };
  }

  /** No record is skipped: where a quote is wrong, nobody can tell which of the lines behind it belong to it. */
  private notWellFormed({ code }: CsvError, record: Buffer): OperatorError {
    const isUnclosed = code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE';
    const what = isUnclosed ? 'a quote is opened and never closed' : 'a quote is in the wrong place';
    const before = isUnclosed ? record.subarray(0, this.openQuote(record)) : emptyLinesOf(record);
    const line = this.line + this.lineEndsIn(before) + 1;
    const hint = this.escape === QUOTE ? ' (if quotes within quotes are written as \\", say --escape "\\")' : '';
    return new OperatorError(`The file is not well-formed CSV: ${what}, found at line ${line}${hint}`);
  }

  /** Where the quote opens that is still open at the end of these bytes. */
  private openQuote(bytes: Buffer): number {
    const delimiter = this.format.delimiter.charCodeAt(0);
    let opened = 0;
    for (let at = 0, isOpen = false, begins = true; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === QUOTE && (isOpen || begins) && !(isOpen && this.isEscaped(bytes, at))) {
        if (isOpen && this.escape === QUOTE && bytes[at + 1] === QUOTE) at++;
        else if (!(isOpen = !isOpen)) continue;
        else opened = at;
      }
      begins = !isOpen && (byte === delimiter || byte === this.format.lineEnd);
    }
    return opened;
  }

  private lineEndsIn(bytes: Buffer): number {
    let count = 0;
    const { lineEnd } = this.format;
    for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1)) count++;
    return count;
  }
}

/** The empty lines in front of a record. */
function emptyLinesOf(bytes: Buffer): Buffer {
  let end = 0;
  while (bytes[end] === LF || bytes[end] === CR) end++;
  return bytes.subarray(0, end);
}

/** CR where a file has no LF at its beginning, as old programs write it; LF otherwise, also where it follows a CR. */
export const lineEndOf = (beginning: Buffer): number => (!beginning.includes(LF) && beginning.includes(CR) ? CR : LF);

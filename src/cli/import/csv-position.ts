export const LF = 0x0a;
export const CR = 0x0d;
const QUOTE = 0x22;

/** A record as it stands in the file. */
export interface RawRecord {
  /** The line on which it ends, from 1, as an editor counts. */
  readonly line: number;
  /** With its line end. */
  readonly bytes: Buffer;
}

/**
 * Knows where in a file the parser is: it is shown the bytes before the parser gets them, and told how far each record
 * reaches. The parser's own count takes a CRLF within quotes for two lines.
 */
export class CsvPosition {
  private pending: Buffer[] = [];
  /** Of the file, before what is pending. */
  private offset = 0;
  private line = 0;

  /** @param lineEnd the byte that ends a line: LF, or CR in a file without LF. */
  constructor(private readonly lineEnd: number) {}

  /** Bytes that the parser gets next. */
  saw(chunk: Buffer): void {
    this.pending.push(chunk);
  }

  /** @param end of the record, in bytes from the beginning of the file. */
  record(end: number): RawRecord {
    const bytes = this.take(end - this.offset);
    this.offset = end;
    const ends = this.count(bytes);
    this.line += ends;
    const isEnded = bytes.at(-1) === this.lineEnd;
    return { line: isEnded ? this.line : this.line + 1, bytes };
  }

  /** The line on which the quote opens that is still open at the end of what was seen. */
  lineOfOpenQuote(delimiter: number, escape: number): number {
    const bytes = Buffer.concat(this.pending);
    let opened = 0;
    for (let at = 0, isOpen = false, begins = true; at < bytes.length; at++) {
      const byte = bytes[at];
      if (isOpen && escape !== QUOTE && byte === escape) {
        at++;
      } else if (byte === QUOTE && (isOpen || begins)) {
        if (isOpen && escape === QUOTE && bytes[at + 1] === QUOTE) at++;
        else if (!(isOpen = !isOpen)) continue;
        else opened = at;
      }
      begins = !isOpen && (byte === delimiter || byte === this.lineEnd);
    }
    return this.line + this.count(bytes.subarray(0, opened)) + 1;
  }

  /** The line on which the parser is, in the midst of a record. */
  lineOfWrongQuote(): number {
    return this.line + 1;
  }

  private take(length: number): Buffer {
    const taken: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      const [first] = this.pending;
      if (first === undefined) break;
      taken.push(first.subarray(0, missing));
      if (first.length > missing) this.pending[0] = first.subarray(missing);
      else this.pending.shift();
      missing -= Math.min(missing, first.length);
    }
    return taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken);
  }

  private count(bytes: Buffer): number {
    let count = 0;
    for (let at = bytes.indexOf(this.lineEnd); at >= 0; at = bytes.indexOf(this.lineEnd, at + 1)) count++;
    return count;
  }
}

/** CR where a file has no LF at its beginning, as old programs write it; LF otherwise, also where it follows a CR. */
export const lineEndOf = (beginning: Buffer): number => (!beginning.includes(LF) && beginning.includes(CR) ? CR : LF);

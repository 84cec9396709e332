import { ByteOrderMarkFilter } from '../byte-streams/byte-order-mark.ts';
import type { NdjsonLine } from './ndjson-line.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const NOTHING = Buffer.alloc(0);

/**
 * Cuts chunks of bytes into lines, by the rules that ndjsonLines states.
 *
 * Between chunks it keeps the beginning of one line, copied, at most as long as a line may be: so a
 * sender of single bytes costs no more than another, and no chunk is held back for a few bytes of it.
 */
export class LineSplitter {
  private readonly maxLineBytes: number;
  private readonly byteOrderMark = new ByteOrderMarkFilter();
  private lines: NdjsonLine[] = [];
  private number = 0;
  /** The beginning of the current line is `kept.subarray(0, keptLength)`, unless it is too long to be kept. */
  private kept = NOTHING;
  private keptLength = 0;
  /** All bytes of the current line in earlier chunks, and the last of them. */
  private seen = 0;
  private lastSeen = 0;

  /** @throws RangeError unless the limit is a whole number above 0: NaN would switch it off unseen. */
  constructor(maxLineBytes: number) {
    if (!Number.isSafeInteger(maxLineBytes) || maxLineBytes < 1) {
      throw new RangeError(`maxLineBytes must be a whole number above 0, not ${maxLineBytes}`);
    }
    this.maxLineBytes = maxLineBytes;
  }

  /** The lines that end within this chunk; the splitter keeps no reference to it. */
  push(chunk: Buffer): NdjsonLine[] {
    const bytes = this.byteOrderMark.push(chunk);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      this.endLine(bytes, start, end);
      start = end + 1;
    }
    if (start < bytes.length) this.keep(bytes, start);
    return this.takeLines();
  }

  /** The last line, where no line feed ends it. */
  end(): NdjsonLine[] {
    const rest = this.byteOrderMark.end();
    if (rest.length > 0) this.keep(rest, 0);
    if (this.seen > 0) this.endLine(NOTHING, 0, 0);
    return this.takeLines();
  }

  /** A line ends at `end` of these bytes; what it has in them begins at `start`. */
  private endLine(bytes: Buffer, start: number, end: number): void {
    this.number++;
    const total = this.seen + (end - start);
    const last = end > start ? bytes[end - 1] : this.lastSeen;
    const length = total > 0 && last === CARRIAGE_RETURN ? total - 1 : total;
    if (length > this.maxLineBytes) {
      this.lines.push({ number: this.number, tooLong: true, bytesSeen: length });
    } else if (this.seen === 0) {
      this.addLine(bytes.subarray(start, start + length));
    } else {
      if (end > start) this.append(bytes, start, end);
      this.addLine(this.kept.subarray(0, length));
    }
    this.startLine();
  }

  private addLine(bytes: Buffer): void {
    if (!isBlank(bytes)) this.lines.push({ number: this.number, bytes });
  }

  private startLine(): void {
    if (this.seen === 0) return;
    // Not used again: the line that was given out may be in it.
    this.kept = NOTHING;
    this.keptLength = 0;
    this.seen = 0;
  }

  private keep(bytes: Buffer, start: number): void {
    this.seen += bytes.length - start;
    this.lastSeen = bytes[bytes.length - 1] as number;
    // One more than the limit, because the last byte may be the CR of a CRLF.
    if (this.seen <= this.maxLineBytes + 1) this.append(bytes, start, bytes.length);
  }

  private append(bytes: Buffer, start: number, end: number): void {
    const needed = this.keptLength + (end - start);
    if (needed > this.kept.length) {
      // Doubled, so that a line in single bytes is not copied once a byte.
      const size = Math.min(Math.max(needed, this.kept.length * 2), this.maxLineBytes + 1);
      const larger = Buffer.allocUnsafeSlow(size);
      this.kept.copy(larger, 0, 0, this.keptLength);
      this.kept = larger;
    }
    bytes.copy(this.kept, this.keptLength, start, end);
    this.keptLength = needed;
  }

  private takeLines(): NdjsonLine[] {
    const { lines } = this;
    this.lines = [];
    return lines;
  }
}

/** Only white space of JSON (RFC 8259 §2). */
function isBlank(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== TAB && byte !== CARRIAGE_RETURN) return false;
  }
  return true;
}

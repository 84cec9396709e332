import { createHash, type Hash } from 'node:crypto';
import { LF } from './csv-records.ts';

/**
 * A hash of the lines that were settled of a stream that is read further ahead: by it a file that was changed is
 * recognised, whatever its times say.
 */
export class ReadPrefix {
  private readonly hash: Hash = createHash('sha256');
  private pending: Buffer[] = [];
  private line = 0;

  /** The byte that ends a line. */
  lineEnd = LF;

  /** @param settledBefore lines up to this one are not asked for. */
  constructor(private readonly settledBefore = 0) {}

  /** Bytes that were read, in their order. They are kept until their lines are settled. */
  saw(chunk: Buffer): void {
    this.pending.push(chunk);
    if (this.line < this.settledBefore) this.take(this.settledBefore);
  }

  /** A stream as it is, seen as it is read. */
  async *watch(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of bytes) {
      this.saw(chunk);
      yield chunk;
    }
  }

  /** Of all bytes up to the end of a line, which was seen; lines are asked for in their order. */
  through(line: number): string {
    this.take(line);
    return this.hash.copy().digest('base64url');
  }

  private take(line: number): void {
    for (let first = this.pending[0]; this.line < line && first !== undefined; first = this.pending[0]) {
      const end = this.endOf(first, line);
      this.hash.update(first.subarray(0, end));
      if (end < first.length) this.pending[0] = first.subarray(end);
      else this.pending.shift();
    }
  }

  /** How many lines have ended. */
  get lines(): number {
    return this.line;
  }

  /** Where the line ends in these bytes; their length, if it does not. */
  private endOf(bytes: Buffer, line: number): number {
    for (let at = 0; ;) {
      const end = bytes.indexOf(this.lineEnd, at);
      if (end < 0) return bytes.length;
      at = end + 1;
      if (++this.line === line) return at;
    }
  }
}

/** The hash of a file's first lines; of the whole of it, where it has fewer. */
export async function hashOfLines(bytes: AsyncIterable<Buffer>, line: number, lineEnd = LF): Promise<string> {
  const prefix = new ReadPrefix();
  prefix.lineEnd = lineEnd;
  let hash = prefix.through(0);
  for await (const chunk of bytes) {
    prefix.saw(chunk);
    hash = prefix.through(line);
    if (prefix.lines >= line) break;
  }
  return hash;
}

import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from 'node:fs';
import type { DomainError } from '../../libs/kernel/domain-error.ts';

/** `json`: one JSON text. `text`: a text that is no JSON. `undecodable`: what is not UTF-8, read as Latin-1. */
export type LineContent = { readonly json: string } | { readonly text: string } | { readonly undecodable: string } | undefined;

/** A line that was rejected, and why. */
export interface Rejection {
  readonly line: { readonly number: number; content(): LineContent };
  readonly reason: DomainError;
}

/**
 * The file of rejected lines: NDJSON, `{"rejected":{line,code,message,details},"event":…}`, so that
 * each line says what is wrong with it, and can be mended and imported again as it is. A line that
 * was no JSON stands under `text`; one that was not UTF-8 under `undecodable`, to be mended and
 * renamed to `text`.
 */
export class RejectedFile {
  private file: number | undefined;

  /**
   * @param jsonKey under which a JSON text stands: `event`.
   * @param bytes that are to be kept of a file that an interrupted import has left; 0: none.
   */
  constructor(
    readonly path: string,
    private readonly jsonKey: string,
    public bytes: number,
  ) {
    if (bytes === 0) rmSync(path, { force: true });
  }

  /** Written when it returns, though a power failure may still take it. */
  write(rejected: readonly Rejection[]): void {
    if (rejected.length === 0) return;
    const text = rejected.map(({ line, reason: { code, message, details } }) => {
      const about = JSON.stringify({ line: line.number, code, message, details });
      return `{"rejected":${about}${this.contentMember(line.content())}}\n`;
    });
    const bytes = Buffer.from(text.join(''));
    this.file ??= this.open();
    writeSync(this.file, bytes, 0, bytes.length, this.bytes);
    this.bytes += bytes.length;
  }

  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  /** What stands beyond `bytes` belongs to a chunk that is imported again. */
  private open(): number {
    const file = openSync(this.path, this.bytes === 0 ? 'w' : 'r+');
    ftruncateSync(file, this.bytes);
    return file;
  }

  private contentMember(content: LineContent): string {
    if (content === undefined) return '';
    if ('json' in content) return `,"${this.jsonKey}":${content.json}`;
    const [[key, text]] = Object.entries(content) as [[string, string]];
    return `,"${key}":${JSON.stringify(text)}`;
  }
}

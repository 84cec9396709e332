import { closeSync, ftruncateSync, rmSync, writeSync } from 'node:fs';
import type { DomainError } from '../../../libs/kernel/domain-error.ts';
import { oneLine } from '../../../libs/ndjson/one-line.ts';
import { openOwnFile } from '../open-own-file.ts';

/**
 * `json`: one JSON text. `text`: a text that is no JSON. `undecodable`: what is not UTF-8, read as Latin-1. `row`: a row of
 * CSV that does not have the cells of the header, as it stands.
 */
export type LineContent =
  | { readonly json: string }
  | { readonly text: string }
  | { readonly undecodable: string }
  | { readonly row: string }
  | undefined;

/** A line that was rejected, and why. */
export interface Rejection<Line extends { readonly number: number }> {
  readonly line: Line;
  readonly reason: DomainError;
}

/** How rejected lines are written, so that each says what is wrong with it, and can be fixed and imported again as it is. */
export interface RejectedFormat<Line extends { readonly number: number }> {
  /** What stands before the first of them. */
  readonly head: string;
  /** By which such a file is recognised. */
  readonly begins: string;
  textOf(rejection: Rejection<Line>): string;
}

/**
 * NDJSON, `{"rejected":{line,code,message,details},"event":…}`. A line that was no JSON stands
 * under `text`; one that was not UTF-8 under `undecodable`, to be fixed and renamed to `text`; a row of CSV with too many or too
 * few cells under `row`, to be fixed in the CSV. The last two are refused again as long as they are not fixed.
 */
export const REJECTED_EVENTS: RejectedFormat<{ readonly number: number; content(): LineContent }> = {
  head: '',
  begins: '{"rejected":',
  textOf({ line, reason: { code, message, details } }) {
    const about = JSON.stringify({ line: line.number, code, message, details });
    return `${oneLine(`{"rejected":${about}${contentMember(line.content())}}`)}\n`;
  },
};

function contentMember(content: LineContent): string {
  if (content === undefined) return '';
  if ('json' in content) return `,"event":${content.json}`;
  const [[key, text]] = Object.entries(content) as [[string, string]];
  return `,"${key}":${JSON.stringify(text)}`;
}

/** A file of rejected lines. Without any, there is none, and one that an earlier run has left stays as it is. */
export class RejectedFile<Line extends { readonly number: number }> {
  /** What is written. */
  bytes = 0;
  private readonly file: number;
  /** Not `/dev/null`, a terminal or a pipe. */
  private readonly isFile: boolean;
  private readonly sizeBefore: number;
  /** What stands beyond `bytes` is to go. */
  private isBegun = false;

  /**
   * @param option the one that names the file.
   * @throws {OperatorError} where it cannot be written: found before the first line is imported.
   */
  constructor(
    readonly path: string,
    option: string,
    private readonly format: RejectedFormat<Line>,
  ) {
    const { file, isFile, size } = openOwnFile(
      path,
      { purpose: 'Rejected lines cannot be written', option },
      (beginning) => beginning.startsWith(format.begins),
    );
    this.file = file;
    this.isFile = isFile;
    this.sizeBefore = size;
  }

  /** @param keptBytes that are to be kept of what an interrupted import has left; 0: none. */
  begin(keptBytes: number): void {
    // It may have been taken away to be fixed meanwhile.
    this.bytes = Math.min(keptBytes, this.sizeBefore);
    // What stands beyond belongs to a chunk that is imported again.
    if (this.bytes > 0) this.truncate();
  }

  /** Written when it returns, though a power failure may still take it. */
  write(rejected: readonly Rejection<Line>[]): void {
    if (rejected.length === 0) return;
    if (!this.isBegun) this.truncate();
    const text = rejected.map((rejection) => this.format.textOf(rejection)).join('');
    const bytes = Buffer.from(this.bytes === 0 ? `${this.format.head}${text}` : text);
    writeAll(this.file, bytes, this.isFile ? this.bytes : null);
    this.bytes += bytes.length;
  }

  close(): void {
    closeSync(this.file);
    if (this.isFile && this.bytes === 0 && this.sizeBefore === 0) rmSync(this.path, { force: true });
  }

  private truncate(): void {
    if (this.isFile) ftruncateSync(this.file, this.bytes);
    this.isBegun = true;
  }
}

/** A full disk or a pipe may take a part at a time. */
function writeAll(file: number, bytes: Buffer, position: number | null): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
}

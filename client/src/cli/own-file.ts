import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, readSync, writeSync } from 'node:fs';
import { CliError } from './cli-error.ts';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
/** What is written holds events, and so personal data. */
const OWNER_ONLY = 0o600;

/**
 * A file for lines that are to be looked at. It is there when its first line is; lines of an earlier run stay until then,
 * or with `append` for good.
 */
export class OwnFile {
  readonly path: string;
  readonly #begins: string;
  readonly #append: boolean;
  #file: number | undefined;

  /**
   * @param begins what a file must begin with that was written before.
   * @throws CliError where something else has the name: found before anything is sent.
   */
  constructor(path: string, option: string, begins: string, append: boolean) {
    this.path = path;
    this.#begins = begins;
    this.#append = append;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    const problem = !stats.isFile()
      ? 'is no regular file'
      : this.#isOther()
        ? 'is there already, with other content'
        : '';
    if (problem !== '') throw new CliError(`${path} ${problem}: name another file with ${option}`);
  }

  get isWritten(): boolean {
    return this.#file !== undefined;
  }

  /** Written when it returns, though a power failure may still take it. @throws the error of the file system. */
  write(line: string): void {
    this.#file ??= this.#open();
    const bytes = Buffer.from(`${line}\n`);
    for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #open(): number {
    const file = openSync(this.path, O_RDWR | O_CREAT | O_APPEND | (O_NOFOLLOW ?? 0), OWNER_ONLY);
    if (!this.#append) ftruncateSync(file);
    return file;
  }

  #isOther(): boolean {
    const file = openSync(this.path, constants.O_RDONLY | (O_NOFOLLOW ?? 0));
    try {
      const beginning = Buffer.alloc(this.#begins.length);
      return fstatSync(file).size > 0 && (readSync(file, beginning), beginning.toString('latin1') !== this.#begins);
    } finally {
      closeSync(file);
    }
  }
}

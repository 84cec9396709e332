import { closeSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { OperatorError } from '../error-message.ts';
import { openOwnFile } from '../open-own-file.ts';

/** How far an import of a file came: enough to go on from there. */
export interface ImportState {
  readonly app: string;
  /** A hash of the lines that are settled, to tell whether they are still the same. */
  readonly settled: string;
  /** A hash of how the file is read: options, the types of its columns. */
  readonly reading: string;
  readonly throughLine: number;
  readonly lines: number;
  readonly created: number;
  readonly replayed: number;
  readonly rejected: number;
  /** Settled lines that are stored without an `eventId`: once more, they would be stored a second time. */
  readonly withoutEventId: number;
  /** Of the file of rejected lines. */
  readonly rejectedBytes: number;
  /** What is being written; undefined where nothing is, or it can be written again. */
  readonly begun?: LinesBegun | undefined;
  /** Lines after `throughLine` that are stored all the same, and a hash of all lines up to the last of them. */
  readonly also?: { readonly lines: readonly number[]; readonly settled: string } | undefined;
}

/** Lines whose outcome is not known where the process was killed. */
export interface LinesBegun {
  readonly throughLine: number;
  readonly withoutEventId: number;
}

/** One sector: a write of it is whole or has not been, whatever kills the process. */
const STATE_BYTES = 512;

const STATE_FILE_USE = { purpose: 'The progress of the import cannot be written', option: '--state' };

/** Where the state of an import is, if no other place was chosen. */
export const stateFileOf = (path: string): string => `${path}.import-state.json`;

/**
 * The state of an import, in a small file beside the one that is imported. It is written before and after each commit:
 * after a kill -9 it tells of the chunk before at worst, and of what was being written.
 */
export class StateFile {
  private file: number | undefined;
  private wasThere = false;
  private bytes = 0;

  constructor(private readonly path: string) {}

  /** Changes nothing yet. @throws {OperatorError} where there can be no such file. */
  open(): void {
    const isState = (beginning: string): boolean => beginning.startsWith('{"app":');
    const { file, size } = openOwnFile(this.path, STATE_FILE_USE, isState);
    this.file = file;
    this.wasThere = size > 0;
    this.bytes = size;
  }

  /** In place: a new file and a rename for each chunk took 1.3 ms, as long as 60 of its lines. */
  write(state: ImportState): void {
    if (this.file === undefined) throw new Error('the file of the state is not open');
    const text = JSON.stringify(state);
    // What an earlier, longer state has left is written over.
    const length = Math.max(STATE_BYTES, this.bytes, Buffer.byteLength(text));
    writeSync(this.file, text.padEnd(length), 0);
    this.bytes = length;
    this.wasThere = true;
  }

  /** One to which nothing was ever written goes. */
  close(): void {
    if (this.file === undefined) return;
    closeSync(this.file);
    this.file = undefined;
    if (!this.wasThere) rmSync(this.path, { force: true });
  }

  remove(): void {
    this.close();
    rmSync(this.path, { force: true });
  }
}

/** Null where no import was interrupted that had its state there. @throws {OperatorError} */
export function readState(path: string): ImportState | null {
  // Reading a pipe would wait for somebody who writes to it.
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new OperatorError(
      `The progress of the import cannot be kept in ${path}, which is no file: name one with --state`,
    );
  try {
    const state = JSON.parse(readFileSync(path, 'utf8')) as Partial<ImportState>;
    if (state.settled !== undefined && state.reading !== undefined) return state as ImportState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  }
  throw new OperatorError(
    `${path} cannot be read, or is of another version: how far the import came is not known. Remove it to import the file from its beginning; events without an eventId that are stored already would be stored again`,
  );
}

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { OperatorError } from '../operator-message.ts';

/** How far an import of a file came: enough to go on from there. */
export interface ImportState {
  readonly app: string;
  /** Of the file, to tell whether it is still the same. */
  readonly size: number;
  readonly modifiedMs: number;
  readonly throughLine: number;
  readonly lines: number;
  readonly created: number;
  readonly replayed: number;
  readonly rejected: number;
  /** Of the file of rejected lines. */
  readonly rejectedBytes: number;
}

export const stateFileOf = (path: string): string => `${path}.import-state.json`;

/**
 * Written after each commit, and put in place as a whole: after a kill -9 it tells of the chunk
 * before at worst, which is then imported again.
 */
export function writeState(path: string, state: ImportState): void {
  const file = stateFileOf(path);
  writeFileSync(`${file}.new`, JSON.stringify(state));
  renameSync(`${file}.new`, file);
}

export const removeState = (path: string): void => rmSync(stateFileOf(path), { force: true });

/** Null where no import of this file was interrupted. @throws {OperatorError} */
export function readState(path: string): ImportState | null {
  try {
    return JSON.parse(readFileSync(stateFileOf(path), 'utf8')) as ImportState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new OperatorError(`${stateFileOf(path)} cannot be read; remove it, and import the file from its beginning`);
  }
}

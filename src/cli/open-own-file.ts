import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { OperatorError } from './error-message.ts';

/** Others have no business with what stands in the files that commands write. */
const OWNER_ONLY = 0o600;
const { O_RDWR, O_WRONLY, O_CREAT, O_NOFOLLOW } = constants;

export interface OwnFile {
  readonly file: number;
  /** Not `/dev/null`, a terminal or a pipe. */
  readonly isFile: boolean;
  readonly size: number;
}

/**
 * Opens a file that a command writes, without changing what stands in it. A new one can be read by its owner only; a
 * symbolic link to a file is not followed: somebody else may have put it there.
 *
 * @param purpose the beginning of the message where it cannot be opened, such as `Rejected lines cannot be written`.
 * @param isOwn whether what an existing file begins with was written by such a command; a file of somebody else is left alone.
 * @throws {OperatorError}
 */
export function openOwnFile(path: string, purpose: string, isOwn: (beginning: string) => boolean): OwnFile {
  const file = open(path, purpose);
  const stats = fstatSync(file);
  if (stats.isFile() && stats.size > 0 && !isOwn(beginningOf(file))) {
    closeSync(file);
    throw new OperatorError(`${purpose} to ${path}: a file of other content is there already`);
  }
  return { file, isFile: stats.isFile(), size: stats.size };
}

function open(path: string, purpose: string): number {
  try {
    const target = statSync(path, { throwIfNoEntry: false });
    // /dev/stderr is a link, and nothing that could be overwritten.
    if (target !== undefined && !target.isFile()) return openSync(path, O_WRONLY);
    return openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, OWNER_ONLY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new OperatorError(`${purpose} to ${path} (${code === 'ELOOP' ? 'it is a symbolic link' : code})`);
  }
}

function beginningOf(file: number): string {
  const bytes = Buffer.alloc(64);
  return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
}

import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
  type Stats,
} from 'node:fs';
import { OperatorError } from './error-message.ts';

/** Others have no business with what stands in a file of rejected lines. */
export const OWNER_ONLY = 0o600;
const RIGHTS_OF_OTHERS = 0o077;
const { O_RDWR, O_WRONLY, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;

export interface OwnFile {
  readonly file: number;
  /** Not `/dev/null`, a terminal or a pipe. */
  readonly isFile: boolean;
  /** In bytes. */
  readonly size: number;
}

/** How a refusal is told. */
export interface OwnFileUse {
  /** Its beginning, such as `Rejected lines cannot be written`. */
  readonly purpose: string;
  /** The option that names another file. */
  readonly option: string;
}

/** Why a file is not written. */
class Refusal extends Error {}

/**
 * Opens a file for a command that writes what only its own account may read, without changing what stands in it.
 * Afterwards its owner alone has rights to it. What somebody else may have put there, to read along or to have another
 * file overwritten, is refused: symbolic and hard links, and files and pipes of another account.
 *
 * @param isOwn whether what an existing file begins with was written by this command; a file of other content is left alone.
 * @throws {OperatorError}
 */
export function openOwnFile(path: string, use: OwnFileUse, isOwn: (beginning: string) => boolean): OwnFile {
  try {
    return isDevice(path) ? openDevice(path) : openFile(path, isOwn);
  } catch (error) {
    throw new OperatorError(`${use.purpose} to ${path} (${reasonOf(error)}): name another one with ${use.option}`);
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ELOOP') return 'it is a symbolic link';
  if (code === 'ENXIO') return 'nobody reads from it';
  return code ?? String(error);
}

/** A terminal, a pipe, `/dev/null`: what cannot be overwritten. */
function isDevice(path: string): boolean {
  const target = statSync(path, { throwIfNoEntry: false });
  return target !== undefined && !target.isFile();
}

function openFile(path: string, isOwn: (beginning: string) => boolean): OwnFile {
  // O_NONBLOCK: somebody may put a pipe there meanwhile.
  const file = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, OWNER_ONLY);
  try {
    const stats = fstatSync(file);
    requireOwn(stats);
    if (stats.size > 0 && !isOwn(beginningOf(file))) throw new Refusal('a file of other content is there already');
    if ((stats.mode & RIGHTS_OF_OTHERS) !== 0) fchmodSync(file, OWNER_ONLY);
    return { file, isFile: true, size: stats.size };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function requireOwn(stats: Stats): void {
  if (!stats.isFile()) throw new Refusal('it is no file any more');
  requireOwner(stats);
  if (stats.nlink > 1) throw new Refusal(`it is a hard link: the file has ${stats.nlink} names`);
}

function requireOwner({ uid }: Stats): void {
  if (uid !== (process.geteuid?.() ?? uid)) throw new Refusal('it belongs to another account');
}

function openDevice(path: string): OwnFile {
  const named = lstatSync(path);
  // /dev/stderr is a link that root has made; nobody else can have put it there.
  if (named.isSymbolicLink() && named.uid !== 0) throw new Refusal('it is a symbolic link');
  if (named.isFIFO()) requireOwner(named);
  // The first one finds out whether somebody reads from a pipe; the second one waits for a slow reader.
  closeSync(openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY));
  const file = openSync(path, O_WRONLY | O_NOCTTY);
  if (fstatSync(file).isFile()) {
    closeSync(file);
    throw new Refusal('it is a symbolic link');
  }
  return { file, isFile: false, size: 0 };
}

function beginningOf(file: number): string {
  const bytes = Buffer.alloc(64);
  return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
}

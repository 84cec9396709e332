import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { giveTo, type RunAs } from './run-as.ts';

/** A Unix socket's whole path must fit into 107 bytes; PostgreSQL adds its own name to the folder. */
const MAX_SOCKET_FOLDER_BYTES = 85;
const OWNER_ONLY = 0o700;
const RIGHTS_OF_OTHERS = 0o077;

/**
 * The folder of the Unix socket: `run` in the home, or one in the temporary folder where that path is too long for a
 * socket. Its name there can be foreseen, because other processes look for the server by it. So another local user may
 * have made it before, with a server of its own in it that is told the password by whoever connects.
 *
 * @throws {EmbeddedPostgresError} where the one in the temporary folder is not the account's alone.
 */
export function socketFolder(home: string, account: RunAs): string {
  const inHome = join(home, 'run');
  if (Buffer.byteLength(inHome) <= MAX_SOCKET_FOLDER_BYTES) {
    make(inHome, account);
    return inHome;
  }
  const folder = join(tmpdir(), `pg-${shortHash(home)}`);
  make(folder, account);
  requireOwn(folder, account);
  return folder;
}

function make(folder: string, account: RunAs): void {
  try {
    mkdirSync(folder, { mode: OWNER_ONLY });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // One that an earlier start of this process's account has made, and not yet given away.
    if (!isDirectoryOf(lstatSync(folder), process.geteuid?.())) return;
  }
  giveTo(account, folder);
}

const isDirectoryOf = (stats: Stats, uid: number | undefined): boolean => stats.isDirectory() && stats.uid === uid;

function requireOwn(folder: string, account: RunAs): void {
  const owner = account.uid ?? process.geteuid?.();
  const stats = lstatSync(folder);
  const problem = !stats.isDirectory()
    ? 'is no folder, or a link to one'
    : stats.uid !== owner
      ? `belongs to user id ${stats.uid}, not to ${account.name}`
      : (stats.mode & RIGHTS_OF_OTHERS) !== 0
        ? `gives rights to other users (mode ${(stats.mode & 0o7777).toString(8)})`
        : undefined;
  if (problem === undefined) return;
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL would have its socket in ${folder}, which ${problem}: somebody else may have put it there. ` +
      'Remove it, set DATA_DIR to a shorter path, or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canReach, chooseRunAs, type RunAs } from './run-as.ts';

/** A Unix socket's whole path must fit into 107 bytes; PostgreSQL adds its own name to the folder. */
const MAX_SOCKET_FOLDER_LENGTH = 85;
const SECRET_BYTES = 24;

/** The folders and secrets of one embedded server. */
export interface Home {
  readonly folder: string;
  /** PostgreSQL's data directory. */
  readonly cluster: string;
  /** Where the Unix socket is; nobody but the owner can enter it. */
  readonly socketFolder: string;
  readonly logFile: string;
  readonly password: string;
  readonly account: RunAs;
}

/** Whether there is a home, with or without a cluster in it. */
export const hasHome = (dataDir: string): boolean => isThere(placeOf(dataDir));

const placeOf = (dataDir: string): string => join(dataDir, 'postgres');

/**
 * Opens, or makes, the home of an embedded server at `dataDir/postgres`; `dataDir` is there.
 *
 * Root runs PostgreSQL under an account without rights, which cannot enter a private folder such
 * as /root. There, `dataDir/postgres` becomes a link to a new folder below /var/lib.
 */
export function openHome(dataDir: string, onLog: (line: string) => void): Home {
  const place = placeOf(dataDir);
  if (!isThere(place)) {
    const account = chooseRunAs(join(place, 'cluster'));
    if (canReach(account, realpathSync(dataDir))) {
      mkdirSync(place, { mode: 0o711 });
    } else {
      const elsewhere = newFolderBelowVarLib();
      symlinkSync(elsewhere, place);
      onLog(`${account.name} cannot enter ${dataDir}: the data is in ${elsewhere}, to which ${place} is a link`);
    }
  }
  const folder = realpathSync(place);
  const cluster = join(folder, 'cluster');
  const account = chooseRunAs(cluster);
  return {
    folder,
    cluster,
    socketFolder: socketFolder(folder, account),
    logFile: join(folder, 'postgres.log'),
    password: secretIn(folder, 'password'),
    account,
  };
}

/** Gives a file or folder to the account, where this process is another one. */
export function giveTo({ uid, gid }: RunAs, path: string): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function newFolderBelowVarLib(): string {
  const parent = '/var/lib/customer-events';
  mkdirSync(parent, { recursive: true, mode: 0o711 });
  const folder = mkdtempSync(join(parent, 'data-'));
  chmodSync(folder, 0o711);
  return folder;
}

function socketFolder(home: string, account: RunAs): string {
  let folder = join(home, 'run');
  // Always the same name for the same home: other processes look for the server there.
  if (folder.length > MAX_SOCKET_FOLDER_LENGTH) folder = join(tmpdir(), `pg-${shortHash(home)}`);
  if (!existsSync(folder)) {
    mkdirSync(folder, { mode: 0o700 });
    giveTo(account, folder);
  }
  return folder;
}

/** A random text that is kept in a file for this process's account alone, and is made where there is none. */
export function secretIn(folder: string, name: string): string {
  const file = join(folder, name);
  if (!existsSync(file)) {
    try {
      writeFileSync(file, randomBytes(SECRET_BYTES).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // Another process was faster; its secret is the one that counts.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  return readFileSync(file, 'utf8').trim();
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

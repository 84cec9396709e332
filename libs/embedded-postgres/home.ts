import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { canReach, chooseRunAs, type RunAs } from './run-as.ts';
import { socketFolder } from './socket-folder.ts';

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
  requireOwn(folder);
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

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * A server that another user has started there would be taken for one of this user's. Root uses the home of an
 * ordinary user, under whose account the server then runs.
 */
function requireOwn(folder: string): void {
  const user = process.geteuid?.() ?? 0;
  const { uid } = statSync(folder);
  if (user === 0 || uid === user) return;
  throw new EmbeddedPostgresError(
    `${folder}, where the embedded PostgreSQL would keep its data, belongs to another user (id ${uid}). ` +
      'Set DATA_DIR to a folder of this user, or DATABASE_URL to a PostgreSQL of your own.',
  );
}

function newFolderBelowVarLib(): string {
  const parent = '/var/lib/customer-events';
  mkdirSync(parent, { recursive: true, mode: 0o711 });
  const folder = mkdtempSync(join(parent, 'data-'));
  chmodSync(folder, 0o711);
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

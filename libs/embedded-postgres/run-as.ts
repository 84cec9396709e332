import { spawnSync } from 'node:child_process';
import { chownSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

/** The account under which PostgreSQL runs; without ids it is the one that runs this process. */
export interface RunAs {
  readonly name: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Accounts without rights that most systems have, the most fitting one first. */
const UNPRIVILEGED = ['postgres', 'node', 'nobody'];

/**
 * PostgreSQL refuses to run as root. Root hands it to the owner of the data, where there is some
 * already, or else to an account without rights.
 *
 * @param clusterFolder where the data is, or will be.
 * @throws {EmbeddedPostgresError}
 */
export function chooseRunAs(clusterFolder: string): RunAs {
  if (process.platform === 'win32') return { name: userInfo().username };
  if (process.getuid?.() !== 0) return { name: currentUserName() };
  const owner = statSync(clusterFolder, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of UNPRIVILEGED) {
    const account = accountOf(name);
    if (account !== undefined) return account;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and there is none of the accounts ${UNPRIVILEGED.join(', ')} to run it. ` +
      'Start as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

/** Whether an account can go into a folder: every folder above it must let it pass, too. */
export function canReach({ uid, gid }: RunAs, folder: string): boolean {
  if (uid === undefined) return true;
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Gives a file or folder to the account, where this process is another one. */
export function giveTo({ uid, gid }: RunAs, path: string): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

function accountOf(name: string): RunAs | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  if (line === undefined) return undefined;
  const [, , uid, gid] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid) };
}

/** initdb looks its account up by name, so one without a name cannot be used. */
function currentUserName(): string {
  try {
    return userInfo().username;
  } catch {
    throw new EmbeddedPostgresError(
      `PostgreSQL needs an account with a name, and the user id ${process.getuid?.()} has none. ` +
        'Add it to /etc/passwd, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

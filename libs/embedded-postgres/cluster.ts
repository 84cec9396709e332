import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { Home } from './home.ts';
import { giveTo } from './run-as.ts';

export const SUPERUSER = 'customer_events';

/** The environment of PostgreSQL's programs: nothing of ours that could change what they do. */
export const PROGRAM_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export const hasCluster = ({ cluster }: Home): boolean => existsSync(join(cluster, 'PG_VERSION'));

const BUILTIN_LOCALE = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];

/**
 * Makes the cluster, unless it is there: UTF-8, the same order of texts on every host (built-in
 * C.UTF-8), checksums on all pages, passwords by SCRAM.
 *
 * @param locale initdb's options for it, where the built-in one is not there: before PostgreSQL 17.
 * @throws {EmbeddedPostgresError}
 */
export function ensureCluster(binaries: string, home: Home, locale: readonly string[] = BUILTIN_LOCALE): void {
  if (hasCluster(home)) return;
  // Renamed last: a cluster that was cut short is never taken for a whole one.
  const unfinished = mkdtempSync(`${home.cluster}.unfinished-`);
  giveTo(home.account, unfinished);
  const passwordFile = `${unfinished}.password`;
  writeFileSync(passwordFile, `${home.password}\n`, { mode: 0o600 });
  giveTo(home.account, passwordFile);
  try {
    initdb(binaries, home, unfinished, passwordFile, locale);
    renameSync(unfinished, home.cluster);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function initdb(
  binaries: string,
  { account, cluster }: Home,
  folder: string,
  passwordFile: string,
  locale: readonly string[],
): void {
  const result = spawnSync(
    program(binaries, 'initdb'),
    [
      ...['-D', folder, '-U', SUPERUSER, '-A', 'scram-sha-256', '--pwfile', passwordFile],
      ...['-E', 'UTF8', ...locale, '-k'],
    ],
    { uid: account.uid, gid: account.gid, cwd: '/', env: PROGRAM_ENVIRONMENT, encoding: 'utf8' },
  );
  if (result.status !== 0) {
    const reason = reasonOf(result.stderr || String(result.error));
    const remedy = reason.includes('No space left on device')
      ? 'Free some 100 MB there, set DATA_DIR to a folder on another disk'
      : 'Set DATA_DIR to another folder';
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL could not make its cluster in ${cluster} as ${account.name} (${reason}). ` +
        `${remedy}, or DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

/** Of what initdb says, what its server or itself calls an error, in one line; otherwise all of it. */
function reasonOf(output: string): string {
  const errors = [...output.matchAll(/\b(?:FATAL|PANIC|ERROR|error): +(.+)/g)].map(([, error]) => error as string);
  return (errors.length > 0 ? errors : [output]).join('; ').replace(/\s+/g, ' ').trim();
}

/**
 * Refuses a cluster that was made by another major version: no server of these programs can run on it.
 *
 * @param version of the programs, such as `18.4.0`.
 * @throws {EmbeddedPostgresError}
 */
export function requireMajor(version: string, home: Home): void {
  if (!hasCluster(home)) return;
  const programs = version.split('.')[0];
  const data = readFileSync(join(home.cluster, 'PG_VERSION'), 'utf8').trim();
  if (data === programs) return;
  throw new EmbeddedPostgresError(
    `The data in ${home.cluster} is of PostgreSQL ${data}, and the embedded PostgreSQL is ${programs}. Set DATA_DIR to ` +
      `another folder, or run a PostgreSQL ${data} on this one and set DATABASE_URL to that.`,
  );
}

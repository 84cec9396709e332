import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  { account }: Home,
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
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL could not make its cluster as ${account.name}: ` +
        `${(result.stderr || String(result.error)).trim()}. Or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { RunAs } from './run-as.ts';

const EXECUTABLE = 0o555;

/**
 * The folder of PostgreSQL's programs (`bin`, `lib`, `share`), ready to be run by an account.
 *
 * @param home a folder that the account can reach: programs that it cannot run where npm put them
 *   (in a private folder, or read-only and without links) are copied there once, 60 MB.
 * @throws {EmbeddedPostgresError} where npm has no PostgreSQL for this platform, or it does not run.
 */
export function runnableBinaries(home: string, account: RunAs): string {
  const installed = installedBinaries();
  if (tryTo(() => makeRunnable(installed.folder)) && runs(installed.folder, account)) return installed.folder;
  const copy = join(home, `postgres-${installed.version}`);
  if (!existsSync(copy)) {
    // Renamed last: a copy that was cut short is never taken for a whole one.
    const unfinished = `${copy}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    cpSync(installed.folder, unfinished, { recursive: true, verbatimSymlinks: true });
    makeRunnable(unfinished);
    renameSync(unfinished, copy);
  }
  if (!runs(copy, account)) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL does not run here (${copy}/bin/postgres --version failed for ${account.name}). ` +
        'It needs glibc (not Alpine). Set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  return copy;
}

export const program = (binaries: string, name: 'initdb' | 'postgres'): string =>
  join(binaries, 'bin', process.platform === 'win32' ? `${name}.exe` : name);

/** Where npm has put PostgreSQL for this platform, and the version of that package. */
export function installedBinaries(): { folder: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const packageFolder = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
    return { folder: join(packageFolder, 'native'), version };
  } catch {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for this platform: ${name} is not installed. ` +
        'Install without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

/** Does what the package's install script would: npm may be told not to run any. */
export function makeRunnable(folder: string): void {
  const links = join(folder, 'pg-symlinks.json');
  if (existsSync(links)) {
    for (const { source, target } of JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[]) {
      // Paths are relative to the package; a copy has another name than "native".
      const link = join(folder, target.replace(/^native\//, ''));
      if (!existsSync(link)) symlinkSync(basename(source), link);
    }
  }
  for (const name of readdirSync(join(folder, 'bin'))) {
    const file = join(folder, 'bin', name);
    if ((statSync(file).mode & EXECUTABLE) !== EXECUTABLE) chmodSync(file, 0o755);
  }
}

function runs(folder: string, { uid, gid }: RunAs): boolean {
  return ['initdb', 'postgres'].every(
    (name) =>
      spawnSync(program(folder, name as 'initdb'), ['--version'], { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0,
  );
}

function tryTo(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

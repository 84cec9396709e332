import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildPage } from './build-page.js';
import { beginChange, compilerOf, DIST, isIntact, isUpToDate, ROOT } from './dist.js';

/*
 * The process that compile.js starts. It holds a lock as long as it compiles, and whoever comes
 * meanwhile waits: nobody runs a dist/ that is half written.
 */
const LOCK = join(DIST, '.lock');
const POLL_MS = 50;
/** Longer than any build: the process id in the lock is by now that of another program. */
const MAX_LOCK_AGE_MS = 300_000;

try {
  await lock();
  // It may have been compiled while this process waited.
  if (isUpToDate()) unlock();
  else runCompiler();
} catch (error) {
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOSPC'].includes(error.code)) throw error;
  console.error(`${error.path} cannot be written (${error.code}).`);
  process.exitCode = 1;
}

/** Becomes `tsc -p tsconfig.build.json`, which ends this process with its own status. */
function runCompiler() {
  if (isIntact()) {
    console.error('Compiling what has changed …');
  } else {
    console.error('Compiling (the first time takes about 10 s) …');
    // tsc trusts its notes of what it has written: where dist/ is not as it was left, it begins anew.
    rmSync(join(DIST, '.tsbuildinfo'), { force: true });
  }
  const completeChange = beginChange();
  process.on('exit', (status) => {
    completeChange(status === 0);
    unlock();
  });
  try {
    buildPage();
  } catch (error) {
    // esbuild has told the errors of the sources already.
    if (error.errors === undefined) console.error(error);
    process.exit(1);
  }
  const compiler = compilerOf();
  process.argv = [process.execPath, compiler, '-p', join(ROOT, 'tsconfig.build.json')];
  createRequire(import.meta.url)(compiler);
}

async function lock() {
  mkdirSync(DIST, { recursive: true });
  let isTold = false;
  while (!tryToLock()) {
    if (isAbandoned()) {
      unlock();
      continue;
    }
    if (!isTold) console.error('Waiting for another command that compiles …');
    isTold = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function tryToLock() {
  const own = `${LOCK}.${process.pid}`;
  writeFileSync(own, String(process.pid));
  try {
    // A link appears at once and whole; a file would be there before its content.
    linkSync(own, LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function unlock() {
  rmSync(LOCK, { force: true });
}

/** The process that holds the lock was killed. */
function isAbandoned() {
  try {
    if (Date.now() - statSync(LOCK).mtimeMs > MAX_LOCK_AGE_MS) return true;
    process.kill(Number(readFileSync(LOCK, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

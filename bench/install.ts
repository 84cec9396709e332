import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH } from './paths.ts';

/** Installs the packages of bench/package-lock.json, unless they are there. */
export function installPackages(): void {
  const lock = readFileSync(join(BENCH, 'package-lock.json'), 'utf8');
  const installedLock = join(BENCH, 'node_modules/.installed-lock.json');
  if (textOf(installedLock) === lock) return;
  console.log('Installing the load generator and the peers (npm ci in bench/) …');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], {
    cwd: BENCH,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('npm ci in bench/ failed');
  writeFileSync(installedLock, lock);
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

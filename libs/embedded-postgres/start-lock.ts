import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const POLL_MS = 20;

/**
 * Runs something while no other process runs its like: the lock is a file that holds the id of
 * its process. A lock whose process is gone is void.
 */
export async function withStartLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  while (!tryToLock(file)) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryToLock(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, String(process.pid), { mode: 0o644 });
  try {
    // A link appears at once and whole; a file would be there before its content.
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
  if (!isAlive(holderOf(file))) rmSync(file, { force: true });
  return false;
}

/** The process that holds the lock; our own where the lock has just been given free: then look again. */
function holderOf(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return process.pid;
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

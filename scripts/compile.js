import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from './dist.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Compiles in a process of its own: the program that runs afterwards shall not carry TypeScript in
 * its memory. All that it prints goes to stderr, because stdout belongs to the program.
 *
 * @returns whether dist/ is up to date now. A signal that comes meanwhile ends both processes.
 */
export async function compile() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'compile-in-turn.js')], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  let received;
  const pass = (signal) => {
    received = signal;
    child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  const [code] = await once(child, 'close');
  for (const signal of SIGNALS) process.off(signal, pass);
  if (received !== undefined) {
    process.kill(process.pid, received);
    // It ends this process, but not within this turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  return code === 0;
}

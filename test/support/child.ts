import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export { until } from './until.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
const DIST = resolve(ROOT, 'dist');

/** A built file of the service, for a process of its own. */
export const built = (path: string): string => resolve(DIST, path);

const { scripts } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };

/** The flags with which `npm start` and `npm run cli` run Node. */
export const NODE_FLAGS: readonly string[] = scripts.start.split(' ').filter((word) => word.startsWith('--'));

/** What Node is given to run a built program as `npm start` does. */
export const program = (path: string, ...args: string[]): string[] => [...NODE_FLAGS, built(path), ...args];

/** A process, what it has printed so far, and how it ended. */
export interface Child {
  readonly process: ChildProcess;
  output(): string;
  /** What it has printed to stdout alone, where other programs would read. */
  stdout(): string;
  stderr(): string;
  /** Resolves when the output matches; rejects when the process ends before. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  ends(): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
}

export const startNode = (args: string[], options: SpawnOptions = {}): Child =>
  startProcess(process.execPath, args, options);

export function startProcess(command: string, args: readonly string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let text = '';
  let stdout = '';
  let stderr = '';
  // Not "exit": what it printed last may come after that.
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  const printed = new EventEmitter().setMaxListeners(0);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (stream === child.stdout) stdout += chunk.toString();
      else stderr += chunk.toString();
      printed.emit('more');
    });
  }
  return {
    process: child,
    output: () => text,
    stdout: () => stdout,
    stderr: () => stderr,
    prints: async (pattern) => {
      for (;;) {
        const match = pattern.exec(text);
        if (match !== null) return match;
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`ended without ${pattern}:\n${text}`);
        await Promise.race([once(printed, 'more'), ended]);
      }
    },
    ends: () => ended,
    kill: (signal) => void child.kill(signal),
  };
}

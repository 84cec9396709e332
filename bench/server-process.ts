import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { benchFile } from './paths.ts';
import type { Profiler } from 'node:inspector';
import type { Question, Usage } from './probe.ts';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 20;

export interface ServerOptions {
  readonly script: string;
  readonly logFile: string;
  /** All of it, but for what every process needs: nothing of the shell that started us gets in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
  /** The executable of Node; without it, the one of this process. */
  readonly node?: string | undefined;
}

/** A server in a process of its own. */
export interface ServerProcess {
  /** Such as `http://127.0.0.1:41327`. */
  readonly origin: string;
  usage(): Promise<Usage>;
  /** Begins a CPU profile. @returns ends it. */
  profile(): Promise<() => Promise<Profiler.Profile>>;
  stop(): Promise<void>;
}

/** Starts a server, and waits until it has printed the `http://localhost:PORT` where it listens. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  // To a file, as in production: a pipe would make us read it, beside the load.
  const log = openSync(options.logFile, 'w');
  const child = spawn(
    options.node ?? process.execPath,
    ['--import', pathToFileURL(benchFile('probe.js')).href, ...(options.nodeArguments ?? []), options.script],
    {
      // No .env of the checkout here.
      cwd: dirname(options.logFile),
      stdio: ['ignore', log, log, 'ipc'],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production', ...options.environment },
    },
  );
  closeSync(log);
  const port = await portOf(child, options.logFile);
  const ask = async <T>(question: Question): Promise<T> => {
    child.send(question);
    const [response] = (await once(child, 'message')) as [T];
    return response;
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    usage: () => ask<Usage>('usage'),
    profile: async () => {
      await ask('profile');
      return () => ask<Profiler.Profile>('profiled');
    },
    stop: async () => {
      if (hasEnded(child)) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function portOf(child: ChildProcess, logFile: string): Promise<string> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const text = readFileSync(logFile, 'utf8');
    const [, port] = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(text) ?? [];
    if (port !== undefined) return port;
    if (hasEnded(child) || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`A server did not start:\n${text}`);
    }
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const LOOK_AT_MEMORY_EVERY_MS = 50;

/** @returns ends the watch, and gives the most bytes that were seen. */
export function watchMemory(server: ServerProcess): () => Promise<number> {
  let most = 0;
  let watching = true;
  const watch = (async () => {
    while (watching) {
      most = Math.max(most, (await server.usage()).rssBytes);
      await new Promise((next) => setTimeout(next, LOOK_AT_MEMORY_EVERY_MS));
    }
  })();
  return async () => {
    watching = false;
    await watch;
    return most;
  };
}

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { program } from './binaries.ts';
import { PROGRAM_ENVIRONMENT } from './cluster.ts';
import type { Home } from './home.ts';
import { giveTo } from './run-as.ts';
import { isAlive } from './start-lock.ts';

const MAX_LOG_BYTES = 10_000_000;

/**
 * Runs PostgreSQL and holds its parentPipe: a pipe whose write end only this process has. When this
 * process ends, even by kill -9, the shell reads the end of the pipe and asks PostgreSQL for a
 * fast shutdown. The shell also passes signals on, and stays until PostgreSQL has ended.
 */
const SUPERVISOR_SCRIPT = `
"$@" 3<&- &
postgres=$!
trap 'kill -INT $postgres' TERM INT
( trap '' INT TERM; read _ <&3; kill -INT $postgres 2>/dev/null ) &
wait $postgres
status=$?
while kill -0 $postgres 2>/dev/null; do wait $postgres; status=$?; done
exit $status`;

export interface ServerAddress {
  /** A folder: the Unix socket in it. Otherwise an address. */
  readonly host: string;
  readonly port: number;
}

/** A server that this process runs. */
export interface Postmaster {
  /** Resolves when it has ended, for whatever reason, with the reason. */
  readonly ended: Promise<string>;
  /** Asks for a fast shutdown: sessions are ended, everything committed is on disk. */
  stop(): void;
}

export function runPostmaster(
  binaries: string,
  home: Home,
  address: ServerAddress,
  settings: Readonly<Record<string, string | number>>,
): Postmaster {
  const all = { ...listenSettings(address), logging_collector: 'off', ...settings };
  const command = [
    program(binaries, 'postgres'),
    ...['-D', home.cluster],
    ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const child = process.platform === 'win32' ? spawnBare(command, home) : spawnSupervised(command, home);
  const parentPipe = (child.stdio[3] ?? null) as Writable | null;
  parentPipe?.on('error', () => {});
  return {
    ended: new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => {
        parentPipe?.destroy();
        resolve(`exit status ${code ?? signal}`);
      });
    }),
    stop: () => {
      if (parentPipe === null) child.kill('SIGINT');
      else parentPipe.end();
    },
  };
}

/** The process id of the server that has this cluster, if it is running; 0 otherwise. */
export function runningPostmaster(home: Home): number {
  const pidFile = join(home.cluster, 'postmaster.pid');
  let pid: number;
  try {
    pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  } catch {
    return 0;
  }
  if (!isAlive(pid)) return 0;
  if (isPostgres(pid)) return pid;
  // Its id went to another program: left there, the file would keep PostgreSQL from starting.
  rmSync(pidFile, { force: true });
  return 0;
}

/** The last lines of the server's log: why it did not start. */
export function lastLogLines(home: Home): string {
  try {
    return readFileSync(home.logFile, 'utf8').trimEnd().split('\n').slice(-5).join('\n');
  } catch {
    return '';
  }
}

function listenSettings({ host, port }: ServerAddress): Record<string, string | number> {
  return process.platform === 'win32'
    ? { listen_addresses: host, port }
    : { listen_addresses: '', unix_socket_directories: host, unix_socket_permissions: '0700', port };
}

function spawnSupervised(command: string[], home: Home): ChildProcess {
  const log = openLog(home);
  try {
    return spawn('/bin/sh', ['-c', SUPERVISOR_SCRIPT, 'embedded-postgres', ...command], {
      uid: home.account.uid,
      gid: home.account.gid,
      cwd: '/',
      env: PROGRAM_ENVIRONMENT,
      stdio: ['ignore', log, log, 'pipe'],
      // A session of its own: Ctrl-C in the terminal reaches the service first, which then stops us.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

/** Windows has no shell for the parentPipe. Not tried: the service was never run there. */
function spawnBare(command: string[], home: Home): ChildProcess {
  const log = openLog(home);
  try {
    return spawn(command[0] as string, command.slice(1), { stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

function openLog({ logFile, account }: Home): number {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a', 0o600);
  giveTo(account, logFile);
  return log;
}

/** Where nothing can be found out, it is taken for PostgreSQL: its file stays. */
function isPostgres(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').includes('postgres');
  } catch {
    const { stdout } = spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
    return typeof stdout !== 'string' || stdout === '' || stdout.includes('postgres');
  }
}

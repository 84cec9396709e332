import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runnableBinaries } from '../../libs/embedded-postgres/binaries.ts';
import { SUPERUSER } from '../../libs/embedded-postgres/cluster.ts';
import { openHome, type Home } from '../../libs/embedded-postgres/home.ts';
import { giveTo } from '../../libs/embedded-postgres/run-as.ts';
import { lastLogLines, runPostmaster, type Postmaster } from '../../libs/embedded-postgres/postmaster.ts';
import { copyNewCluster } from './new-cluster.ts';
import { until } from './child.ts';
import { queryOnce } from './query-once.ts';
import { freePort } from './service-process.ts';

/**
 * A PostgreSQL of one test, with settings that the one of all tests must not have. It listens on a port of 127.0.0.1,
 * and on a Unix socket.
 */
export class OwnPostgres {
  private readonly folder = mkdtempSync(join(tmpdir(), 'own-postgres-'));
  private readonly home: Home;
  private readonly binaries: string;
  private postmaster: Postmaster | undefined;
  private port = 0;

  constructor() {
    chmodSync(this.folder, 0o711);
    copyNewCluster(this.folder);
    this.home = openHome(this.folder, () => {});
    this.binaries = runnableBinaries(this.home.folder, this.home.account);
  }

  /** A file in the data directory, which its account alone may read. */
  write(name: string, content: string | Buffer): void {
    const path = join(this.home.cluster, name);
    writeFileSync(path, content, { mode: 0o600 });
    giveTo(this.home.account, path);
  }

  /** Lines for `pg_hba.conf`, after those for the Unix socket. */
  allow(...lines: string[]): void {
    const path = join(this.home.cluster, 'pg_hba.conf');
    writeFileSync(path, 'local all all scram-sha-256\n');
    appendFileSync(path, lines.map((line) => `${line}\n`).join(''));
  }

  /** Starts the server, or starts it again with other settings, on the same port. */
  async start(settings: Readonly<Record<string, string | number>>): Promise<void> {
    await this.stop();
    if (this.port === 0) this.port = await freePort();
    const postmaster = runPostmaster(
      this.binaries,
      this.home,
      { host: this.home.socketFolder, port: this.port },
      { listen_addresses: '127.0.0.1', ...settings },
    );
    this.postmaster = postmaster;
    const ended = postmaster.ended.then((reason) => {
      throw new Error(`PostgreSQL has ended (${reason}):\n${lastLogLines(this.home)}`);
    });
    const ready = until(() =>
      this.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
    ended.catch(() => {});
    await Promise.race([ready, ended]);
  }

  /** By TCP. */
  url(host: string, parameters = '', database = 'postgres'): string {
    return `postgres://${SUPERUSER}:${this.home.password}@${host}:${this.port}/${database}?${parameters}`;
  }

  /** By its Unix socket, as its superuser. */
  socketUrl(database = 'postgres'): string {
    return this.url('localhost', `host=${encodeURIComponent(this.home.socketFolder)}`, database);
  }

  query<Row>(sql: string, database = 'postgres'): Promise<Row[]> {
    return queryOnce<Row>({ connectionString: this.socketUrl(database) }, sql);
  }

  async stop(): Promise<void> {
    this.postmaster?.stop();
    await this.postmaster?.ended;
    this.postmaster = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

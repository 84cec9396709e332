import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import pg from 'pg';
import { chooseRunAs, giveTo } from '../../../libs/embedded-postgres/run-as.ts';
import { until } from '../../support/child.ts';
import { freePort } from '../../support/service-process.ts';

/** Where Debian has it, which is not on the PATH of an ordinary user. */
const PATH = `${process.env.PATH}:/usr/sbin`;

/** How PgBouncer hands out the sessions of the database. */
export type PoolMode = 'session' | 'transaction';

/** `PgBouncer 1.18.0`, or undefined where there is none. */
export function installedPooler(): string | undefined {
  const { status, stdout } = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8', env: { PATH } });
  return status === 0 ? stdout.split('\n')[0] : undefined;
}

/** What the service sends when it connects, and PgBouncer passes on to nobody. */
export const IGNORED = 'statement_timeout, lock_timeout, idle_in_transaction_session_timeout, options';

/** A PgBouncer of one test on 127.0.0.1, in front of one database, as an account without rights. */
export class Pooler {
  private readonly folder = mkdtempSync(join(tmpdir(), 'pooler-'));
  private readonly file = join(this.folder, 'pgbouncer.ini');
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    private readonly target: URL,
    private readonly port: number,
  ) {}

  /**
   * @param databaseUrl with user and password, of the role that all sessions belong to.
   * @param ignored what of a connection's settings is dropped; with '' a connection that has any is refused.
   */
  static async start(
    databaseUrl: string,
    poolMode: PoolMode,
    { ignored = IGNORED, poolSize = 20 }: { ignored?: string; poolSize?: number } = {},
  ): Promise<Pooler> {
    const pooler = new Pooler(new URL(databaseUrl), await freePort());
    await pooler.run(poolMode, ignored, poolSize);
    return pooler;
  }

  get url(): string {
    const { username, password, pathname } = this.target;
    return `postgres://${username}:${password}@127.0.0.1:${this.port}${pathname}`;
  }

  /** Lets go of the sessions that it has, as an administrator does after a change of the role. */
  reconnect(): Promise<void> {
    return this.command('RECONNECT');
  }

  /** Goes on in another mode, without ending a connection. */
  async changeMode(poolMode: PoolMode): Promise<void> {
    writeFileSync(this.file, readFileSync(this.file, 'utf8').replace(/pool_mode = .*/, `pool_mode = ${poolMode}`));
    await this.command('RELOAD');
  }

  private async command(text: string): Promise<void> {
    const administration = new pg.Client({ connectionString: this.url.replace(/\/[^/]*$/, '/pgbouncer') });
    await administration.connect();
    try {
      await administration.query(text);
    } finally {
      await administration.end();
    }
  }

  async close(): Promise<void> {
    const { child } = this;
    if (child !== undefined && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGINT');
      child.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async run(poolMode: PoolMode, ignored: string, poolSize: number): Promise<void> {
    const { username, password, pathname, searchParams, hostname, port } = this.target;
    const [user, secret] = [username, password].map(decodeURIComponent);
    const host = searchParams.get('host') ?? hostname;
    const { file } = this;
    const users = join(this.folder, 'users.txt');
    writeFileSync(users, `"${user}" "${secret}"\n`);
    writeFileSync(
      file,
      [
        '[databases]',
        `${pathname.slice(1)} = host=${host} port=${port || 5432}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${this.port}`,
        'unix_socket_dir =',
        'auth_type = plain',
        `auth_file = ${users}`,
        `admin_users = ${user}`,
        `pool_mode = ${poolMode}`,
        `default_pool_size = ${poolSize}`,
        `ignore_startup_parameters = ${ignored}`,
        '',
      ].join('\n'),
    );
    const account = chooseRunAs(join(this.folder, 'none'));
    chmodSync(this.folder, 0o711);
    for (const path of [file, users]) giveTo(account, path);
    const { uid, gid } = account;
    const child = spawn('pgbouncer', [file], {
      cwd: '/',
      env: { PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid === undefined ? {} : { uid, gid }),
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    await until(() => {
      if (child.exitCode !== null) throw new Error(`PgBouncer has ended:\n${this.output}`);
      return this.output.includes('process up');
    });
  }
}

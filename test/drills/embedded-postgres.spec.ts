import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../libs/embedded-postgres/embedded-postgres.ts';
import { isAlive } from '../../libs/embedded-postgres/start-lock.ts';
import { built, startNode, until, type Child } from '../support/child.ts';
import { copyNewCluster } from '../support/new-cluster.ts';
import { queryOnce } from '../support/query-once.ts';

const NOBODY = 65_534;
const OTHER = 65_533;
const asRoot = process.getuid?.() === 0;

/** A process that starts the server on a folder, says where it is, and waits. */
const OWNER = `
  const { startEmbeddedPostgres } = await import(process.argv[1]);
  const engine = await startEmbeddedPostgres({ dataDir: process.argv[2], onLog: (line) => console.log('log: ' + line) });
  console.log('ready ' + engine.adopted + ' ' + engine.url());
  process.on('SIGTERM', async () => { await engine.stop(); process.exit(0); });
  setInterval(() => {}, 1000);
`;

const startOwner = (dataDir: string, options = {}): Child =>
  startNode(
    ['--input-type=module', '-e', OWNER, built('libs/embedded-postgres/embedded-postgres.js'), dataDir],
    options,
  );

const query = <Row>(url: string, sql: string): Promise<Row[]> => queryOnce({ connectionString: url }, sql);

describe('the embedded PostgreSQL', () => {
  let dataDir: string;
  const engines: EmbeddedPostgres[] = [];
  const owners: Child[] = [];

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'embedded-postgres-'));
    chmodSync(dataDir, 0o755);
  });
  afterEach(async () => {
    for (const owner of owners.splice(0)) {
      owner.kill('SIGKILL');
      await owner.ends();
    }
    for (const engine of engines.splice(0)) await engine.stop();
    await until(() => !isAlive(postmasterPid()));
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = async (): Promise<EmbeddedPostgres> => {
    const engine = await startEmbeddedPostgres({ dataDir });
    engines.push(engine);
    return engine;
  };
  const own = async (options = {}): Promise<{ owner: Child; adopted: boolean; url: string }> => {
    const owner = startOwner(dataDir, options);
    owners.push(owner);
    const [, adopted, url] = await owner.prints(/ready (true|false) (\S+)/);
    return { owner, adopted: adopted === 'true', url: url as string };
  };
  const postmasterPid = (): number => {
    try {
      return Number(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      return 0;
    }
  };

  it('starts durable and in UTF-8, stops without a trace, and finds its data again', async () => {
    const first = await start();
    const settings = await query<{ name: string; setting: string }>(
      first.url(),
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'server_encoding', 'data_checksums', 'listen_addresses')`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      server_encoding: 'UTF8',
      data_checksums: 'on',
      listen_addresses: '',
    });
    await query(first.url(), 'CREATE TABLE kept AS SELECT 42 AS response');
    expect(first.folder).toBe(join(dataDir, 'postgres'));
    const pid = postmasterPid();
    await first.stop();
    await first.stop();
    expect(isAlive(pid)).toBe(false);

    const second = await start();
    expect(await query(second.url(), 'SELECT response FROM kept')).toEqual([{ response: 42 }]);
  });

  it('is used by a second process as it is, and outlives that one', async () => {
    copyNewCluster(dataDir);
    const { url } = await own();
    const second = await own();
    expect(second).toMatchObject({ adopted: true, url });
    second.owner.kill('SIGTERM');
    await second.owner.ends();
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('is started by one of several processes that begin at once', async () => {
    const started = await Promise.all([own(), own(), own()]);
    expect(started.filter(({ adopted }) => !adopted)).toHaveLength(1);
    expect(new Set(started.map(({ url }) => url)).size).toBe(1);
  });

  it('ends in order when its process is killed', async () => {
    copyNewCluster(dataDir);
    const { owner } = await own();
    const pid = postmasterPid();
    owner.kill('SIGKILL');
    await until(() => !isAlive(pid));
    expect(readFileSync(join(dataDir, 'postgres/postgres.log'), 'utf8')).toContain('database system is shut down');
  });

  it('comes back by itself when it is killed, with all that was committed', async () => {
    copyNewCluster(dataDir);
    const engine = await start();
    await query(engine.url(), 'CREATE TABLE kept AS SELECT 42 AS response');
    process.kill(postmasterPid(), 'SIGKILL');
    await until(() =>
      query(engine.url(), 'SELECT response FROM kept').then(
        (rows) => rows.length === 1,
        () => false,
      ),
    );
  });

  it('is taken over when the process that ran it is killed', async () => {
    copyNewCluster(dataDir);
    const { owner, url } = await own();
    const second = await own();
    owner.kill('SIGKILL');
    await second.owner.prints(/log: PostgreSQL is ready again/);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('recovers when it and its process are killed together', async () => {
    copyNewCluster(dataDir);
    const { owner, url } = await own();
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS response');
    const pid = postmasterPid();
    process.kill(pid, 'SIGKILL');
    owner.kill('SIGKILL');
    await owner.ends();
    const again = await start();
    expect(again.url()).toBe(url);
    expect(await query(url, 'SELECT response FROM kept')).toEqual([{ response: 42 }]);
  });

  it('starts although its old process id is in use by another program', async () => {
    copyNewCluster(dataDir);
    const engine = await start();
    const pidFile = join(dataDir, 'postgres/cluster/postmaster.pid');
    const content = readFileSync(pidFile, 'utf8');
    await engine.stop();
    const other = startNode(
      ['-e', 'setInterval(() => {}, 1000)'],
      asRoot ? { uid: NOBODY, gid: NOBODY, cwd: '/' } : {},
    );
    owners.push(other);
    writeFileSync(pidFile, content.replace(/^\d+/, String(other.process.pid)), { mode: 0o600 });
    const again = await start();
    expect(await query(again.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('says at once that its data is of another version, and leaves the data alone', async () => {
    copyNewCluster(dataDir);
    const version = join(dataDir, 'postgres/cluster/PG_VERSION');
    writeFileSync(version, '16\n');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      `The data in ${dataDir}/postgres/cluster is of PostgreSQL 16, and the embedded PostgreSQL is 18. Set DATA_DIR to ` +
        'another folder, or run a PostgreSQL 16 on this one and set DATABASE_URL to that.',
    );
    expect(readFileSync(version, 'utf8')).toBe('16\n');
  });

  it('says in one line why its cluster cannot be made', () => {
    const arguments_ = [
      '--input-type=module',
      '-e',
      OWNER,
      built('libs/embedded-postgres/embedded-postgres.js'),
      dataDir,
    ];
    // As on a disk that is full: a file of its log has 16 MiB, and none may have more than 4.
    const limited = ['-c', 'ulimit -f 8192; exec "$@"', 'sh', process.execPath, ...arguments_];
    const { status, stderr } = spawnSync('/bin/sh', limited, { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `The embedded PostgreSQL could not make its cluster in ${dataDir}/postgres/cluster as \\w+ \\(could not write to ` +
          'file "pg_wal/xlogtemp.\\d+": File too large\\). Set DATA_DIR to another folder, or DATABASE_URL to a PostgreSQL of your own.\n',
      ),
    );
  });

  it('says at once that its password was lost, and has ended then', async () => {
    copyNewCluster(dataDir);
    rmSync(join(dataDir, 'postgres/password'));
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      `The embedded PostgreSQL in ${dataDir}/postgres refuses the password in ${dataDir}/postgres/password: the file was lost`,
    );
    expect(postmasterPid()).toBe(0);
  });

  (asRoot ? it : it.failing)('runs for root below a folder that only root can enter', async () => {
    if (!asRoot) throw new Error('only root can try this');
    chmodSync(dataDir, 0o700);
    const inner = join(dataDir, 'inner');
    mkdirSync(inner);
    const lines: string[] = [];
    const engine = await startEmbeddedPostgres({ dataDir: inner, onLog: (line) => lines.push(line) });
    engines.push(engine);
    expect(await query(engine.url(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(lines.join()).toContain('/var/lib/customer-events/data-');
    expect(lines.join()).toContain(`the data is in ${engine.folder}, to which ${inner}/postgres is a link`);
    await engine.stop();
    rmSync(/data is in (\S+),/.exec(lines.join())?.[1] as string, { recursive: true });
  });

  (asRoot ? it : it.failing)('does not start with a socket folder that another account has made', async () => {
    if (!asRoot) throw new Error('only root can become another user');
    const long = join(dataDir, 'long-'.repeat(20));
    const folder = join(
      tmpdir(),
      `pg-${createHash('sha256').update(join(long, 'postgres')).digest('hex').slice(0, 16)}`,
    );
    mkdirSync(folder, { mode: 0o777 });
    try {
      chownSync(folder, OTHER, OTHER);
      await expect(startEmbeddedPostgres({ dataDir: long })).rejects.toThrow(
        `The embedded PostgreSQL would have its socket in ${folder}, which belongs to user id ${OTHER}, not to `,
      );
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  (asRoot ? it : it.failing)('does not use data that another user has put there', async () => {
    if (!asRoot) throw new Error('only root can become another user');
    chmodSync(dataDir, 0o1777);
    mkdirSync(join(dataDir, 'postgres'), { mode: 0o755 });
    chownSync(join(dataDir, 'postgres'), OTHER, OTHER);
    const owner = startOwner(dataDir, { uid: NOBODY, gid: NOBODY, cwd: '/', env: { PATH: process.env.PATH } });
    owners.push(owner);
    expect(await owner.ends()).toMatchObject({ code: 1 });
    expect(owner.output()).toContain(
      `${dataDir}/postgres, where the embedded PostgreSQL would keep its data, belongs to another user (id ${OTHER})`,
    );
  });

  (asRoot ? it : it.failing)('runs for an ordinary user', async () => {
    if (!asRoot) throw new Error('only root can become another user');
    chownSync(dataDir, NOBODY, NOBODY);
    const { url, owner } = await own({ uid: NOBODY, gid: NOBODY, cwd: '/', env: { PATH: process.env.PATH } });
    expect(spawnSync('stat', ['-c', '%u', join(dataDir, 'postgres/cluster')], { encoding: 'utf8' }).stdout.trim()).toBe(
      String(NOBODY),
    );
    expect(url).toContain('postgres%2Frun');
    owner.kill('SIGTERM');
    expect(await owner.ends()).toMatchObject({ code: 0 });
  });
});

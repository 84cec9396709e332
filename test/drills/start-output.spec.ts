import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createApp } from '../../src/app/create-app.ts';
import { errorMessage } from '../../src/cli/error-message.ts';
import { loadConfig } from '../../src/config.ts';
import { DatabaseConnection } from '../../src/platform/postgres/database-connection.ts';
import { built, ROOT, startNode, until, type Child } from '../support/child.ts';
import { openDatabaseProxy } from '../support/database-proxy.ts';
import { copyNewCluster } from '../support/new-cluster.ts';
import { freePort, servesAt, Workplace } from '../support/service-process.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Processes start slowly where others keep the machine busy. */
jest.setTimeout(120_000);

const KEY = /sk_live_agent_[A-Za-z0-9]{48}/g;
const SCRIPT_IS_HERE = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;

/** The lines of stdout, each of which has to be a JSON object. */
const logOf = (child: Child): Record<string, unknown>[] => {
  const lines = child.stdout().split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => {
    expect(line).toMatch(/^\{.*\}$/);
    return JSON.parse(line) as Record<string, unknown>;
  });
};

describe('what a start prints', () => {
  let workplace: Workplace;
  let database: TestDatabase | undefined;
  const others: (() => Promise<unknown> | void)[] = [];

  beforeEach(() => {
    workplace = new Workplace();
  });
  afterEach(async () => {
    for (const close of others.splice(0)) await close();
    await workplace.close();
    await database?.drop();
    database = undefined;
  });

  const stop = async (service: Child): Promise<void> => {
    service.kill('SIGTERM');
    expect(await service.ends()).toEqual({ code: 0, signal: null });
  };

  describe('where stdout is no terminal', () => {
    it('is JSON lines on stdout; the key and its request of the first start are on stderr', async () => {
      copyNewCluster(workplace.dataDir);
      const env = {
        PATH: process.env.PATH,
        DATA_DIR: workplace.dataDir,
        HOST: '127.0.0.1',
        PORT: '0',
        LOG_LEVEL: 'debug',
      };
      // As `npm start` does it, which compiles first what has changed.
      const service = startNode([`${ROOT}/scripts/run.js`, 'dist/src/main.js'], { cwd: workplace.folder, env });
      others.push(() => {
        service.kill('SIGKILL');
        return service.ends();
      });
      const address = await servesAt(service);
      expect((await fetch(`${address}/health/ready`)).status).toBe(200);
      await stop(service);

      const lines = logOf(service);
      expect(lines.map(({ msg }) => msg)).toEqual(
        expect.arrayContaining(['listening', 'ready', 'request', 'SIGTERM: stopping', 'stopped']),
      );
      expect(new Set(lines.map(({ instance }) => instance)).size).toBe(1);
      expect(lines[0]).toMatchObject({ instance: expect.stringMatching(/^[a-z0-9]{8}$/), version: expect.any(String) });
      expect(service.stderr()).toContain(`Customer Events serves on ${address}\nAPI documentation: ${address}/docs\n`);
      expect(service.stderr()).toMatch(/^curl -X POST http/m);
      expect(service.stderr().match(KEY)).toHaveLength(1);
      expect(service.stdout()).not.toMatch(KEY);
    });
  });

  (SCRIPT_IS_HERE ? it : it.skip)('is text on a terminal, with the key, as people read it', async () => {
    copyNewCluster(workplace.dataDir);
    const command = `${process.execPath} ${built('src/main.js')}`;
    const terminal: ChildProcess = spawn('script', ['-qfec', command, '/dev/null'], {
      cwd: workplace.folder,
      env: { PATH: process.env.PATH, DATA_DIR: workplace.dataDir, HOST: '127.0.0.1', PORT: '0' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let shown = '';
    terminal.stdout?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    const ended = once(terminal, 'close');
    others.push(() => void terminal.kill('SIGKILL'));
    await until(() => shown.includes('url='));
    // Ctrl-C, as the terminal passes it on.
    terminal.stdin?.write('\x03');
    await ended;

    expect(shown).toMatch(/Customer Events serves on http:\/\/localhost:\d+\r\n/);
    expect(shown.match(KEY)).toHaveLength(1);
    expect(shown).toContain('curl -X POST http');
    expect(shown).toContain('listening');
    expect(shown).not.toMatch(/instance|\{"level"/);
  });

  describe('while the database is not there', () => {
    /** Listens where a database is expected, and refuses as PostgreSQL does while it starts. */
    const startingPostgres = async (port: number): Promise<Server> => {
      const fields = 'SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0';
      const refusal = Buffer.alloc(5 + fields.length);
      refusal.write('E');
      refusal.writeInt32BE(4 + fields.length, 1);
      refusal.write(fields, 5);
      const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end(refusal)));
      await once(server.listen(port, '127.0.0.1'), 'listening');
      return server;
    };
    /** The lines that say what is waited for. */
    const waitingFor = (service: Child): string[] =>
      logOf(service).flatMap(({ msg }) => (String(msg).startsWith('waiting for the database') ? [String(msg)] : []));

    it('is a line for each reason, no line a second, and no stack; when it is there, a line where the service is; and all of it is JSON', async () => {
      database = await createTestDatabase();
      const proxy = await openDatabaseProxy(database.url);
      others.push(() => proxy.close());
      const databasePort = Number(new URL(proxy.url).port);
      const port = String(await freePort());
      const service = workplace.start({
        DATABASE_URL: proxy.url,
        PORT: port,
        RATE_LIMIT_STORE: 'postgres',
        LOG_LEVEL: 'debug',
      });
      const address = `http://127.0.0.1:${port}`;
      const refusals = async (): Promise<number[]> =>
        Promise.all(
          ['/health/ready', '/api/v1/auth/whoami', '/metrics'].map(async (path) => {
            const headers = { 'X-API-Key': `sk_live_agent_${'x'.repeat(48)}` };
            return (await fetch(`${address}${path}`, { headers })).status;
          }),
        );

      await service.prints(/waiting for the database: connect ECONNREFUSED/);
      expect(await refusals()).toEqual([503, 503, 200]);
      const server = await startingPostgres(databasePort);
      await service.prints(/waiting for the database: the database system is starting up/);
      expect(await refusals()).toEqual([503, 503, 200]);
      // Two more attempts that fail as those before.
      for (let attempts = 0; attempts < 2; attempts++) await once(server, 'connection');
      await once(server.close(), 'close');
      await proxy.restore();
      const url = await servesAt(service);
      expect(service.output()).not.toMatch(/"stack"|\bat .*:\d+:\d+/);
      // What a lost connection prints is JSON, too.
      await proxy.cut();
      await until(async () => (await fetch(`${address}/health/ready`)).status === 503);
      await proxy.restore();
      await until(async () => (await fetch(`${address}/health/ready`)).status === 200);
      await stop(service);

      expect(waitingFor(service)).toEqual([
        `waiting for the database: connect ECONNREFUSED 127.0.0.1:${databasePort}`,
        'waiting for the database: the database system is starting up',
      ]);
      expect(logOf(service)).toContainEqual(
        expect.objectContaining({ level: 'info', context: 'Service', url, msg: 'ready' }),
      );
      expect(service.stderr()).toBe('');
    });

    it('is a line where the name of its host does not resolve, and nothing more when a signal ends it meanwhile', async () => {
      const service = workplace.start({ DATABASE_URL: 'postgres://nobody@no-such-host.invalid/nothing' });
      await service.prints(/waiting for the database: .*no-such-host\.invalid/);
      await stop(service);
      expect(waitingFor(service)).toHaveLength(1);
      expect(service.output()).not.toMatch(/serves on|"msg":"ready"|"stack"|\bat .*:\d+:\d+/);
    });
  });

  describe('where the database does not let the service in', () => {
    /** Of the error with which a start ends, which is made in this process. */
    const lineOf = async (url: string): Promise<string> => {
      const config = loadConfig({ LOG_LEVEL: 'error' });
      const app = await createApp(config, url);
      try {
        return errorMessage(
          await app
            .get(DatabaseConnection)
            .connect()
            .catch((error: unknown) => error),
        );
      } finally {
        await app.close();
      }
    };
    /** The embedded PostgreSQL of the tests listens on a Unix socket, over which `pg` does not ask for TLS. */
    const urlByTcp = async ({ url }: TestDatabase): Promise<URL> => {
      const proxy = await openDatabaseProxy(url);
      others.push(() => proxy.close());
      await proxy.restore();
      return new URL(proxy.url);
    };

    it('is one line on stderr, and the service ends', async () => {
      database = await createEmptyDatabase();
      const url = await urlByTcp(database);
      url.password = 'wrong';
      const service = workplace.start({ DATABASE_URL: url.toString() });
      expect(await service.ends()).toEqual({ code: 1, signal: null });
      logOf(service);
      expect(service.stderr()).toMatch(/does not let the service in \(password authentication.*check DATABASE_URL/);
      expect(service.stderr().split('\n')).toHaveLength(2);
    });

    it.each<[string, (url: URL) => unknown, RegExp]>([
      [
        'TLS that the server does not have',
        (url) => url.searchParams.set('sslmode', 'verify-full'),
        /^The database has no TLS .* sslmode=disable in DATABASE_URL/,
      ],
      [
        'no such database',
        (url) => (url.pathname = '/nothing_here'),
        /database does not let the service in .*check DATABASE_URL/,
      ],
      [
        'a user who may not',
        (url) => (url.username = 'nobody_here'),
        /database does not let the service in .*check DATABASE_URL/,
      ],
    ])('is one line, without the password: %s', async (_, change, line) => {
      database = await createEmptyDatabase();
      const url = await urlByTcp(database);
      change(url);
      const printed = await lineOf(url.toString());
      expect(printed).toMatch(line);
      expect(printed).not.toContain('\n');
      expect(url.password).not.toBe('');
      expect(printed).not.toContain(url.password);
    });

    it('is one line: a role without rights', async () => {
      database = await createTestDatabase();
      const role = `nobody_${Date.now()}`;
      await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
      const { query } = database;
      others.push(() => query(`DROP ROLE ${role}`));
      const url = new URL(database.url);
      url.username = role;
      url.password = 'secret';
      const printed = await lineOf(url.toString());
      expect(printed).toMatch(/^The role "nobody_\d+" lacks rights on .*: GRANT /);
      expect(printed).not.toContain('\n');
    });

    it('is one line where the schema is an old one, with the migrations that it lacks, and applies none', async () => {
      database = await createTestDatabase();
      await database.query('DELETE FROM migrations WHERE id = (SELECT max(id) FROM migrations)');
      const before = await database.query('SELECT name FROM migrations');
      expect(await lineOf(database.url)).toMatch(
        /^The database's schema is not up to date \(\w+\d{13} not applied\).*$/,
      );
      expect(await database.query('SELECT name FROM migrations')).toEqual(before);
    });
  });
});

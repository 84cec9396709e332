import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
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

    it('is nothing but JSON lines with DATABASE_URL, and a line tells where the service is', async () => {
      database = await createTestDatabase();
      const service = workplace.start({ DATABASE_URL: database.url, LOG_LEVEL: 'debug', RATE_LIMIT_STORE: 'postgres' });
      const address = await servesAt(service);
      await database
        .query(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        )
        .catch(() => {});
      await until(async () => (await fetch(`${address}/health/ready`)).status === 200);
      await stop(service);

      expect(logOf(service)).toContainEqual(
        expect.objectContaining({ level: 'info', context: 'Service', url: address, msg: 'ready' }),
      );
      expect(service.stderr()).toBe('');
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

    it('is a line for each reason, no line a second, and no stack, until it is there', async () => {
      database = await createTestDatabase();
      const proxy = await openDatabaseProxy(database.url);
      others.push(() => proxy.close());
      const databasePort = Number(new URL(proxy.url).port);
      const port = String(await freePort());
      const service = workplace.start({ DATABASE_URL: proxy.url, PORT: port, RATE_LIMIT_STORE: 'postgres' });
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
      await servesAt(service);
      await stop(service);

      expect(waitingFor(service)).toEqual([
        `waiting for the database: connect ECONNREFUSED 127.0.0.1:${databasePort}`,
        'waiting for the database: the database system is starting up',
      ]);
      expect(service.output()).not.toMatch(/"stack"|\bat .*:\d+:\d+/);
      expect(service.stderr()).toBe('');
    });

    it('is a line where the name of its host does not resolve', async () => {
      const service = workplace.start({ DATABASE_URL: 'postgres://nobody@no-such-host.invalid/nothing' });
      await service.prints(/waiting for the database: .*no-such-host\.invalid/);
      await stop(service);
      expect(waitingFor(service)).toHaveLength(1);
      expect(service.output()).not.toMatch(/"stack"|\bat .*:\d+:\d+/);
    });
  });

  describe('where the database does not let the service in', () => {
    const refused = async (url: string): Promise<string> => {
      const service = workplace.start({ DATABASE_URL: url });
      expect(await service.ends()).toEqual({ code: 1, signal: null });
      logOf(service);
      return service.stderr();
    };

    it.each([
      [
        'a wrong password',
        (url: URL) => (url.password = 'wrong'),
        /does not let the service in \(password authentication/,
      ],
      [
        'TLS that the server does not have',
        (url: URL) => url.searchParams.set('sslmode', 'verify-full'),
        /^The database has no TLS .* sslmode=disable in DATABASE_URL/,
      ],
    ])('is one line on stderr: %s', async (_, change, line) => {
      database = await createEmptyDatabase();
      // The embedded PostgreSQL of the tests listens on a Unix socket, over which `pg` does not ask for TLS.
      const proxy = await openDatabaseProxy(database.url);
      others.push(() => proxy.close());
      await proxy.restore();
      const url = new URL(proxy.url);
      change(url);
      const printed = await refused(url.toString());
      expect(printed).toMatch(line);
      expect(printed.split('\n')).toHaveLength(2);
    });

    it('is one line on stderr: a role without rights', async () => {
      database = await createTestDatabase();
      const role = `nobody_${Date.now()}`;
      await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
      const { query } = database;
      others.push(() => query(`DROP ROLE ${role}`));
      const url = new URL(database.url);
      url.username = role;
      url.password = 'secret';
      const printed = await refused(url.toString());
      expect(printed).toMatch(/^The role "nobody_\d+" lacks rights on .*: GRANT /);
      expect(printed.split('\n')).toHaveLength(2);
    });
  });
});

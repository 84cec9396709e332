import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isAlive } from '../../libs/embedded-postgres/start-lock.ts';
import { until, type Child } from '../support/child.ts';
import { openDatabaseProxy } from '../support/database-proxy.ts';
import { copyNewCluster } from '../support/new-cluster.ts';
import { freePort, servesAt, Workplace } from '../support/service-process.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const KEY = /sk_live_agent_[A-Za-z0-9]{48}/;
/** The command of the document, over four lines. */
const CURL = /^curl -X POST (?:.*\\\n)+.*'$/m;
const CURL_IS_HERE = spawnSync('curl', ['--version']).status === 0;

interface Answer {
  readonly status: number;
  readonly body: {
    readonly success: boolean;
    readonly code?: string;
    readonly data?: Readonly<Record<string, unknown>>;
  };
}

async function call(url: string, key: string, body?: object): Promise<Answer> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const record = (address: string, key: string, event: object): Promise<Answer> =>
  call(`${address}/api/v1/customer-events`, key, { customerExternalId: 'user_42', type: 'drill', ...event });

async function createCustomer(address: string, key: string, externalId: string): Promise<void> {
  const response = await fetch(`${address}/api/v1/customers/${externalId}`, {
    method: 'PATCH',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: `${externalId}@example.com`, name: 'Ada' }),
  });
  expect(response.status).toBe(201);
}

/** The eventIds of the whole timeline, oldest first. */
async function eventIds(address: string, key: string, externalId = 'user_42'): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  for (;;) {
    const { body } = await call(`${address}/api/v1/customers/${externalId}/events?order=asc&limit=200${cursor}`, key);
    const { events, nextCursor } = body.data as { events: { eventId: string }[]; nextCursor: string | null };
    ids.push(...events.map(({ eventId }) => eventId));
    if (nextCursor === null) return ids;
    cursor = `&cursor=${nextCursor}`;
  }
}

/** Processes start slowly where others keep the machine busy. */
jest.setTimeout(120_000);

describe('the service', () => {
  let workplace: Workplace;
  const databases: TestDatabase[] = [];

  beforeEach(() => {
    workplace = new Workplace();
  });
  afterEach(async () => {
    await workplace.close();
    for (const database of databases.splice(0)) await database.drop();
  });

  const database = async (create = createTestDatabase): Promise<TestDatabase> => {
    const created = await create();
    databases.push(created);
    return created;
  };
  /** A key of the app "acme", which is created with it. */
  const newKey = async ({ url }: TestDatabase): Promise<string> => {
    const cli = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await workplace.command(args, { DATABASE_URL: url });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return stdout.trim();
    };
    await cli('apps', 'create', '--slug', 'acme', '--name', 'Acme');
    return cli('keys', 'create', '--app', 'acme', '--name', 'x');
  };
  const stop = async (service: Child): Promise<void> => {
    service.kill('SIGTERM');
    expect(await service.ends()).toEqual({ code: 0, signal: null });
  };
  /** Nothing is left that the service started. */
  const expectNoProcess = (place: Workplace = workplace): void => {
    expect(isAlive(place.postmasterPid())).toBe(false);
    expect(place.processes()).toEqual([]);
  };

  describe('without DATABASE_URL', () => {
    // One folder for these tests, and one service until a test ends it: each start takes a second and more.
    let place: Workplace;
    let first: Child;
    let service: Child;
    let address: string;
    let key: string;

    beforeAll(async () => {
      place = new Workplace();
      first = service = place.start({ LOG_LEVEL: 'debug' });
      [key] = await first.prints(KEY);
      address = await servesAt(first);
    });
    beforeEach(async () => {
      if (isRunning(service)) return;
      service = place.start();
      address = await servesAt(service);
    });
    afterAll(() => place.close());
    const isRunning = ({ process: { exitCode, signalCode } }: Child): boolean =>
      exitCode === null && signalCode === null;
    /** A customer of one test, whose timeline is empty. */
    const newCustomer = async (externalId: string): Promise<string> => {
      await createCustomer(address, key, externalId);
      return externalId;
    };

    it('at its first start prints the curl command of the document, which works when pasted into a shell', async () => {
      const [command] = await first.prints(CURL);
      const documented = {
        success: true,
        data: {
          id: expect.stringMatching(/^c[a-z0-9]{24}$/),
          customerId: expect.stringMatching(/^c[a-z0-9]{24}$/),
          type: 'order.placed',
          payload: { orderId: '1042', total: 99.9 },
          occurredAt: '2026-04-18T10:00:00Z',
          createdAt: expect.stringMatching(/Z$/),
        },
        timestamp: expect.stringMatching(/Z$/),
      };

      const [, url] = /^curl -X POST (\S+)/.exec(command) as unknown as [string, string];
      const [, body] = /-d '(.*)'/.exec(command) as unknown as [string, string];
      const headers = Object.fromEntries(
        [...command.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name, value]) => [name, value]),
      );
      const response = await fetch(url, { method: 'POST', headers, body });
      expect(response.status).toBe(201);
      expect(await response.json()).toEqual(documented);

      if (CURL_IS_HERE) {
        // The command stays as it is: what the test wants to know besides comes from curl's own settings.
        writeFileSync(join(place.folder, '.curlrc'), 'silent\nwrite-out = "\\n%{http_code}"\n');
        const { stdout } = spawnSync('sh', ['-c', command], {
          encoding: 'utf8',
          env: { PATH: process.env.PATH, CURL_HOME: place.folder, NO_PROXY: '*' },
        });
        const [json = '', status] = stdout.split('\n');
        expect(status).toBe('201');
        expect(JSON.parse(json)).toEqual(documented);
      }
      expect(await eventIds(new URL(url).origin, headers['X-API-Key'] as string)).toHaveLength(CURL_IS_HERE ? 2 : 1);
    });

    it('serves the documentation and the health checks', async () => {
      for (const path of ['/docs', '/docs-json', '/health/live', '/health/ready']) {
        expect({ path, status: (await fetch(`${address}${path}`)).status }).toEqual({ path, status: 200 });
      }
    });

    it('ends in order at SIGTERM, leaves no process, and has logged no key, but for the one that it shows', async () => {
      expect((await record(address, key, { eventId: 'kept' })).status).toBe(201);
      await record(address, `${key.slice(0, -1)}_`, {});
      await stop(first);
      expectNoProcess(place);
      expect(first.output().split(key)).toHaveLength(2);
    });

    it('at its second start finds its data, prints no key, and says how to create one', async () => {
      expect(await eventIds(address, key)).toContain('kept');
      expect((await record(address, key, { eventId: 'kept' })).status).toBe(200);
      expect(service.output()).not.toMatch(/sk_live_agent_\w{48}|curl/);
      expect(service.output()).toContain(
        `PostgreSQL is embedded, with its data in ${realpathSync(place.dataDir)}/postgres\n`,
      );
      expect(service.output()).toContain(
        `To create an API key: DATA_DIR=${place.dataDir} npm run --silent cli -- keys create --app demo --name mine\n`,
      );
    });

    it('ends in order at SIGINT, and leaves no process', async () => {
      await Promise.all(Array.from({ length: 20 }, (_, n) => record(address, key, { eventId: `e-${n}` })));
      service.kill('SIGINT');
      expect(await service.ends()).toEqual({ code: 0, signal: null });
      expectNoProcess(place);
    });

    describe('killed with -9 under load', () => {
      const SENDERS = 8;
      const BEFORE_THE_KILL = 150;

      /** Sends until the service is gone; tells what was acknowledged and what nobody knows of. */
      async function ledger(
        customerExternalId: string,
        kill: () => void,
      ): Promise<{ acknowledged: string[]; unknown: string[] }> {
        const acknowledged: string[] = [];
        const unknown: string[] = [];
        let killed = false;
        const send = async (sender: number): Promise<void> => {
          for (let n = 0; unknown.length < SENDERS && acknowledged.length < 20 * BEFORE_THE_KILL; n++) {
            const eventId = `${customerExternalId}-${sender}-${n}`;
            const event = { customerExternalId, eventId, payload: { n } };
            const response = await record(address, key, event).catch(() => null);
            if (response?.status === 201) acknowledged.push(eventId);
            else unknown.push(eventId);
            if (!killed && acknowledged.length >= BEFORE_THE_KILL) {
              killed = true;
              kill();
            }
          }
        };
        await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
        return { acknowledged, unknown };
      }

      it.each<[string, string, () => void, boolean]>([
        ['the service', 'of-service', () => service.kill('SIGKILL'), true],
        ['PostgreSQL', 'of-postgres', () => process.kill(place.postmasterPid(), 'SIGKILL'), false],
        [
          'both of them',
          'of-both',
          () => {
            process.kill(place.postmasterPid(), 'SIGKILL');
            service.kill('SIGKILL');
          },
          true,
        ],
      ])('%s: every acknowledged event is there once, and after retries every event', async (_, name, kill, ends) => {
        const customerExternalId = await newCustomer(name);
        const { acknowledged, unknown } = await ledger(customerExternalId, kill);
        expect(unknown.length).toBeGreaterThan(0);
        if (ends) {
          await service.ends();
          service = place.start();
          address = await servesAt(service);
        }
        // Not readiness: for a second it may still be that of before.
        await until(async () => (await call(`${address}/api/v1/customers/${name}/events`, key)).status === 200);

        const stored = await eventIds(address, key, customerExternalId);
        expect(new Set(stored).size).toBe(stored.length);
        expect(stored).toEqual(expect.arrayContaining(acknowledged));
        const sent = new Set([...acknowledged, ...unknown]);
        expect(stored.filter((eventId) => !sent.has(eventId))).toEqual([]);

        for (const eventId of unknown) {
          const payload = { n: Number(eventId.split('-').at(-1)) };
          const retried = await record(address, key, { customerExternalId, eventId, payload });
          expect(retried.status).toBe(stored.includes(eventId) ? 200 : 201);
        }
        expect((await eventIds(address, key, customerExternalId)).sort()).toEqual([...sent].sort());
      });
    });
  });

  describe('that cannot start', () => {
    it.each(['with its own PostgreSQL', 'with DATABASE_URL'])(
      'as its port is in use, says so in a line, %s',
      async (where) => {
        if (where === 'with its own PostgreSQL') copyNewCluster(workplace.dataDir);
        const other = createServer().listen(0, '127.0.0.1');
        await once(other, 'listening');
        try {
          const { port } = other.address() as AddressInfo;
          const url: Record<string, string> =
            where === 'with DATABASE_URL' ? { DATABASE_URL: (await database()).url } : {};
          const service = workplace.start({ PORT: String(port), ...url });
          expect(await service.ends()).toEqual({ code: 1, signal: null });
          expect(service.output()).toContain(
            `cannot listen on 127.0.0.1:${port} (EADDRINUSE): another program listens there; set PORT`,
          );
          expect(service.output()).not.toMatch(/\n\s+at /);
          expectNoProcess();
        } finally {
          other.close();
        }
      },
    );

    it('as DATA_DIR is a file, says so in a line', async () => {
      writeFileSync(workplace.dataDir, '');
      const service = workplace.start();
      expect(await service.ends()).toEqual({ code: 1, signal: null });
      expect(service.output()).toBe(
        `The embedded PostgreSQL cannot keep its data in ${workplace.dataDir} (EEXIST: ${workplace.dataDir}). ` +
          'Set DATA_DIR to a folder that this user can write to, or DATABASE_URL to a PostgreSQL of your own.\n',
      );
    });

    it('as DATA_DIR cannot be written to, says so in a line', async () => {
      mkdirSync(workplace.dataDir, { mode: 0o555 });
      // Root may write everywhere but to the kernel's own folders.
      const dataDir = process.getuid?.() === 0 ? '/sys/customer-events' : workplace.dataDir;
      const service = workplace.start({ DATA_DIR: dataDir });
      expect(await service.ends()).toEqual({ code: 1, signal: null });
      expect(service.output()).toMatch(
        /^The embedded PostgreSQL cannot keep its data in \S+ \((EACCES|EPERM|EROFS): \S+\)\. .*\n$/,
      );
    });

    it('for bad settings, names them all, and not their values', async () => {
      const { code, stdout, stderr } = await workplace.refusedStart({
        PORT: '70000',
        DATABASE_URL: 'mysql://user:hunter2@db/x',
        MAX_PAYLOAD_BYTES: '64kb',
        RATE_LIMITS: '3/1,x',
        LOG_LEVEL: 'loud',
        DOCS_ENABLED: 'yes',
        DATABASE_POOL_SIZE: '0',
      });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      for (const name of [
        'PORT',
        'DATABASE_URL',
        'MAX_PAYLOAD_BYTES',
        'RATE_LIMITS',
        'LOG_LEVEL',
        'DOCS_ENABLED',
        'DATABASE_POOL_SIZE',
      ]) {
        expect(stderr).toMatch(new RegExp(`^  ${name} must `, 'm'));
      }
      expect(stderr).not.toMatch(/hunter2|\n\s+at /);
      expectNoProcess();
    });

    it('as the schema is not there, says what to do, and changes nothing', async () => {
      const empty = await database(createEmptyDatabase);
      const service = workplace.start({ DATABASE_URL: empty.url });
      expect(await service.ends()).toEqual({ code: 1, signal: null });
      expect(service.output()).toMatch(/not up to date.*Run "npm run migrate", then start again/);
      expect(service.output()).not.toMatch(/\n\s+at /);
      const tables = await empty.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace");
      expect(tables).toEqual([]);
    });
  });

  it('with a DATABASE_URL that cannot be reached yet waits, refuses with 503, and serves as soon as it can', async () => {
    const reachable = await database();
    const key = await newKey(reachable);

    const proxy = await openDatabaseProxy(reachable.url);
    try {
      const address = `http://127.0.0.1:${await freePort()}`;
      const service = workplace.start({ DATABASE_URL: proxy.url, PORT: new URL(address).port });
      await service.prints(/waiting for the database/);
      expect((await fetch(`${address}/health/live`)).status).toBe(200);
      expect((await fetch(`${address}/health/ready`)).status).toBe(503);
      for (const presented of [key, `sk_live_agent_${'x'.repeat(48)}`]) {
        const response = await fetch(`${address}/api/v1/customer-events`, {
          method: 'POST',
          headers: { 'X-API-Key': presented },
          body: '{',
        });
        expect(response.status).toBe(503);
        expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
        expect(await response.json()).toMatchObject({ success: false, code: 'SERVICE_UNAVAILABLE' });
      }
      expect((await call(`${address}/api/v1/auth/whoami`, 'no key')).body.code).toBe('AUTH_API_KEY_INVALID');

      await proxy.restore();
      await servesAt(service);
      expect((await fetch(`${address}/health/ready`)).status).toBe(200);
      expect((await call(`${address}/api/v1/auth/whoami`, key)).status).toBe(200);
      await stop(service);
    } finally {
      await proxy.close();
    }
  });

  it('stores the same instants under any TZ', async () => {
    const shared = await database();
    const key = await newKey(shared);
    const sent = [
      ['2026-04-18T10:00:00Z', '2026-04-18T10:00:00Z'],
      ['2026-04-18', '2026-04-18T00:00:00Z'],
      ['2026-03-08T02:30', '2026-03-08T02:30:00Z'],
      ['2026-11-01T01:30:00.123456', '2026-11-01T01:30:00.123456Z'],
      ['2026-04-18T10:00:00-04:00', '2026-04-18T14:00:00Z'],
      ['0001-01-01', '0001-01-01T00:00:00Z'],
      ['1883-11-18T12:00', '1883-11-18T12:00:00Z'],
      ['9999-12-31T23:59:59.999999', '9999-12-31T23:59:59.999999Z'],
    ] as const;
    // West and east of UTC, in which the services of all other tests run.
    const zones = ['America/New_York', 'Asia/Kolkata'];
    for (const zone of zones) {
      const service = workplace.start({ DATABASE_URL: shared.url, TZ: zone, PGTZ: zone });
      const address = await servesAt(service);
      if (zone === zones[0]) await createCustomer(address, key, 'user_42');
      for (const [n, [occurredAt, instant]] of sent.entries()) {
        const response = await record(address, key, { occurredAt, eventId: `${n}` });
        expect(response.status).toBe(zone === zones[0] ? 201 : 200);
        expect(response.body.data?.occurredAt).toBe(instant);
      }
      const now = Date.now();
      const { body } = await record(address, key, { eventId: `now-${zones.indexOf(zone)}` });
      expect(Math.abs(Date.parse(body.data?.occurredAt as string) - now)).toBeLessThan(600_000);
      await stop(service);
    }
    const rows = await shared.query<{ text: string }>(
      `SELECT to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS text
       FROM customer_events WHERE event_id ~ '^\\d$' ORDER BY event_id`,
    );
    expect(rows.map(({ text }) => `${text.replace('.000000', '')}Z`)).toEqual(sent.map(([, instant]) => instant));
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startServiceOn } from '../support/test-service.ts';
import { outcomeOf, type CommandOutcome } from '../support/command-runner.ts';
import { servesAt, Workplace } from '../support/service-process.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const ID = /^c[a-z0-9]{24}$/;
const AGENT_KEY = /^sk_live_agent_[A-Za-z0-9]{48}$/;
const PUBLIC_KEY = /^pk_live_[A-Za-z0-9]{48}$/;

/** Some commands have a process to themselves. */
jest.setTimeout(120_000);

describe('the operator commands', () => {
  let workplace: Workplace;
  let database: TestDatabase;
  let service: Awaited<ReturnType<typeof startServiceOn>>;

  const cliWith = (settings: Record<string, string>, ...args: string[]): Promise<CommandOutcome> =>
    workplace.command(args, settings);
  const cli = (...args: string[]): Promise<CommandOutcome> => cliWith({ DATABASE_URL: database.url }, ...args);
  const alone = (...args: string[]): Promise<CommandOutcome> =>
    outcomeOf(workplace.cli(args, { DATABASE_URL: database.url }));
  /** A command that succeeds, and what it prints, without its line end. */
  const done = async (...args: string[]): Promise<string> => {
    const outcome = await cli(...args);
    expect(outcome).toEqual({ code: 0, stdout: expect.any(String), stderr: '' });
    return outcome.stdout.replace(/\n$/, '');
  };
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await done(...args, '--json')) as T;
  /** A command that is refused: nothing on stdout, a message and no stack on stderr. */
  const refused = async (...args: string[]): Promise<string> => {
    const outcome = await cli(...args);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/\S/);
    expect(outcome.stderr).not.toMatch(/\n\s+at |node_modules/);
    return outcome.stderr;
  };
  const whoami = (key: string) => service.get('/auth/whoami', { 'X-API-Key': key });

  beforeAll(async () => {
    workplace = new Workplace();
    database = await createTestDatabase();
    service = await startServiceOn(database);
    await done('apps', 'create', '--slug', 'acme', '--name', 'Acme');
  });
  afterAll(async () => {
    await service.close();
    await workplace.close();
    await database.drop();
  });

  describe('apps', () => {
    it('create prints the app, and list finds it, in the order of the slugs', async () => {
      expect(await done('apps', 'create', '--slug', 'zebra', '--name', 'Zebra & Söhne')).toMatch(
        /^c[a-z0-9]{24} {2}zebra {2}Zebra & Söhne$/,
      );
      const created = await json<{ id: string }>('apps', 'create', '--slug', 'a-1', '--name', 'A');
      expect(created).toEqual({
        id: expect.stringMatching(ID),
        slug: 'a-1',
        name: 'A',
        createdAt: expect.stringMatching(/Z$/),
        suspendedAt: null,
        deletionStartedAt: null,
      });
      const listed = await json<{ slug: string }[]>('apps', 'list');
      expect(listed.map(({ slug }) => slug)).toEqual(['a-1', 'acme', 'zebra']);
      expect(listed).toContainEqual(created);
      expect((await done('apps', 'list')).split('\n')).toHaveLength(3);
    });

    it('create refuses a slug that is none or taken, and a missing name', async () => {
      expect(await refused('apps', 'create', '--slug', 'Acme Inc.', '--name', 'x')).toMatch(/^A slug has 1 to 63 /);
      expect(await refused('apps', 'create', '--slug', 'acme', '--name', 'Again')).toBe(
        'There is an app "acme" already\n',
      );
      expect(await refused('apps', 'create', '--slug', 'nameless')).toMatch(/--name/);
    });
  });

  describe('limits', () => {
    it('of an app are set, shown, shared by its keys, and taken back', async () => {
      await done('apps', 'create', '--slug', 'limited', '--name', 'Limited');
      const line = await done('apps', 'set', '--slug', 'limited', '--event-limits', '5/600', '--read-limits', '7/600');
      expect(line).toMatch(/ {2}limited {2}Limited {2}events 5\/600 {2}reads 7\/600$/);
      expect(await done('apps', 'list')).toContain(line);
      const keys = [
        await done('keys', 'create', '--app', 'limited', '--name', 'a'),
        await done('keys', 'create', '--app', 'limited', '--name', 'b'),
      ];
      for (let n = 0; n < 7; n++) await whoami(keys[n % 2] as string).expect(200);
      const refusal = await whoami(keys[0] as string).expect(429);
      expect(refusal.headers['ratelimit-policy']).toBe('"app-7-per-600s";q=7;w=600');
      await whoami(keys[1] as string).expect(429);
      expect(await json('apps', 'set', '--slug', 'limited', '--read-limits', 'default')).toMatchObject({
        slug: 'limited',
        eventLimits: '5/600',
      });
      await whoami(keys[0] as string).expect(200);
    });

    it('of a key are set when it is made, and shown', async () => {
      const create = ['keys', 'create', '--app', 'acme', '--name', 'limited'];
      const key = await done(...create, '--limit', 'none', '--read-limit', '1/600,2/700');
      expect((await whoami(key).expect(200)).headers.ratelimit).toMatch(/^"1-per-600s";r=0;t=600, "2-per-700s";r=1;/);
      await whoami(key).expect(429);
      expect(await done('keys', 'list', '--app', 'acme')).toMatch(/ {2}none {2,}1\/600,2\/700 {2}all {2,}limited$/m);
      const listed = await json<{ prefix: string }[]>('keys', 'list', '--app', 'acme');
      expect(listed).toContainEqual(expect.objectContaining({ eventLimits: 'none', readLimits: '1/600,2/700' }));
    });

    it('that cannot be read, or of no app, are refused', async () => {
      expect(await refused('apps', 'set', '--slug', 'acme', '--read-limits', '5')).toMatch(
        /expected how many\/seconds/,
      );
      expect(await refused('apps', 'set', '--slug', 'nobody', '--read-limits', '5/1')).toBe(
        'There is no app "nobody"\n',
      );
    });
  });

  describe('keys', () => {
    it('create prints the key, and nothing else; it works', async () => {
      const key = await done('keys', 'create', '--app', 'acme', '--name', 'backend');
      expect(key).toMatch(AGENT_KEY);
      const response = await whoami(key).expect(200);
      expect(response.body.data).toMatchObject({ slug: 'acme', keyType: 'agent' });
    });

    it('create makes public keys, too, which server routes know and refuse', async () => {
      const key = await done('keys', 'create', '--app', 'acme', '--name', 'page', '--type', 'public');
      expect(key).toMatch(PUBLIC_KEY);
      expect((await whoami(key)).body.code).toBe('AUTH_API_KEY_FORBIDDEN');
    });

    it('create --json tells all that is known of the key', async () => {
      const created = await json<{ key: string; prefix: string }>(
        'keys',
        'create',
        '--app',
        'acme',
        '--name',
        'ci',
        '--expires',
        '2127-01-01',
      );
      expect(created).toEqual({
        id: expect.stringMatching(ID),
        app: 'acme',
        name: 'ci',
        type: 'agent',
        prefix: expect.stringMatching(/^sk_live_agent_.{4}$/),
        createdAt: expect.stringMatching(/Z$/),
        expiresAt: '2127-01-01T00:00:00.000Z',
        revokedAt: null,
        lastUsedAt: null,
        replacedBy: null,
        scopes: null,
        key: expect.stringMatching(AGENT_KEY),
      });
      expect(created.key.startsWith(created.prefix)).toBe(true);
      await whoami(created.key).expect(200);
    });

    it.each(['2020-01-01', '2026-02-30'])('create refuses to let one expire at %s', async (expires) => {
      expect(await refused('keys', 'create', '--app', 'acme', '--name', 'x', '--expires', expires)).toMatch(
        /expiry date is in the past|expected a date/,
      );
    });

    it('create refuses an unknown app and another type', async () => {
      expect(await refused('keys', 'create', '--app', 'nobody', '--name', 'x')).toBe('There is no app "nobody"\n');
      expect(await refused('keys', 'create', '--app', 'acme', '--name', 'x', '--type', 'root')).toMatch(
        /agent, public/,
      );
    });

    it('list tells what there is, and never an agent key', async () => {
      await done('apps', 'create', '--slug', 'lists', '--name', 'Lists');
      const pageKey = expect.objectContaining({
        ...{ name: 'agent page', type: 'public', publicKey: expect.stringMatching(PUBLIC_KEY) },
      });
      expect(await json('keys', 'list', '--app', 'lists')).toEqual([pageKey]);
      const first = await done('keys', 'create', '--app', 'lists', '--name', 'first');
      const second = await done('keys', 'create', '--app', 'lists', '--name', 'second', '--expires', '2127-01-01');
      const text = await done('keys', 'list', '--app', 'lists');
      expect(text).toMatch(
        /^c\S{24} {2}sk_live_agent_\S{4}… {2}agent {3}valid {2}\S+Z .* first\nc\S{24} .* 2127-01-01T00:00:00.000Z .* second\nc\S{24} {2}pk_live_.* agent page$/,
      );
      for (const key of [first, second]) expect(text).not.toContain(key);
      const all = await json<Record<string, unknown>[]>('keys', 'list', '--app', 'lists');
      expect(all.map(({ name }) => name)).toEqual(['first', 'second', 'agent page']);
      for (const key of all) expect(Object.keys(key)).not.toContain('key');
    });

    it('revoke ends a key, also a second time', async () => {
      const { id, key } = await json<{ id: string; key: string }>(
        'keys',
        'create',
        '--app',
        'acme',
        '--name',
        'leaked',
      );
      await whoami(key).expect(200);
      const warning = expect.stringMatching(/^Warning: this key was in use at .*\n$/);
      expect(await cli('keys', 'revoke', id)).toEqual({ code: 0, stdout: `revoked ${id}\n`, stderr: warning });
      expect((await whoami(key)).body.code).toBe('AUTH_API_KEY_INVALID');
      const text = await done('keys', 'list', '--app', 'acme');
      expect(text).toMatch(new RegExp(`^${id} .* revoked \\S+Z .* leaked$`, 'm'));
      expect(await json('keys', 'revoke', id)).toEqual({ id, revoked: true });
      expect(await done('keys', 'list', '--app', 'acme')).toBe(text);
    });

    it('revoke refuses an id that is none', async () => {
      expect(await refused('keys', 'revoke', 'c000000000000000000000000')).toMatch(/There is no key with the id/);
    });
  });

  describe('migrate', () => {
    it('brings an empty database up to date, then has nothing to do; the service starts on it', async () => {
      const empty = await createEmptyDatabase();
      try {
        const settings = { DATABASE_URL: empty.url };
        const first = await cliWith(settings, 'migrate');
        expect(first).toEqual({ code: 0, stdout: expect.stringMatching(/^(applied \w+\n)+$/), stderr: '' });
        expect(await cliWith(settings, 'migrate', '--json')).toEqual({
          code: 0,
          stdout: '{"applied":[]}\n',
          stderr: '',
        });
        await (await startServiceOn(empty)).close();
      } finally {
        await empty.drop();
      }
    });

    it('goes to MIGRATIONS_DATABASE_URL where it is set', async () => {
      const empty = await createEmptyDatabase();
      try {
        const outcome = await cliWith(
          { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/pooler', MIGRATIONS_DATABASE_URL: empty.url },
          'migrate',
          '--json',
        );
        expect(outcome).toMatchObject({ code: 0, stderr: '' });
        expect((JSON.parse(outcome.stdout) as { applied: string[] }).applied.length).toBeGreaterThan(0);
      } finally {
        await empty.drop();
      }
    });
  });

  describe('tell in a line why they cannot', () => {
    it('where the schema is not there', async () => {
      const empty = await createEmptyDatabase();
      try {
        const outcome = await cliWith({ DATABASE_URL: empty.url }, 'apps', 'list');
        expect(outcome).toEqual({
          code: 1,
          stdout: '',
          stderr: expect.stringMatching(/^The database's schema is not up to date.*npm run migrate.*\n$/),
        });
      } finally {
        await empty.drop();
      }
    });

    it.each([['apps', 'list'], ['migrate']])('where the database is away: %s', async (...args) => {
      const outcome = await cliWith({ DATABASE_URL: 'postgres://user:hunter2@127.0.0.1:1/nothing' }, ...args);
      expect(outcome).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(/^The database cannot be reached: [^\n]*\n$/),
      });
      expect(outcome.stderr).not.toContain('hunter2');
    });

    it('where a setting is wrong', async () => {
      const outcome = await cliWith({ DATABASE_URL: 'nonsense' }, 'apps', 'list');
      expect(outcome).toMatchObject({ code: 1, stdout: '' });
      expect(outcome.stderr).toMatch(/^This setting cannot be used: DATABASE_URL must look like .*\n$/);
    });

    it('where the command is none, with help', async () => {
      for (const args of [['nothing'], ['keys']]) expect(await refused(...args)).toMatch(/Usage: cli/);
    });
  });

  it('print help on stdout where it is asked for', async () => {
    expect(await done('--help')).toMatch(/migrate[^]*apps[^]*keys/);
  });

  it('have the same exit status and output in a process to themselves', async () => {
    const all = [
      ['keys', 'create', '--app', 'acme'],
      ['apps', 'list'],
      ['keys', 'list', '--app', 'nobody'],
    ];
    const expected = [];
    for (const args of all) expected.push(await cli(...args));
    expect(expected.map(({ code }) => code)).toEqual([1, 0, 1]);
    expect(await Promise.all(all.map((args) => alone(...args)))).toEqual(expected);
  });

  it('work while a service runs on the embedded PostgreSQL, and leave it running', async () => {
    const embedded = Workplace.withCluster();
    try {
      const child = embedded.start();
      const address = await servesAt(child);
      const pid = embedded.postmasterPid();
      const succeeded = ({ code, stdout, stderr }: CommandOutcome): string => {
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return stdout.trim();
      };
      const run = async (...args: string[]): Promise<string> => succeeded(await embedded.command(args));
      expect(await run('migrate')).toBe('nothing to do');
      expect(await run('apps', 'list')).toMatch(/ demo /);
      const key = await run('keys', 'create', '--app', 'demo', '--name', 'second');
      expect(key).toMatch(AGENT_KEY);
      expect((await fetch(`${address}/api/v1/auth/whoami`, { headers: { 'X-API-Key': key } })).status).toBe(200);
      expect(embedded.postmasterPid()).toBe(pid);

      child.kill('SIGTERM');
      expect(await child.ends()).toEqual({ code: 0, signal: null });
      const list = await outcomeOf(embedded.cli(['keys', 'list', '--app', 'demo', '--json']));
      const keys = JSON.parse(succeeded(list)) as { type: string }[];
      expect(keys.map(({ type }) => type)).toEqual(['agent', 'agent', 'public']);
      expect(embedded.processes()).toEqual([]);
    } finally {
      await embedded.close();
    }
  });

  afterEach(() => service.get('/auth/whoami').expect(401));
});

import { readFileSync } from 'node:fs';
import { userInfo, hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { runCommand, type Outcome } from '../support/command-line.ts';
import { startTestService, withKey, type TestService } from '../support/test-service.ts';

const AGENT_KEY = /^sk_live_agent_[A-Za-z0-9]{48}$/;
const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const DAY = 86_400_000;

interface KeyJson {
  readonly id: string;
  readonly key: string;
  readonly [field: string]: unknown;
}

describe('the commands for apps and keys', () => {
  let service: TestService;

  const cli = (...args: string[]): Promise<Outcome> => runCommand({ DATABASE_URL: service.database.url }, ...args);
  /** What a command prints that succeeds and has nothing to tell besides. */
  const done = async (...args: string[]): Promise<string> => {
    const outcome = await cli(...args);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    return outcome.stdout.replace(/\n$/, '');
  };
  const json = async <T = KeyJson>(...args: string[]): Promise<T> => JSON.parse(await done(...args, '--json')) as T;
  /** What a command says that is refused before it does anything. */
  const refused = async (...args: string[]): Promise<string> => {
    const outcome = await cli(...args);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    return outcome.stderr;
  };
  const createKey = (...args: string[]): Promise<KeyJson> =>
    json('keys', 'create', '--app', 'acme', '--name', 'x', ...args);
  const whoami = (key: string) => withKey(service, key).get('/auth/whoami');
  const listed = async (id: string): Promise<string | undefined> =>
    (await done('keys', 'list', '--app', 'acme')).split('\n').find((line) => line.startsWith(id));

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('tell their version, without a database', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await cli('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('are recorded in the name of the account and the machine', async () => {
    const { id, appId } = {
      ...(await createKey()),
      appId: (await service.app.get(KeyAdministration).appOf('acme')).id,
    };
    const entry = (await auditEntriesOf(service.database, appId)).find(({ subject }) => subject === id);
    const actor = { kind: 'operator', id: `${userInfo().username}@${hostname()}`, requestId: null };
    expect(entry).toMatchObject({ action: 'key.created', actor });
  });

  describe('keys list', () => {
    it('has a line for each key in aligned columns, the id first and the name last', async () => {
      await done('apps', 'create', '--slug', 'columns', '--name', 'Columns');
      const create = ['keys', 'create', '--app', 'columns', '--name'];
      await done(...create, 'short 😀', '--scopes', 'support');
      await done(...create, 'b', '--type', 'public', '--expires', '2127-01-01', '--limit', '1000/1,20000/60');
      const lines = (await done('keys', 'list', '--app', 'columns')).split('\n');
      expect(lines.map((line) => line.replaceAll(new RegExp(INSTANT, 'g'), 'INSTANT'))).toEqual([
        expect.stringMatching(
          /^c\w{24} {2}sk_live_agent_\w{4}… {2}agent {3}valid {2}INSTANT {2}- {2}- {25}- {16}- {2}support {2}short 😀$/,
        ),
        expect.stringMatching(
          /^c\w{24} {2}pk_live_\w{4}… {8}public {2}valid {2}INSTANT {2}- {2}- {25}- {16}- {2}- {8}agent page$/,
        ),
        expect.stringMatching(
          /^c\w{24} {2}pk_live_\w{4}… {8}public {2}valid {2}INSTANT {2}- {2}INSTANT {2}1000\/1,20000\/60 {2}- {2}- {8}b$/,
        ),
      ]);
    });

    it('tells when a key was last used, and what has become of it', async () => {
      const used = await createKey();
      await whoami(used.key).expect(200);
      expect(await listed(used.id)).toMatch(new RegExp(`  valid  ${INSTANT}  ${INSTANT}  `));
      await service.database.query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", [
        used.id,
      ]);
      expect(await listed(used.id)).toMatch(/ {2}expired /);
      const revoked = await createKey();
      await done('keys', 'revoke', revoked.id);
      expect(await listed(revoked.id)).toMatch(new RegExp(`  revoked ${INSTANT}  `));
    });
  });

  describe('keys set', () => {
    it('changes the expiry, the name and the limits of a key that exists', async () => {
      const { id, key } = await createKey();
      const changed = await json(
        'keys',
        'set',
        id,
        '--expires',
        '2127-01-01',
        '--name',
        'web',
        '--read-limit',
        '1/600',
      );
      expect(changed).toMatchObject({ id, name: 'web', expiresAt: '2127-01-01T00:00:00.000Z', readLimits: '1/600' });
      await whoami(key).expect(200);
      await whoami(key).expect(429);
      expect(await json('keys', 'set', id, '--expires', 'never', '--read-limit', 'default')).toEqual(
        expect.not.objectContaining({ readLimits: expect.anything() }),
      );
      await whoami(key).expect(200);
      expect(await done('keys', 'set', id, '--limit', 'none')).toMatch(new RegExp(`^${id} .*  none  -  all  web$`));
    });

    it.each<[string, string[], RegExp]>([
      ['nothing to change', [], /^Say what to change: --name, --expires, --scopes, --limit or --read-limit\n$/],
      ['a past expiry', ['--expires', '2020-01-01'], /^The expiry date is in the past\n$/],
      ['an impossible date', ['--expires', '2026-02-30'], /--expires.*expected a date or an instant.*never/],
      ['limits that are none', ['--limit', '5'], /--limit.*expected how many\/seconds/],
      ['an empty name', ['--name', ' '], /^A key needs a name\n$/],
      ['a name of two lines', ['--name', 'a\nb'], /^A name has no control characters/],
    ])('refuses %s', async (_, args, message) => {
      const { id } = await createKey();
      expect(await refused('keys', 'set', id, ...args)).toMatch(message);
    });

    it('refuses a key that is none, and one that is revoked', async () => {
      expect(await refused('keys', 'set', 'nothing', '--name', 'x')).toBe('There is no key with the id "nothing"\n');
      const { id } = await createKey();
      await done('keys', 'revoke', id);
      expect(await refused('keys', 'set', id, '--expires', 'never')).toMatch(/is revoked; create a new one\n$/);
    });
  });

  describe('the scopes of a key', () => {
    /** What the entries of the audit trail about a key say of its scopes. */
    const recordedScopes = async (id: string): Promise<unknown[]> => {
      const { id: appId } = await service.app.get(KeyAdministration).appOf('acme');
      const entries = (await auditEntriesOf(service.database, appId)).filter(({ subject }) => subject === id);
      return entries.map(({ action, details }) => [action, details?.scopes]);
    };

    it.each<[string, string, string[] | null]>([
      ['write', 'write', ['events:write', 'customers:write']],
      ['read', 'read', ['customers:read', 'timeline:read']],
      ['support', 'support', ['customers:read', 'timeline:read', 'sessions:create']],
      ['all', 'all', null],
      ['audit:read,timeline:read', 'timeline:read,audit:read', ['timeline:read', 'audit:read']],
    ])('are set by --scopes %s, shown, and recorded', async (text, shown, scopes) => {
      const { id, ...key } = await createKey('--scopes', text);
      expect(key.scopes).toEqual(scopes);
      expect(await listed(id)).toMatch(new RegExp(`  ${shown} +x$`));
      expect(await recordedScopes(id)).toEqual([['key.created', scopes === null ? null : scopes.join(',')]]);
    });

    it('are all where none are named', async () => {
      expect(await createKey()).toMatchObject({ scopes: null });
    });

    it('are changed, and taken back to all, for a key that is in use', async () => {
      const { id, key } = await createKey();
      const read = () => withKey(service, key).get('/customers/user_42');
      await read().expect(200);
      expect(await json('keys', 'set', id, '--scopes', 'write')).toMatchObject({
        scopes: ['events:write', 'customers:write'],
      });
      const { body } = await read().expect(403);
      expect(body).toMatchObject({ code: 'AUTH_API_KEY_FORBIDDEN', details: { scope: ['needs customers:read'] } });
      await whoami(key).expect(200);
      expect(await done('keys', 'set', id, '--scopes', 'all')).toMatch(/ {2}all {2}x$/);
      await read().expect(200);
      expect(await recordedScopes(id)).toEqual([
        ['key.created', null],
        ['key.changed', 'events:write,customers:write'],
        ['key.changed', null],
      ]);
    });

    it('go over to the key that takes its place', async () => {
      const { id } = await createKey('--scopes', 'read');
      expect(await json('keys', 'rotate', id)).toMatchObject({ scopes: ['customers:read', 'timeline:read'] });
    });

    it.each([
      ['timeline.read', /--scopes.*"timeline.read" is no scope; did you mean timeline:read\?/],
      ['read,root', /--scopes.*"root" is no scope; expected all, or one or more of write, read, support, events:write/],
      ['', /--scopes.*a scope is empty/],
    ])('are refused where one is none: %j', async (text, message) => {
      expect(await refused('keys', 'create', '--app', 'acme', '--name', 'x', '--scopes', text)).toMatch(message);
      const { id } = await createKey('--scopes', 'read');
      expect(await refused('keys', 'set', id, '--scopes', text)).toMatch(message);
      expect(await listed(id)).toMatch(/ {2}read +x$/);
    });

    it('are refused for a public key, which opens nothing', async () => {
      const message =
        /^A public key takes no scopes, since it opens nothing; leave --scopes out, or use an agent key\n$/;
      const create = ['keys', 'create', '--app', 'acme', '--name', 'page', '--type', 'public'];
      for (const scopes of ['read', 'all']) expect(await refused(...create, '--scopes', scopes)).toMatch(message);
      const { id, ...key } = await json(...create);
      expect(key).toMatchObject({ publicKey: key.key, key: expect.stringMatching(/^pk_live_/) });
      expect(await refused('keys', 'set', id, '--scopes', 'all')).toMatch(message);
    });
  });

  describe('keys rotate', () => {
    it('prints the new key alone on stdout, and on stderr what becomes of both', async () => {
      const { id, key } = await createKey();
      const { code, stdout, stderr } = await cli('keys', 'rotate', id, '--grace', 'PT1H');
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(
          new RegExp(`^The old key ${id} works until ${INSTANT}; the new one is c\\w{24}, and never expires.\\n$`),
        ),
      });
      const young = stdout.trim();
      expect(young).toMatch(AGENT_KEY);
      await whoami(key).expect(200);
      await whoami(young).expect(200);
      expect(await listed(id)).toMatch(/ {2}replaced /);
    });

    it('leaves the old key a day unless something else is said', async () => {
      const { id } = await createKey();
      const rotated = await json('keys', 'rotate', id);
      expect(rotated).toMatchObject({ replaces: id, key: expect.stringMatching(AGENT_KEY), replacedBy: null });
      const left = Date.parse(rotated.oldKeyEndsAt as string) - Date.now();
      expect(Math.abs(left - DAY)).toBeLessThan(60_000);
    });

    it('ends the old key at once with PT0S', async () => {
      const { id, key } = await createKey();
      const { stdout, stderr } = await cli('keys', 'rotate', id, '--grace', 'PT0S', '--expires', '2127-01-01');
      expect(stderr).toMatch(/^The old key \S+ is revoked; .* and expires at 2127-01-01T00:00:00.000Z.\n$/);
      await whoami(key).expect(401);
      await whoami(stdout.trim()).expect(200);
    });

    it.each(['P31D', 'PT0M', '1h', '', 'P1Y', '-PT1H'])('refuses the grace period %j', async (grace) => {
      const { id } = await createKey();
      expect(await refused('keys', 'rotate', id, '--grace', grace)).toMatch(
        /--grace.*from PT0S to P30D, such as PT24H/,
      );
      expect(await listed(id)).toMatch(/ {2}valid /);
    });

    it('refuses a key that is replaced already, and names the one in its place', async () => {
      const { id } = await createKey();
      const { id: young } = await json('keys', 'rotate', id);
      expect(await refused('keys', 'rotate', id)).toBe(
        `The key "${id}" is replaced already; rotate the one that took its place, "${young}"\n`,
      );
    });
  });

  describe('keys revoke', () => {
    it('warns where the key was in use within the last ten minutes, and revokes it', async () => {
      const { id, key } = await createKey();
      await whoami(key).expect(200);
      const outcome = await cli('keys', 'revoke', id);
      expect(outcome).toMatchObject({ code: 0, stdout: `revoked ${id}\n` });
      expect(outcome.stderr).toMatch(
        new RegExp(`^Warning: this key was in use at ${INSTANT}, less than 10 minutes ago. `),
      );
      await whoami(key).expect(401);
      // A second time there is nothing to warn of.
      expect(await done('keys', 'revoke', id)).toBe(`revoked ${id}`);
    });

    it('does not warn where the last use is longer ago, or there was none', async () => {
      const [unused, old] = [await createKey(), await createKey()];
      await service.database.query("UPDATE api_keys SET last_used_at = now() - interval '601 seconds' WHERE id = $1", [
        old.id,
      ]);
      for (const { id } of [unused, old]) expect(await done('keys', 'revoke', id)).toBe(`revoked ${id}`);
    });
  });

  describe('apps', () => {
    it('suspend and resume: its keys are refused, and accepted again', async () => {
      const line = await done('apps', 'suspend', '--slug', 'other');
      expect(line).toMatch(new RegExp(`^c\\w{24}  other  Other  suspended since ${INSTANT}$`));
      expect(await done('apps', 'list')).toContain(line);
      await whoami(service.otherKey).expect(403);
      expect(await json('apps', 'suspend', '--slug', 'other')).toMatchObject({ suspendedAt: line.slice(-24) });
      expect(await json('apps', 'resume', '--slug', 'other')).toMatchObject({ slug: 'other', suspendedAt: null });
      await whoami(service.otherKey).expect(200);
    });

    it('rename: whoami tells the new names, and the key stays the same', async () => {
      const rename = ['apps', 'rename', '--slug'];
      expect(await done(...rename, 'other', '--to-name', 'Another Ltd.', '--to-slug', 'another')).toMatch(
        /^c\w{24} {2}another {2}Another Ltd\.$/,
      );
      const { body } = await whoami(service.otherKey).expect(200);
      expect(body.data).toMatchObject({ slug: 'another', name: 'Another Ltd.' });
      expect(await refused(...rename, 'other', '--to-name', 'x')).toBe('There is no app "other"\n');
      expect(await refused(...rename, 'another', '--to-slug', 'acme')).toBe('There is an app "acme" already\n');
      expect(await refused(...rename, 'another', '--to-slug', 'A')).toMatch(/^A slug has/);
      expect(await refused(...rename, 'another')).toBe('Say what to change: --to-name or --to-slug\n');
      await done(...rename, 'another', '--to-slug', 'other', '--to-name', 'Other');
    });

    it('set takes limits back with "default", which is not "none"', async () => {
      const set = ['apps', 'set', '--slug', 'other', '--event-limits'];
      expect(await json(...set, '5/600')).toMatchObject({ eventLimits: '5/600' });
      expect(await json(...set, 'none')).toMatchObject({ eventLimits: 'none' });
      expect(await json(...set, 'default')).not.toHaveProperty('eventLimits');
    });

    it('set names the sites that may show the pages of an app, and takes them back', async () => {
      const set = ['apps', 'set', '--slug', 'other', '--embed-origins'];
      const line = await done(...set, 'https://Acme.Zendesk.com, https://*.acme.com:443,https://acme.zendesk.com');
      expect(line).toMatch(/ {2}Other {2}shown by https:\/\/acme.zendesk.com,https:\/\/\*.acme.com$/);
      expect(await done('apps', 'list')).toContain(line);
      const app = (await json<{ slug: string }[]>('apps', 'list')).find(({ slug }) => slug === 'other');
      expect(app).toMatchObject({ embedOrigins: ['https://acme.zendesk.com', 'https://*.acme.com'] });
      expect(await json(...set, 'http://localhost:8080', '--event-limits', '5/600')).toMatchObject({
        ...{ embedOrigins: ['http://localhost:8080'], eventLimits: '5/600' },
      });
      expect(await json(...set, 'none', '--event-limits', 'default')).not.toHaveProperty('embedOrigins');
      const { id } = await service.app.get(KeyAdministration).appOf('other');
      const entries = (await auditEntriesOf(service.database, id)).filter(({ action }) => action === 'origins.set');
      expect(entries.map(({ details }) => details)).toEqual([
        { embedOrigins: 'https://acme.zendesk.com,https://*.acme.com', embedOriginsBefore: 'none' },
        {
          embedOrigins: 'http://localhost:8080',
          embedOriginsBefore: 'https://acme.zendesk.com,https://*.acme.com',
        },
        { embedOrigins: 'none', embedOriginsBefore: 'http://localhost:8080' },
      ]);
    });

    it('set refuses sites that are none, by their names, and changes nothing then', async () => {
      const set = ['apps', 'set', '--slug', 'other', '--event-limits', '7/600', '--embed-origins'];
      const message = await refused(...set, 'https://acme.com,*,acme.com');
      expect(message).toMatch(/"\*" would be every site/);
      expect(message).toMatch(/"acme.com" has no scheme; did you mean https:\/\/acme.com\?/);
      expect(await refused('apps', 'set', '--slug', 'nobody', '--embed-origins', 'none')).toBe(
        'There is no app "nobody"\n',
      );
      expect(await done('apps', 'list')).toMatch(/ {2}other {2}Other$/m);
    });

    it('set refuses to change nothing', async () => {
      expect(await refused('apps', 'set', '--slug', 'acme')).toBe(
        'Say what to change: --event-limits, --read-limits or --embed-origins\n',
      );
    });

    it.each(['suspend', 'resume'])('%s refuses an app that is none', async (command) => {
      expect(await refused('apps', command, '--slug', 'nobody')).toBe('There is no app "nobody"\n');
      expect(await refused('apps', command)).toMatch(/--slug/);
    });
  });
});

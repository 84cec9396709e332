import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomId } from '../../libs/kernel/ids.ts';
import { KEEP_ALL, parseRetentionRules } from '../../libs/retention/retention-rules.ts';
import type { ApiKeyStore } from '../../src/api-keys/application/api-key-store.port.ts';
import { newSecretKey, sha256OfKey, shownPrefix, type ApiKey, type App } from '../../src/api-keys/domain/api-key.ts';
import { auditEntry, type AuditAction, type AuditEntry } from '../../src/platform/audit/audit-entry.ts';
import { SCOPES } from '../../src/platform/access/scopes.ts';

const UNLIMITED = { eventLimits: null, readLimits: null };
const WINDOWS = [
  { units: 1_000, seconds: 1 },
  { units: 5_000, seconds: 60 },
];

export interface ApiKeyStores {
  readonly keys: ApiKeyStore;
  /** What was recorded about an app, the oldest entry first. */
  entriesOf(appId: string): Promise<AuditEntry[]>;
}

/** What every ApiKeyStore does. */
export function apiKeyStoreContract(open: () => ApiKeyStores): void {
  describe('as an ApiKeyStore', () => {
    let keys: ApiKeyStore;
    let entriesOf: ApiKeyStores['entriesOf'];
    let app: App;

    const anApp = (fields: Partial<App> = {}): App => ({
      id: randomId(),
      slug: `acme-${randomId()}`,
      name: 'Acme',
      ...UNLIMITED,
      retention: KEEP_ALL,
      createdAt: 1_000,
      suspendedAt: null,
      deletionStartedAt: null,
      embedOrigins: [],
      ...fields,
    });
    const aKey = (fields: Partial<ApiKey> = {}): ApiKey => {
      const secret = newSecretKey('agent');
      return {
        id: randomId(),
        app,
        name: 'backend',
        type: 'agent',
        prefix: shownPrefix(secret, 'agent'),
        sha256: sha256OfKey(secret),
        expiresAt: null,
        revokedAt: null,
        lastUsedAt: null,
        createdAt: 1_000,
        replacedBy: null,
        scopes: null,
        publicKey: null,
        ...UNLIMITED,
        ...fields,
      };
    };
    const aPublicKey = (fields: Partial<ApiKey> = {}): ApiKey => {
      const publicKey = newSecretKey('public');
      const prefix = shownPrefix(publicKey, 'public');
      return aKey({ type: 'public', prefix, sha256: sha256OfKey(publicKey), publicKey, ...fields });
    };
    const entry = (action: AuditAction, appId = app.id, subject: string | null = null): AuditEntry =>
      auditEntry(1_000, {
        appId,
        action,
        subject,
        actor: { kind: 'operator', id: 'ada@db1', requestId: null },
        details: { name: 'x', limits: null },
      });
    const added = async (key: ApiKey): Promise<ApiKey> => {
      expect(await keys.addKey({ key, entry: entry('key.created', key.app.id, key.id) })).toBe(true);
      return key;
    };
    /** What was recorded since the app was created. */
    const recorded = async (): Promise<AuditEntry[]> => (await entriesOf(app.id)).slice(1);

    beforeEach(async () => {
      ({ keys, entriesOf } = open());
      app = anApp();
      await keys.addApp(app, entry('app.created'), []);
    });

    describe('apps', () => {
      it('are found by their slug, and listed in order', async () => {
        const first = anApp({ slug: `aaa-${randomId()}`, suspendedAt: 2_000, deletionStartedAt: 3_000 });
        expect(await keys.addApp(first, entry('app.created', first.id), [])).toBe(true);
        expect(await keys.findApp(first.slug)).toEqual(first);
        expect(await keys.findApp(app.slug)).toEqual(app);
        expect(await keys.findApp('nobody')).toBeNull();
        const slugs = (await keys.listApps()).map(({ slug }) => slug);
        expect(slugs).toEqual([...slugs].sort());
        expect(slugs).toEqual(expect.arrayContaining([first.slug, app.slug]));
      });

      it('are added with their entry, and with their first keys where there are any', async () => {
        const other = anApp({ embedOrigins: ['https://acme.zendesk.com', 'https://*.acme.com:8443'] });
        const created = entry('app.created', other.id);
        const first = [aPublicKey({ app: other }), aKey({ app: other, createdAt: 2_000 })].map((key) => ({
          key,
          entry: entry('key.created', other.id, key.id),
        }));
        expect(await keys.addApp(other, created, first)).toBe(true);
        expect(await keys.listKeys(other.id)).toEqual(first.map(({ key }) => key));
        expect(await entriesOf(other.id)).toEqual([created, ...first.map((added) => added.entry)]);
      });

      it('do not get a slug twice; nothing is stored then, and nothing recorded', async () => {
        const thief = anApp({ slug: app.slug, name: 'Thief' });
        const key = aKey({ app: thief });
        const first = { key, entry: entry('key.created', thief.id, key.id) };
        expect(await keys.addApp(thief, entry('app.created', thief.id), [first])).toBe(false);
        expect(await keys.findApp(app.slug)).toEqual(app);
        expect(await keys.findBySha256(key.sha256)).toBeNull();
        expect(await entriesOf(thief.id)).toEqual([]);
      });

      it('are changed together with their entry, and found so with their keys', async () => {
        const key = await added(aKey());
        const slug = `renamed-${randomId()}`;
        const retention = parseRetentionRules('page.view=forever,page.*=P90D') ?? KEEP_ALL;
        const limits = { eventLimits: [], readLimits: WINDOWS };
        const embedOrigins = ['http://localhost:3001', 'https://*.acme.com'];
        const changed = { ...app, slug, name: 'New', ...limits, retention, suspendedAt: 5_000, embedOrigins };
        const told = entry('app.changed');
        const result = await keys.changeApp(app.slug, (present) => {
          expect(present).toEqual(app);
          return { app: { ...changed, deletionStartedAt: 6_000 }, entry: told };
        });
        expect(result).toEqual({ ...changed, deletionStartedAt: 6_000 });
        expect(await keys.findApp(slug)).toEqual(result);
        expect(await keys.findApp(app.slug)).toBeNull();
        expect(await keys.findBySha256(key.sha256)).toEqual({ ...key, app: result });
        expect((await recorded()).at(-1)).toEqual(told);
      });

      it('stay as they are, without an entry, where the decision says so, throws, or wants a slug that is taken', async () => {
        const other = anApp();
        await keys.addApp(other, entry('app.created', other.id), []);
        expect(await keys.changeApp(app.slug, () => null)).toEqual(app);
        const refused = keys.changeApp(app.slug, () => {
          throw new Error('no');
        });
        await expect(refused).rejects.toThrow('no');
        const change = { app: { ...app, slug: other.slug }, entry: entry('app.changed') };
        expect(await keys.changeApp(app.slug, () => change)).toBe('slug taken');
        expect(await keys.changeApp('nobody', () => change)).toBe('unknown app');
        expect(await keys.findApp(app.slug)).toEqual(app);
        expect(await keys.findApp(other.slug)).toEqual(other);
        expect(await recorded()).toEqual([]);
      });

      it('are changed one after the other: of many who suspend one, one does', async () => {
        const suspended = await Promise.all(
          Array.from({ length: 8 }, (_, n) =>
            keys.changeApp(app.slug, (present) =>
              present.suspendedAt === null
                ? { app: { ...present, suspendedAt: 5_000 + n }, entry: entry('app.suspended') }
                : null,
            ),
          ),
        );
        expect(new Set(suspended.map((changed) => (changed as App).suspendedAt)).size).toBe(1);
        expect(await recorded()).toHaveLength(1);
      });

      it('are removed with their keys; the record stays, and no key can be added any more', async () => {
        const key = await added(aKey());
        const others = anApp();
        await keys.addApp(others, entry('app.created', others.id), []);
        const othersKey = await added(aKey({ app: others }));
        expect(await keys.removeApp(app.id, entry('app.deleted'))).toBe(true);
        expect(await keys.findApp(app.slug)).toBeNull();
        expect(await keys.findBySha256(key.sha256)).toBeNull();
        expect(await keys.listKeys(app.id)).toEqual([]);
        expect((await recorded()).map(({ action }) => action)).toEqual(['key.created', 'app.deleted']);
        const late = aKey();
        expect(await keys.addKey({ key: late, entry: entry('key.created') })).toBe(false);
        expect(await keys.removeApp(app.id, entry('app.deleted'))).toBe(false);
        expect(await recorded()).toHaveLength(2);
        expect(await keys.findBySha256(othersKey.sha256)).toEqual(othersKey);
      });
    });

    describe('keys', () => {
      it('are found by their hash, as they were, with their entry', async () => {
        const key = await added(
          aKey({ expiresAt: 4_102_444_800_000, type: 'public', eventLimits: WINDOWS, readLimits: [] }),
        );
        expect(await keys.findBySha256(key.sha256)).toEqual(key);
        expect(await keys.findBySha256(sha256OfKey('other'))).toBeNull();
        expect(await recorded()).toMatchObject([{ action: 'key.created', subject: key.id }]);
      });

      it.each<[string, ApiKey['scopes']]>([
        ['everything', null],
        ['nothing', []],
        ['some things', ['customers:read', 'timeline:read']],
        ['each thing by its name', SCOPES],
      ])('may do what their scopes say: %s, found and changed', async (_, scopes) => {
        const key = await added(aKey({ scopes }));
        expect(await keys.findBySha256(key.sha256)).toEqual(key);
        const other = await added(aKey({ scopes: ['audit:read'] }));
        const changed = { ...other, scopes };
        expect(await keys.changeKey(other.id, () => ({ key: changed, entry: entry('key.changed') }))).toEqual(changed);
        expect(await keys.listKeys(app.id)).toEqual(expect.arrayContaining([key, changed]));
      });

      it('are listed by app, the oldest first', async () => {
        const young = await added(aKey({ createdAt: 2_000 }));
        const old = await added(aKey({ createdAt: 1_000 }));
        expect(await keys.listKeys(app.id)).toEqual([old, young]);
        expect(await keys.listKeys(randomId())).toEqual([]);
      });

      it('are public with their text; those whose text is known are listed, the oldest first', async () => {
        await added(aKey());
        await added(aPublicKey({ publicKey: null }));
        const young = await added(aPublicKey({ createdAt: 2_000 }));
        const old = await added(aPublicKey({ createdAt: 1_000, revokedAt: 1_500 }));
        expect(await keys.findBySha256(young.sha256)).toEqual(young);
        expect(await keys.listPublicKeys(app.id)).toEqual([old, young]);
        expect(await keys.listPublicKeys(randomId())).toEqual([]);
      });

      it('are added where no public one is there, once, however many do so at a time', async () => {
        const present = await Promise.all(
          Array.from({ length: 8 }, () => {
            const key = aPublicKey();
            const newKey = { key, entry: entry('key.created', app.id, key.id) };
            return keys.addPublicKey(app.id, (its, known) => {
              expect(its).toEqual(app);
              return known.length === 0 ? newKey : null;
            });
          }),
        );
        const [key] = await keys.listPublicKeys(app.id);
        expect(present).toEqual(Array.from({ length: 8 }, () => [key]));
        expect(await recorded()).toMatchObject([{ action: 'key.created', subject: key?.id }]);
        expect(await keys.addPublicKey(randomId(), () => null)).toBeNull();
      });

      it('are changed together with their entry, and with the key that takes their place', async () => {
        const key = await added(aKey({ lastUsedAt: 1_500 }));
        const newKey = aKey();
        const told = entry('key.rotated', app.id, key.id);
        const changed: ApiKey = {
          ...key,
          ...{ name: 'new', expiresAt: 9_000, revokedAt: 8_000, replacedBy: newKey.id },
          ...{ eventLimits: WINDOWS, readLimits: [] },
        };
        const result = await keys.changeKey(key.id, (present) => {
          expect(present).toEqual(key);
          return { key: changed, newKey, entry: told };
        });
        expect(result).toEqual(changed);
        expect(await keys.findBySha256(key.sha256)).toEqual(changed);
        expect(await keys.findBySha256(newKey.sha256)).toEqual(newKey);
        expect((await recorded()).at(-1)).toEqual(told);
      });

      it('stay as they are, without an entry, where the decision says so or throws', async () => {
        const key = await added(aKey());
        expect(await keys.changeKey(key.id, () => null)).toEqual(key);
        const refused = keys.changeKey(key.id, () => {
          throw new Error('no');
        });
        await expect(refused).rejects.toThrow('no');
        expect(await keys.changeKey(randomId(), () => null)).toBeNull();
        expect(await keys.findBySha256(key.sha256)).toEqual(key);
        expect(await recorded()).toHaveLength(1);
      });

      it('are changed one after the other: of many who replace one, one does', async () => {
        const key = await added(aKey());
        await Promise.all(
          Array.from({ length: 8 }, () => {
            const newKey = aKey();
            return keys.changeKey(key.id, (present) =>
              present.replacedBy === null
                ? { key: { ...present, replacedBy: newKey.id }, newKey, entry: entry('key.rotated') }
                : null,
            );
          }),
        );
        expect(await keys.listKeys(app.id)).toHaveLength(2);
        expect(await recorded()).toHaveLength(2);
      });

      it('have their latest use noted', async () => {
        const key = await added(aKey());
        await keys.noteUse(key.id, 6_000);
        await keys.noteUse(key.id, 5_000);
        expect(await keys.findBySha256(key.sha256)).toMatchObject({ lastUsedAt: 6_000 });
      });
    });
  });
}

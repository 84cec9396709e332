import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomId } from '../../libs/kernel/ids.ts';
import type { ApiKeyStore } from '../../src/api-keys/application/api-key-store.port.ts';
import { newSecretKey, sha256OfKey, shownPrefix, type ApiKey, type App } from '../../src/api-keys/domain/api-key.ts';

const UNLIMITED = { eventLimits: null, readLimits: null };

/** What every ApiKeyStore does. */
export function apiKeyStoreContract(open: () => ApiKeyStore): void {
  describe('as an ApiKeyStore', () => {
    let keys: ApiKeyStore;
    let app: App;

    beforeEach(async () => {
      keys = open();
      app = { id: randomId(), slug: `acme-${randomId()}`, name: 'Acme', ...UNLIMITED };
      await keys.addApp(app, 1_000);
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
        ...UNLIMITED,
        ...fields,
      };
    };

    it('finds apps by their slug, and lists them in order', async () => {
      const first = { id: randomId(), slug: `aaa-${randomId()}`, name: 'First', ...UNLIMITED };
      expect(await keys.addApp(first, 1_000)).toBe(true);
      expect(await keys.findApp(app.slug)).toEqual(app);
      expect(await keys.findApp('nobody')).toBeNull();
      const slugs = (await keys.listApps()).map(({ slug }) => slug);
      expect(slugs).toEqual([...slugs].sort());
      expect(slugs).toEqual(expect.arrayContaining([first.slug, app.slug]));
    });

    it('does not give a slug twice', async () => {
      expect(await keys.addApp({ ...app, id: randomId(), name: 'Thief' }, 2_000)).toBe(false);
      expect(await keys.findApp(app.slug)).toEqual(app);
    });

    it('finds a key by its hash, as it was', async () => {
      const key = aKey({ expiresAt: 4_102_444_800_000, type: 'public' });
      await keys.addKey(key);
      expect(await keys.findBySha256(key.sha256)).toEqual(key);
      expect(await keys.findBySha256(sha256OfKey('other'))).toBeNull();
    });

    it('keeps the limits of a key, and of its app, found with the key', async () => {
      const windows = [
        { units: 1_000, seconds: 1 },
        { units: 5_000, seconds: 60 },
      ];
      const key = aKey({ eventLimits: windows, readLimits: [] });
      await keys.addKey(key);
      expect(await keys.findBySha256(key.sha256)).toEqual(key);
      const limited = { ...app, eventLimits: [], readLimits: windows };
      await keys.setAppLimits(limited);
      expect(await keys.findApp(app.slug)).toEqual(limited);
      expect(await keys.findBySha256(key.sha256)).toEqual({ ...key, app: limited });
      await keys.setAppLimits(app);
      expect(await keys.findApp(app.slug)).toEqual(app);
    });

    it('lists the keys of one app, the oldest first', async () => {
      const [old, young] = [aKey({ createdAt: 1_000 }), aKey({ createdAt: 2_000 })];
      await keys.addKey(young);
      await keys.addKey(old);
      expect(await keys.listKeys(app.id)).toEqual([old, young]);
      expect(await keys.listKeys(randomId())).toEqual([]);
    });

    it('keeps the time of the first revocation', async () => {
      const key = aKey();
      await keys.addKey(key);
      expect(await keys.revoke(key.id, 5_000)).toBe(true);
      expect(await keys.revoke(key.id, 6_000)).toBe(true);
      expect(await keys.findBySha256(key.sha256)).toMatchObject({ revokedAt: 5_000 });
      expect(await keys.revoke(randomId(), 5_000)).toBe(false);
    });

    it('notes the latest use', async () => {
      const key = aKey();
      await keys.addKey(key);
      await keys.noteUse(key.id, 6_000);
      await keys.noteUse(key.id, 5_000);
      expect(await keys.findBySha256(key.sha256)).toMatchObject({ lastUsedAt: 6_000 });
    });
  });
}

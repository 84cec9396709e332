import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryApiKeyStore } from '../../../test/fakes/in-memory-api-key-store.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import { newSecretKey, type App } from '../domain/api-key.ts';
import { Authentication } from './authentication.ts';
import { KeyAdministration } from './key-administration.ts';
import { PublicKeys } from './public-keys.ts';

const HOUR = 3_600_000;
const PUBLIC_KEY = /^pk_live_[A-Za-z0-9]{48}$/;

describe('PublicKeys', () => {
  let store: InMemoryApiKeyStore;
  let clock: SettableClock;
  let administration: KeyAdministration;
  let app: App;

  /** Another one each time: an instance remembers what it has looked up. */
  const anInstance = (): PublicKeys => new PublicKeys(store, new Authentication(store, clock, 0), clock);
  /** The id of the key that has this text. */
  const idOf = async (publicKey: string): Promise<string> =>
    (await store.listPublicKeys(app.id)).find((key) => key.publicKey === publicKey)?.id ?? '';
  const pageKey = (): Promise<string> => anInstance().publicKeyOf(app.id);

  beforeEach(async () => {
    store = new InMemoryApiKeyStore();
    clock = new SettableClock();
    administration = new KeyAdministration(store, clock);
    app = await administration.createApp('acme', 'Acme');
  });

  describe('publicKeyOf', () => {
    it('is the key that was made with the app, also where there are younger ones', async () => {
      const [made] = await administration.listKeys('acme');
      clock.millis += HOUR;
      await administration.createKey('acme', 'other page', 'public', null);
      expect(made).toMatchObject({ type: 'public', publicKey: expect.stringMatching(PUBLIC_KEY) });
      expect(await pageKey()).toBe(made?.publicKey);
      expect(store.entries).toHaveLength(3);
    });

    it('is the oldest that is neither revoked, expired nor replaced', async () => {
      const first = await pageKey();
      clock.millis += HOUR;
      const { secret: second } = await administration.createKey('acme', 'second', 'public', clock.millis + HOUR);
      clock.millis++;
      const { secret: third } = await administration.createKey('acme', 'third', 'public', null);
      await administration.revokeKey(await idOf(first));
      expect(await pageKey()).toBe(second);
      clock.millis += HOUR;
      expect(await pageKey()).toBe(third);
      const { secret: fourth } = await administration.rotateKey(await idOf(third), HOUR);
      expect(await pageKey()).toBe(fourth);
    });

    it('is made once where there is none, in the name of the service, however many ask', async () => {
      await administration.revokeKey(await idOf(await pageKey()));
      await administration.createKey('acme', 'backend', 'agent', null);
      const before = store.entries.length;
      const asked = await Promise.all(Array.from({ length: 5 }, pageKey));
      expect(asked[0]).toMatch(PUBLIC_KEY);
      expect(new Set(asked).size).toBe(1);
      expect(store.entries.slice(before)).toMatchObject([
        {
          ...{ action: 'key.created', appId: app.id, subject: await idOf(asked[0] as string) },
          actor: { kind: 'service', id: 'embed', requestId: null },
          details: { name: 'agent page', type: 'public' },
        },
      ]);
      expect(JSON.stringify(store.entries)).not.toContain(asked[0]);
    });

    it('is refused for an app that is none', async () => {
      await expect(anInstance().publicKeyOf('nothing')).rejects.toMatchObject({ code: 'AUTH_API_KEY_INVALID' });
    });
  });

  describe('findAppOfPublicKey', () => {
    const found = async (publicKey: string): Promise<string | undefined> =>
      (await anInstance().findAppOfPublicKey(publicKey, '192.0.2.1'))?.slug;

    it('finds the app, with the sites that may show its pages', async () => {
      const key = await pageKey();
      await administration.setEmbedOrigins('acme', ['https://*.acme.com']);
      expect(await anInstance().findAppOfPublicKey(key, '192.0.2.1')).toEqual({
        ...app,
        embedOrigins: ['https://*.acme.com'],
      });
    });

    it('finds nothing by an agent key, an unknown one, or a text that is no key', async () => {
      const { secret } = await administration.createKey('acme', 'backend', 'agent', null);
      for (const text of [
        secret,
        newSecretKey('public'),
        '',
        'pk_live_',
        'x'.repeat(10_000),
        (await pageKey()).slice(1),
      ])
        expect(await found(text)).toBeUndefined();
    });

    it('finds nothing by a key that is revoked or past its expiry', async () => {
      const key = await pageKey();
      const { secret: expiring } = await administration.createKey('acme', 'x', 'public', clock.millis + HOUR);
      expect([await found(key), await found(expiring)]).toEqual(['acme', 'acme']);
      await administration.revokeKey(await idOf(key));
      clock.millis += HOUR;
      expect([await found(key), await found(expiring)]).toEqual([undefined, undefined]);
    });

    it('finds the app by a replaced key, until its grace period is over', async () => {
      const key = await pageKey();
      const { secret } = await administration.rotateKey(await idOf(key), HOUR);
      expect([await found(key), await found(secret)]).toEqual(['acme', 'acme']);
      clock.millis += HOUR;
      expect([await found(key), await found(secret)]).toEqual([undefined, 'acme']);
    });

    it('finds nothing while the app is suspended', async () => {
      const key = await pageKey();
      await administration.suspendApp('acme');
      expect(await found(key)).toBeUndefined();
      clock.millis++;
      await administration.resumeApp('acme');
      expect(await found(key)).toBe('acme');
    });
  });
});

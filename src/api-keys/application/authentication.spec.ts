import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InMemoryApiKeyStore } from '../../../test/fakes/in-memory-api-key-store.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import type { ApiKey, ApiKeyType } from '../domain/api-key.ts';
import { ApiKeyRefused } from '../domain/api-keys-error.ts';
import { Authentication } from './authentication.ts';
import { KeyAdministration } from './key-administration.ts';

const LONG = 60_000;
const unknownKey = (n: number): string => `sk_live_agent_${String(n).padStart(48, '0')}`;
const UNKNOWN = `sk_live_agent_${'x'.repeat(48)}`;

/** Counts what it is asked, and can be away. */
class ObservedStore extends InMemoryApiKeyStore {
  lookups = 0;
  away = false;
  readsOnly = false;
  readonly uses: number[] = [];
  hanging = 0;
  private hangsUntil: Promise<void> | undefined;
  goOn = (): void => {};

  /** From now on no look-up ends before {@link goOn}. */
  hang(): void {
    this.hangsUntil = new Promise((resolve) => {
      this.goOn = () => {
        this.hangsUntil = undefined;
        resolve();
      };
    });
  }

  override async findBySha256(sha256: Buffer): Promise<ApiKey | null> {
    this.lookups++;
    if (this.hangsUntil !== undefined) {
      this.hanging++;
      await this.hangsUntil;
    }
    return this.away ? Promise.reject(new Error('away')) : super.findBySha256(sha256);
  }

  override noteUse(keyId: string, at: number): Promise<void> {
    this.uses.push(at);
    return this.away || this.readsOnly ? Promise.reject(new Error('away')) : super.noteUse(keyId, at);
  }
}

describe('Authentication', () => {
  let store: ObservedStore;
  let clock: SettableClock;
  let administration: KeyAdministration;
  let secret: string;

  const remembering = (milliseconds: number) => new Authentication(store, clock, milliseconds);
  const refusal = (code: string) => expect.objectContaining({ code });

  beforeEach(async () => {
    store = new ObservedStore();
    clock = new SettableClock();
    administration = new KeyAdministration(store, clock);
    await administration.createApp('acme', 'Acme');
    ({ secret } = await administration.createKey('acme', 'backend', 'agent', clock.now() + 10_000));
  });

  it('tries once a minute to note the use of a key where that fails, and tells of it once', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    try {
      ({ secret } = await administration.createKey('acme', 'backend', 'agent', null));
      store.readsOnly = true;
      const authentication = remembering(1);
      for (let second = 0; second <= 120; second++) {
        await authentication.authenticate(secret);
        await new Promise((resolve) => setTimeout(resolve, 2));
        clock.millis += 1_000;
      }
      expect(store.uses).toHaveLength(3);
      expect(warn).toHaveBeenCalledTimes(1);
      store.readsOnly = false;
      clock.millis += 60_000;
      await authentication.authenticate(secret);
      expect(store.uses).toHaveLength(4);
    } finally {
      warn.mockRestore();
    }
  });

  it('refuses a malformed key without a look-up', async () => {
    const authentication = remembering(LONG);
    await expect(authentication.authenticate('')).rejects.toEqual(refusal('AUTH_API_KEY_INVALID'));
    await expect(authentication.authenticate(`${secret} `)).rejects.toEqual(refusal('AUTH_API_KEY_INVALID'));
    expect(store.lookups).toBe(0);
  });

  it('says of each refused key why, and whose it is, also where the look-up is remembered', async () => {
    const authentication = remembering(LONG);
    const created = (type: ApiKeyType, expiresAt: number | null = null) =>
      administration.createKey('acme', 'x', type, expiresAt);
    const revoked = await created('agent');
    await administration.revokeKey(revoked.key.id);
    const refusedKeys: Record<string, string> = {
      malformed: 'kitten',
      unknown: UNKNOWN,
      revoked: revoked.secret,
      public: (await created('public')).secret,
      expired: (await created('agent', clock.now() + 1)).secret,
    };
    clock.millis += 1;
    for (const [reason, key] of [...Object.entries(refusedKeys), ...Object.entries(refusedKeys)]) {
      const app = ['malformed', 'unknown'].includes(reason) ? undefined : 'acme';
      const error: unknown = await authentication.authenticate(key).catch((refused: unknown) => refused);
      expect(error).toBeInstanceOf(ApiKeyRefused);
      expect(error).toMatchObject({ reason, app, details: undefined });
    }
    expect(store.lookups).toBe(4);
  });

  it('remembers a key, known or not: many requests at once ask once', async () => {
    const authentication = remembering(LONG);
    const keys = await Promise.all(Array.from({ length: 50 }, () => authentication.authenticate(secret)));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(store.lookups).toBe(1);
    for (let n = 0; n < 5; n++)
      await expect(authentication.authenticate(UNKNOWN)).rejects.toEqual(refusal('AUTH_API_KEY_INVALID'));
    expect(store.lookups).toBe(2);
  });

  it('sees an expiry at once, remembered or not', async () => {
    const authentication = remembering(LONG);
    await authentication.authenticate(secret);
    clock.millis += 9_999;
    await authentication.authenticate(secret);
    clock.millis += 1;
    await expect(authentication.authenticate(secret)).rejects.toEqual(refusal('AUTH_API_KEY_EXPIRED'));
  });

  it('takes no response for no response: a store that was away is asked again', async () => {
    const authentication = remembering(LONG);
    store.away = true;
    await expect(authentication.authenticate(secret)).rejects.toThrow('away');
    await expect(authentication.authenticate(UNKNOWN)).rejects.toThrow('away');
    store.away = false;
    await authentication.authenticate(secret);
    await expect(authentication.authenticate(UNKNOWN)).rejects.toEqual(refusal('AUTH_API_KEY_INVALID'));
  });

  it('looks up two keys at a time that it has not seen, and a key that it has seen at once', async () => {
    const authentication = remembering(0);
    await authentication.authenticate(secret);
    store.hang();
    const random = Array.from({ length: 100 }, (_, n) => authentication.authenticate(unknownKey(n)));
    const all = Promise.allSettled(random);
    await new Promise((next) => setTimeout(next, 5));
    expect(store.hanging).toBe(2);
    const known = authentication.authenticate(secret);
    expect(store.hanging).toBe(3);
    store.goOn();
    expect((await known).name).toBe('backend');
    for (const result of await all) expect(result).toMatchObject({ reason: refusal('AUTH_API_KEY_INVALID') });
    expect(store.lookups).toBe(102);
  });

  describe('while one address opens pages with keys that nobody has', () => {
    const unknownPublicKey = (n: number): string => `pk_live_${String(n).padStart(48, '0')}`;
    let authentication: Authentication;
    let flood: Promise<unknown>;

    beforeEach(async () => {
      authentication = remembering(LONG);
      store.hang();
      flood = Promise.allSettled(
        Array.from({ length: 500 }, (_, n) => authentication.find(unknownPublicKey(n), '192.0.2.1')),
      );
      await new Promise((next) => setTimeout(next, 5));
      expect(store.hanging).toBe(2);
    });
    afterEach(async () => {
      store.goOn();
      await flood;
    });

    it('looks up the key of a request at once', async () => {
      const found = authentication.authenticate(secret);
      expect(store.hanging).toBe(3);
      store.goOn();
      expect((await found).name).toBe('backend');
    });

    it('looks up the key of a page that another address opens before most of them', async () => {
      const { secret: publicKey } = await administration.createKey('acme', 'page', 'public', null);
      const found = authentication.find(publicKey, '192.0.2.2');
      store.goOn();
      expect((await found)?.name).toBe('page');
      // Of the 500: the two that were under way, and those few that began before its turn had come and ended.
      expect(store.lookups).toBeLessThanOrEqual(10);
    });
  });

  it('does not call a key unknown that it could not look up in time', async () => {
    const authentication = remembering(LONG);
    store.hang();
    const hanging = [1, 2].map((n) => authentication.authenticate(unknownKey(n)).catch(() => {}));
    await expect(authentication.authenticate(secret)).rejects.toEqual(refusal('SERVICE_UNAVAILABLE'));
    store.goOn();
    await Promise.all(hanging);
    expect((await authentication.authenticate(secret)).name).toBe('backend');
  });

  it('knows a key that it has seen, however many wrong ones came since', async () => {
    const authentication = remembering(LONG);
    expect(authentication.knows(secret)).toBe(false);
    await authentication.authenticate(secret);
    for (let n = 0; n < 10_100; n++) await authentication.authenticate(unknownKey(n)).catch(() => {});
    expect(authentication.knows(secret)).toBe(true);
    expect(authentication.knows(unknownKey(1))).toBe(false);
    const before = store.lookups;
    await authentication.authenticate(secret);
    expect(store.lookups).toBe(before);
  });

  it('notes the use of a key once a minute, and does not mind where that cannot be', async () => {
    ({ secret } = await administration.createKey('acme', 'long', 'agent', null));
    const begin = clock.now();
    for (const at of [0, 1, 59_999, 60_000, 61_000]) {
      clock.millis = begin + at;
      await remembering(0).authenticate(secret);
    }
    expect(store.uses).toEqual([begin, begin + 60_000]);
  });
});

describe('KeyAdministration', () => {
  const clock = new SettableClock();
  let administration: KeyAdministration;

  beforeEach(async () => {
    administration = new KeyAdministration(new InMemoryApiKeyStore(), clock);
    await administration.createApp('acme', 'Acme');
  });

  it.each([
    ['a slug with capitals', () => administration.createApp('Acme', 'x'), /^A slug has/],
    ['an empty slug', () => administration.createApp('', 'x'), /^A slug has/],
    ['a slug that is taken', () => administration.createApp('acme', 'x'), /"acme" already/],
    ['an app without a name', () => administration.createApp('a', ' '), /needs a name/],
    ['a key of no app', () => administration.createKey('nobody', 'x', 'agent', null), /no app "nobody"/],
    ['a key without a name', () => administration.createKey('acme', '\t', 'agent', null), /needs a name/],
    ['a key that expires now', () => administration.createKey('acme', 'x', 'agent', clock.now()), /in the past/],
    ['the keys of no app', () => administration.listKeys('nobody'), /no app "nobody"/],
    ['to revoke what is no key', () => administration.revokeKey('nothing'), /no key with the id "nothing"/],
  ])('refuses %s', async (_, work, message) => {
    await expect(work()).rejects.toThrow(message);
  });
});

import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryApiKeyStore } from '../../test/fakes/in-memory-api-key-store.ts';
import { SettableClock } from '../../test/support/clock.ts';
import { KeyAdministration } from '../api-keys/application/key-administration.ts';
import { newSecretKey } from '../api-keys/domain/api-key.ts';
import { ConfigError, loadConfig } from '../config.ts';
import { createFirstApp } from './first-app.ts';

const KEY = newSecretKey('agent');

describe('INIT_APP and INIT_KEY', () => {
  let store: InMemoryApiKeyStore;
  let clock: SettableClock;
  let administration: KeyAdministration;

  const start = (env: Record<string, string>) => createFirstApp(administration, loadConfig(env));
  const both = { INIT_APP: 'acme:Acme Ltd.', INIT_KEY: KEY };

  beforeEach(() => {
    store = new InMemoryApiKeyStore();
    clock = new SettableClock(Date.now());
    administration = new KeyAdministration(store, clock);
  });

  it('create an app, its public key, and its first key where there is none, in the name of the first start', async () => {
    expect(await start(both)).toEqual({
      created: true,
      message: 'the app "acme" of INIT_APP was created, and INIT_KEY is its key',
    });
    expect(await administration.findKey(KEY)).toMatchObject({
      ...{ type: 'agent', prefix: KEY.slice(0, 18), expiresAt: null },
      app: { slug: 'acme', name: 'Acme Ltd.' },
    });
    const actor = { kind: 'operator', id: 'first start' };
    expect(store.entries).toMatchObject([
      { action: 'app.created', actor },
      { action: 'key.created', actor, details: { type: 'public' } },
      { action: 'key.created', actor, details: { type: 'agent' } },
    ]);
    expect(JSON.stringify(store.entries)).not.toContain(KEY);
  });

  it('change nothing at later starts, and have nothing to tell then', async () => {
    await Promise.all([start(both), start(both), start(both)]);
    expect(await start(both)).toBeNull();
    expect(store.entries).toHaveLength(3);
  });

  it('create the app and its public key alone where there is no INIT_KEY, with its slug for a name', async () => {
    expect(await start({ INIT_APP: 'acme' })).toMatchObject({
      created: true,
      message: expect.not.stringMatching(/KEY/),
    });
    expect(await administration.listApps()).toMatchObject([{ slug: 'acme', name: 'acme' }]);
    expect(await administration.listKeys('acme')).toMatchObject([{ type: 'public' }]);
    expect(await start({ INIT_APP: 'acme' })).toBeNull();
  });

  it('do nothing where they are not set', async () => {
    expect(await start({})).toBeNull();
    expect(await administration.listApps()).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['there are other apps', () => administration.createApp('other', 'Other'), /"acme" of INIT_APP was not created/],
    [
      'the app has other keys',
      () => administration.createApp('acme', 'Acme'),
      /INIT_KEY was not created, because the app/,
    ],
    [
      'the key is revoked',
      async () => {
        await start(both);
        const key = await administration.findKey(KEY);
        await administration.revokeKey(key?.id ?? '');
      },
      /^INIT_KEY is revoked; create a key/,
    ],
    [
      'the key is another app’s',
      async () => {
        await start({ INIT_APP: 'other', INIT_KEY: KEY });
        await administration.createApp('acme', 'Acme');
      },
      /^INIT_KEY is a key of the app "other", and not of "acme"$/,
    ],
  ])('change nothing, and say why, where %s', async (_, before, message) => {
    await before();
    const entries = store.entries.length;
    const outcome = await start(both);
    expect(outcome).toEqual({ created: false, message: expect.stringMatching(message) });
    expect(outcome?.message).not.toContain(KEY.slice(14));
    expect(store.entries).toHaveLength(entries);
  });

  describe('are refused at the start', () => {
    const problems = (env: Record<string, string>): readonly string[] => {
      try {
        loadConfig(env);
      } catch (error) {
        if (error instanceof ConfigError) return error.problems;
        throw error;
      }
      return [];
    };

    it.each(['Acme', 'a b', ':Acme', 'acme:', 'acme: ', '-a', 'acme:a\nb'])('where INIT_APP is %j', (value) => {
      expect(problems({ INIT_APP: value })).toEqual([expect.stringMatching(/^INIT_APP must be a slug/)]);
    });

    it.each(['secret', KEY.slice(0, -1), `${KEY}x`, newSecretKey('public'), `sk_live_agent_${'é'.repeat(48)}`])(
      'where INIT_KEY is malformed, and do not repeat it: %j',
      (value) => {
        const [problem] = problems({ INIT_APP: 'acme', INIT_KEY: value });
        expect(problem).toBe('INIT_KEY must be sk_live_agent_ and 48 characters of A-Z, a-z and 0-9');
      },
    );

    it('where INIT_KEY can be guessed', () => {
      expect(problems({ INIT_APP: 'acme', INIT_KEY: `sk_live_agent_${'x'.repeat(48)}` })).toEqual([
        'INIT_KEY must be of random characters: these can be guessed',
      ]);
    });

    it('where there is an INIT_KEY and no INIT_APP; all that is wrong is named', () => {
      expect(problems({ INIT_KEY: KEY })).toEqual(['INIT_KEY needs INIT_APP, the app that it is a key of']);
      expect(problems({ INIT_KEY: 'x', PORT: 'x' })).toHaveLength(3);
    });
  });
});

import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { formatRetentionRules, parseKeep } from '../../../libs/retention/retention-rules.ts';
import { InMemoryApiKeyStore } from '../../../test/fakes/in-memory-api-key-store.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import { isWellFormedKey, sha256OfKey, type ApiKey } from '../domain/api-key.ts';
import { KeyAdministration } from './key-administration.ts';

const ADA: Actor = { kind: 'operator', id: 'ada@db1', requestId: null };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WINDOWS = [{ units: 5, seconds: 1 }];

describe('KeyAdministration', () => {
  let store: InMemoryApiKeyStore;
  let clock: SettableClock;
  let administration: KeyAdministration;
  let key: ApiKey;

  /** What was recorded since the app and its keys were created. */
  const recorded = () => store.entries.slice(3).map(({ action, subject, details }) => ({ action, subject, details }));
  const stored = async (id: string): Promise<ApiKey> => {
    const found = (await administration.listKeys('acme')).find((other) => other.id === id);
    if (found === undefined) throw new Error(`no key ${id}`);
    return found;
  };
  const iso = (millis: number): string => new Date(millis).toISOString();

  beforeEach(async () => {
    store = new InMemoryApiKeyStore();
    clock = new SettableClock();
    administration = new KeyAdministration(store, clock).as(ADA);
    await administration.createApp('acme', 'Acme');
    ({ key } = await administration.createKey('acme', 'backend', 'agent', null));
  });

  it('records who has created what, and neither a key nor its hash', async () => {
    const { id, slug } = await administration.appOf('acme');
    expect(store.entries).toMatchObject([
      { appId: id, action: 'app.created', actor: ADA, at: clock.millis, details: { slug, name: 'Acme' } },
      { appId: id, action: 'key.created', actor: ADA, details: { name: 'agent page', type: 'public' } },
      { appId: id, action: 'key.created', actor: ADA, subject: key.id, details: { name: 'backend', expiresAt: null } },
    ]);
    const { secret } = await administration.createKey('acme', 'other', 'agent', clock.millis + HOUR, {
      eventLimits: WINDOWS,
    });
    expect(store.entries[3]?.details).toMatchObject({ expiresAt: iso(clock.millis + HOUR), eventLimits: '5/1' });
    const text = JSON.stringify(store.entries);
    for (const hidden of [secret, sha256OfKey(secret).toString('hex'), sha256OfKey(secret).toString('base64')]) {
      expect(text).not.toContain(hidden);
    }
  });

  describe('changes an app', () => {
    it('its limits, and records those that differ', async () => {
      await administration.setAppLimits('acme', { eventLimits: WINDOWS, readLimits: null });
      await administration.setAppLimits('acme', { eventLimits: WINDOWS });
      await administration.setAppLimits('acme', { eventLimits: [], readLimits: WINDOWS });
      expect(recorded().map(({ details }) => details)).toEqual([
        { eventLimits: '5/1' },
        { eventLimits: '0', readLimits: '5/1' },
      ]);
    });

    it('how long its events are kept, one pattern at a time, and records what differs', async () => {
      const [days, forEver] = [parseKeep('P90D'), parseKeep('forever')];
      const rules = async () => formatRetentionRules((await administration.appOf('acme')).retention);
      await administration.setRetention('acme', 'page.*', days);
      await administration.setRetention('acme', 'page.*', days);
      expect(await rules()).toBe('page.*=P90D');
      await administration.setRetention('acme', 'page.view', forEver);
      expect(await rules()).toBe('page.view=forever,page.*=P90D');
      await administration.setRetention('acme', 'page.*', undefined);
      await administration.setRetention('acme', '*', undefined);
      expect(await rules()).toBe('page.view=forever');
      expect(recorded()).toEqual(
        [
          { type: 'page.*', keep: 'P90D', keptBefore: 'default' },
          { type: 'page.view', keep: 'forever', keptBefore: 'default' },
          { type: 'page.*', keep: 'default', keptBefore: 'P90D' },
        ].map((details) => ({ action: 'retention.changed', subject: null, details })),
      );
    });

    it('and keeps the number of its rules of retention within a limit', async () => {
      for (let n = 0; n < 100; n++) await administration.setRetention('acme', `type_${n}`, null);
      await administration.setRetention('acme', 'type_5', parseKeep('P1D'));
      await expect(administration.setRetention('acme', 'type_100', null)).rejects.toThrow(
        'The app "acme" has 100 retention rules already, and may not have more; --keep default removes one',
      );
      await administration.setRetention('acme', 'type_5', undefined);
      expect((await administration.setRetention('acme', 'type_100', null)).retention).toHaveLength(100);
    });

    it('which sites may show its pages, as browsers write them, and records what differs', async () => {
      const texts = ['https://Acme.Zendesk.com:443', ' https://*.acme.com', 'https://acme.zendesk.com'];
      const { embedOrigins } = await administration.setEmbedOrigins('acme', texts);
      expect(embedOrigins).toEqual(['https://acme.zendesk.com', 'https://*.acme.com']);
      await administration.setEmbedOrigins('acme', embedOrigins);
      await expect(administration.setEmbedOrigins('acme', ['*', 'acme.com'])).rejects.toThrow(/^"\*" .*\n"acme.com" /);
      expect(await administration.appOf('acme')).toMatchObject({ embedOrigins });
      expect(await administration.setEmbedOrigins('acme', [])).toMatchObject({ embedOrigins: [] });
      const list = embedOrigins.join(',');
      expect(recorded()).toEqual(
        [
          { embedOrigins: list, embedOriginsBefore: 'none' },
          { embedOrigins: 'none', embedOriginsBefore: list },
        ].map((details) => ({ action: 'origins.set', subject: null, details })),
      );
    });

    it('its name and its slug', async () => {
      const renamed = await administration.renameApp('acme', { slug: 'acme-2', name: 'Acme Two' });
      expect(renamed).toMatchObject({ slug: 'acme-2', name: 'Acme Two', id: key.app.id });
      await expect(administration.appOf('acme')).rejects.toThrow('no app "acme"');
      await administration.renameApp('acme-2', { name: 'Acme Two' });
      expect(recorded()).toEqual([
        { action: 'app.changed', subject: null, details: { slug: 'acme-2', name: 'Acme Two' } },
      ]);
    });

    it.each<[string, { slug?: string; name?: string }, RegExp]>([
      ['a slug that is none', { slug: 'A b' }, /^A slug has/],
      ['a slug that is taken', { slug: 'other' }, /^There is an app "other" already/],
      ['a name that is none', { name: ' ' }, /needs a name/],
      ['a name of two lines', { name: 'a\nb' }, /no control characters/],
    ])('but refuses %s', async (_, names, message) => {
      await administration.createApp('other', 'Other');
      await expect(administration.renameApp('acme', names)).rejects.toThrow(message);
      expect(await administration.appOf('acme')).toMatchObject({ slug: 'acme', name: 'Acme' });
    });

    it('suspends and resumes it, each once', async () => {
      await administration.suspendApp('acme');
      const since = clock.millis;
      clock.millis += HOUR;
      expect(await administration.suspendApp('acme')).toMatchObject({ suspendedAt: since });
      expect((await stored(key.id)).app.suspendedAt).toBe(since);
      expect(await administration.resumeApp('acme')).toMatchObject({ suspendedAt: null });
      await administration.resumeApp('acme');
      expect(recorded().map(({ action }) => action)).toEqual(['app.suspended', 'app.resumed']);
    });
  });

  describe('deletes an app', () => {
    it('whose keys are refused from the first step on, and which cannot be taken back', async () => {
      const app = await administration.beginDeletion('acme');
      expect(app).toMatchObject({ suspendedAt: clock.millis, deletionStartedAt: clock.millis });
      clock.millis += HOUR;
      expect(await administration.beginDeletion('acme')).toEqual(app);
      for (const work of [
        () => administration.resumeApp('acme'),
        () => administration.renameApp('acme', { name: 'x' }),
        () => administration.setAppLimits('acme', { eventLimits: [] }),
        () => administration.createKey('acme', 'x', 'agent', null),
        () => administration.setKey(key.id, { name: 'x' }),
        () => administration.rotateKey(key.id, 0),
      ]) {
        await expect(work()).rejects.toThrow(
          'The app "acme" is being deleted; "apps delete --slug acme" goes on with it',
        );
      }
      await administration.finishDeletion(app, { customers: 3, events: 12 });
      await expect(administration.appOf('acme')).rejects.toThrow('no app');
      expect(store.entries.slice(3)).toMatchObject([
        { action: 'app.suspended', details: { for: 'deletion' } },
        { action: 'app.deleted', count: 12, details: { slug: 'acme', name: 'Acme', customers: '3' }, actor: ADA },
      ]);
    });
  });

  describe('revokes a key', () => {
    it('once, and returns it as it was', async () => {
      expect(await administration.revokeKey(key.id)).toEqual(key);
      const at = clock.millis;
      clock.millis += HOUR;
      expect(await administration.revokeKey(key.id)).toMatchObject({ revokedAt: at });
      expect(await stored(key.id)).toMatchObject({ revokedAt: at });
      expect(recorded()).toEqual([{ action: 'key.revoked', subject: key.id, details: null }]);
    });
  });

  describe('changes a key', () => {
    it('its expiry, name and limits, and records those that differ', async () => {
      const expiresAt = clock.millis + DAY;
      expect(await administration.setKey(key.id, { expiresAt })).toMatchObject({ expiresAt, name: 'backend' });
      await administration.setKey(key.id, { expiresAt, name: 'web', eventLimits: WINDOWS });
      await administration.setKey(key.id, { expiresAt: null, eventLimits: null });
      await administration.setKey(key.id, { expiresAt: null });
      expect(recorded().map(({ details }) => details)).toEqual([
        { expiresAt: iso(expiresAt) },
        { name: 'web', eventLimits: '5/1' },
        { expiresAt: null, eventLimits: null },
      ]);
    });

    it('makes an expired one valid again, and never a revoked one', async () => {
      await administration.setKey(key.id, { expiresAt: clock.millis + 1 });
      clock.millis += HOUR;
      expect(await administration.setKey(key.id, { expiresAt: null })).toMatchObject({ expiresAt: null });
      await administration.revokeKey(key.id);
      await expect(administration.setKey(key.id, { expiresAt: null })).rejects.toThrow(/is revoked; create a new one/);
    });

    it.each<[string, Parameters<KeyAdministration['setKey']>[1], RegExp]>([
      ['a past expiry', { expiresAt: 1 }, /expiry date is in the past/],
      ['an empty name', { name: '' }, /needs a name/],
    ])('but refuses %s', async (_, settings, message) => {
      await expect(administration.setKey(key.id, settings)).rejects.toThrow(message);
      expect(recorded()).toEqual([]);
    });
  });

  describe('rotates a key', () => {
    it('into one with the same name, type and limits; the old one works until the end of the grace period', async () => {
      await administration.setKey(key.id, { eventLimits: WINDOWS, readLimits: [] });
      const rotated = await administration.rotateKey(key.id, DAY);
      expect(isWellFormedKey(rotated.secret)).toBe(true);
      expect(await store.findBySha256(sha256OfKey(rotated.secret))).toEqual(rotated.key);
      const { name, type } = key;
      const same = { name, type, eventLimits: WINDOWS, readLimits: [], expiresAt: null, revokedAt: null };
      expect(rotated.key).toMatchObject({ ...same, replacedBy: null });
      expect(rotated.old).toMatchObject({ id: key.id, expiresAt: clock.millis + DAY, replacedBy: rotated.key.id });
      expect(await stored(key.id)).toEqual(rotated.old);
      const details = { newKey: rotated.key.id, newKeyExpiresAt: null, oldKeyEndsAt: iso(clock.millis + DAY) };
      expect(recorded().at(-1)).toEqual({ action: 'key.rotated', subject: key.id, details });
    });

    it('gives the new one the lifetime of the old one, or the expiry that is given; the old one does not outlive its own', async () => {
      const { key: short } = await administration.createKey('acme', 'short', 'agent', clock.millis + 2 * HOUR);
      const { key: long } = await administration.createKey('acme', 'long', 'agent', clock.millis + 2 * HOUR);
      clock.millis += HOUR;
      const same = await administration.rotateKey(short.id, DAY);
      expect(same.key.expiresAt).toBe(clock.millis + 2 * HOUR);
      expect(same.old.expiresAt).toBe(short.expiresAt);
      expect((await administration.rotateKey(long.id, DAY, null)).key.expiresAt).toBeNull();
      const given = await administration.rotateKey(same.key.id, HOUR, clock.millis + DAY);
      expect(given.key.expiresAt).toBe(clock.millis + DAY);
    });

    it('revokes the old one where there is no grace period, whatever the clocks of others say', async () => {
      const { old } = await administration.rotateKey(key.id, 0);
      expect(old).toMatchObject({ revokedAt: clock.millis, expiresAt: null });
    });

    it.each<[string, () => Promise<unknown>, RegExp]>([
      ['a revoked key', () => administration.revokeKey(key.id), /is revoked already; create a new one/],
      [
        'a replaced key',
        () => administration.rotateKey(key.id, DAY),
        /is replaced already; rotate the one .* "c\w{24}"/,
      ],
      [
        'an expired key',
        async () => {
          await administration.setKey(key.id, { expiresAt: clock.millis + 1 });
          clock.millis += 1;
        },
        /is expired already; create a new one/,
      ],
    ])('but refuses %s', async (_, before, message) => {
      await before();
      const keys = (await administration.listKeys('acme')).length;
      await expect(administration.rotateKey(key.id, DAY)).rejects.toThrow(message);
      expect(await administration.listKeys('acme')).toHaveLength(keys);
    });

    it('refuses a grace period beyond 30 days', async () => {
      for (const grace of [-1, 30 * DAY + 1, Number.NaN]) {
        await expect(administration.rotateKey(key.id, grace)).rejects.toThrow(/from PT0S to P30D/);
      }
      await administration.rotateKey(key.id, 30 * DAY);
    });
  });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['to suspend no app', () => administration.suspendApp('nobody'), /no app "nobody"/],
    ['to resume no app', () => administration.resumeApp('nobody'), /no app "nobody"/],
    ['to rename no app', () => administration.renameApp('nobody', { name: 'x' }), /no app "nobody"/],
    ['to delete no app', () => administration.beginDeletion('nobody'), /no app "nobody"/],
    ['to change no key', () => administration.setKey('nothing', { name: 'x' }), /no key with the id "nothing"/],
    ['to rotate no key', () => administration.rotateKey('nothing', 0), /no key with the id "nothing"/],
  ])('refuses %s', async (_, work, message) => {
    await expect(work()).rejects.toThrow(message);
  });
});

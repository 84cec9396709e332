import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomId } from '../../libs/kernel/ids.ts';
import type { EmbedSessionStore } from '../../src/embed/application/embed-session-store.port.ts';
import { newSession, type EmbedSession } from '../../src/embed/domain/embed-session.ts';
import { auditEntry, type AuditAction, type AuditEntry } from '../../src/platform/audit/audit-entry.ts';
import { ACTOR, instant } from '../support/builders.ts';

const NOW = 1_700_000_000_123;
const HOUR = 3_600_000;
const DRAFT = {
  ...{ viewerId: null, viewerName: null, at: null, types: null, masked: false },
  ...{ locale: null, timeZone: null, eventLink: null, ttlSeconds: 900, maxAgeSeconds: 28_800 },
};

/** What every EmbedSessionStore does. */
export function embedSessionStoreContract(
  open: () => {
    sessions: EmbedSessionStore;
    /** The id of a customer that exists. */
    customerId: string;
    entriesOf: (appId: string) => Promise<AuditEntry[]>;
  },
): void {
  describe('as an EmbedSessionStore', () => {
    let store: EmbedSessionStore;
    let customerId: string;
    let appId: string;
    let entriesOf: (appId: string) => Promise<AuditEntry[]>;

    beforeEach(() => {
      ({ sessions: store, customerId, entriesOf } = open());
      appId = randomId();
    });

    const entry = (action: AuditAction, at = NOW): AuditEntry => auditEntry(at, { appId, actor: ACTOR, action });
    const made = (draft: object = {}, now = NOW): EmbedSession =>
      newSession(
        { appId, keyId: 'key-1', customerId, customerExternalId: 'Zoë 😀', matchedBy: 'email' },
        { ...DRAFT, ...draft },
        now,
      ).session;
    const added = async (draft: object = {}, now = NOW): Promise<EmbedSession> => {
      const session = made(draft, now);
      expect(await store.add(session, entry('session.created', now))).toBe(true);
      return session;
    };
    const actions = async (): Promise<AuditAction[]> => (await entriesOf(appId)).map(({ action }) => action);

    it('gives a session back with all its fields, by the hash of its token', async () => {
      const all = await added({
        ...{ viewerId: 'agent "7"', viewerName: 'Grace\\', at: instant('2026-04-18T10:00:00.123456Z') },
        ...{ types: ['order.*', 'page.view'], masked: true, locale: 'de-DE', timeZone: 'Europe/Berlin' },
        eventLink: 'https://desk.example/{eventId}',
      });
      const none = await added();
      expect(await store.findBySha256(all.sha256)).toEqual(all);
      expect(await store.findBySha256(none.sha256)).toEqual(none);
      expect(await store.findBySha256(Buffer.alloc(32))).toBeNull();
      expect(await actions()).toEqual(['session.created', 'session.created']);
    });

    it('stores no session of a customer that is not there, and records nothing', async () => {
      const session = { ...made(), customerId: randomId() };
      expect(await store.add(session, entry('session.created'))).toBe(false);
      expect(await store.findBySha256(session.sha256)).toBeNull();
      expect(await actions()).toEqual([]);
    });

    it('ends a session once, and only as one of its app', async () => {
      const session = await added();
      const end = (app: string | null, at: number) =>
        store.revoke(session.id, app, at, () => entry('session.revoked', at));
      expect(await end(randomId(), NOW + 1)).toBeNull();
      expect(await end(appId, NOW + 2)).toEqual({ ...session, revokedAt: NOW + 2 });
      expect(await end(null, NOW + 3)).toEqual({ ...session, revokedAt: NOW + 2 });
      expect(await store.findBySha256(session.sha256)).toEqual({ ...session, revokedAt: NOW + 2 });
      expect(await actions()).toEqual(['session.created', 'session.revoked']);
      expect(await store.revoke(randomId(), null, NOW, () => entry('session.revoked'))).toBeNull();
    });

    it('renews by the ttl from now, up to renewableUntil, and never backwards', async () => {
      const session = await added({ ttlSeconds: 3_600, maxAgeSeconds: 5_400 });
      const expiry = async (now: number) => (await store.renew(session.id, now))?.expiresAt;
      expect(await expiry(NOW + 60_000)).toBe(NOW + HOUR + 60_000);
      expect(await expiry(NOW + 30_000)).toBe(NOW + HOUR + 60_000);
      expect(await expiry(NOW + HOUR)).toBe(NOW + 1.5 * HOUR);
      expect(await expiry(NOW + 1.2 * HOUR)).toBe(NOW + 1.5 * HOUR);
      expect((await store.findBySha256(session.sha256))?.expiresAt).toBe(NOW + 1.5 * HOUR);
    });

    it('renews neither an expired session nor one that has ended', async () => {
      const [expired, ended] = [await added(), await added()];
      expect(await store.renew(expired.id, expired.expiresAt)).toEqual(expired);
      await store.revoke(ended.id, appId, NOW, () => entry('session.revoked'));
      expect(await store.renew(ended.id, NOW + 1)).toEqual({ ...ended, revokedAt: NOW });
      expect(await store.renew(randomId(), NOW)).toBeNull();
    });

    it('lists the newest first, page by page, those of the app alone', async () => {
      const sessions: EmbedSession[] = [];
      for (const at of [3, 1, 2, 2, 2, 5]) sessions.push(await added({}, NOW + at));
      const expected = sessions.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
      const found: EmbedSession[] = [];
      for (let after: EmbedSession | null = null; ;) {
        const page: EmbedSession[] = await store.list(appId, 2, after);
        if (page.length === 0) break;
        found.push(...page);
        after = page.at(-1) ?? null;
      }
      expect(found).toEqual(expected);
    });

    it('adds up uses, also many at once, and leaves out a session that is gone', async () => {
      const session = await added();
      const use = (requests: number, lastSeenAt: number) => ({ id: session.id, requests, lastSeenAt });
      await Promise.all([3, 4].map((n) => store.noteUses([use(n, NOW + n), { ...use(1, NOW), id: randomId() }])));
      await store.noteUses([use(1, NOW)]);
      expect(await store.findBySha256(session.sha256)).toEqual({ ...session, requests: 8, lastSeenAt: NOW + 4 });
    });

    it('records a view once within the time, however many try', async () => {
      const session = await added();
      const view = (at: number) => store.noteView(session.id, at, HOUR, entry('timeline.viewed', at));
      await Promise.all([NOW, NOW + 1, NOW + 2, NOW + 3].map(view));
      await view(NOW + HOUR - 1);
      expect(await actions()).toEqual(['session.created', 'timeline.viewed']);
      await view(NOW + HOUR + 3);
      expect((await actions()).filter((action) => action === 'timeline.viewed')).toHaveLength(2);
      await store.noteView(randomId(), NOW, HOUR, entry('timeline.viewed'));
      expect((await actions()).filter((action) => action === 'timeline.viewed')).toHaveLength(2);
    });

    it('deletes what no renewal could prolong since before a time', async () => {
      const old = await added({}, 0);
      const young = await added({}, 1);
      expect(await store.deleteRenewableBefore(young.renewableUntil)).toBe(1);
      expect(await store.list(appId, 10, null)).toEqual([young]);
      expect(await store.findBySha256(old.sha256)).toBeNull();
    });
  });
}

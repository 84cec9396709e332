import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomId } from '../../libs/kernel/ids.ts';
import type { AuditStore } from '../../src/audit/application/audit-store.port.ts';
import {
  auditEntry,
  hourlyAuditEntry,
  type AuditEntry,
  type AuditFields,
} from '../../src/platform/audit/audit-entry.ts';
import { ACTOR } from '../support/builders.ts';

/** What every AuditStore does. */
export function auditStoreContract(open: () => AuditStore): void {
  describe('as an AuditStore', () => {
    let store: AuditStore;
    let appId: string;

    beforeEach(() => {
      store = open();
      appId = randomId();
    });

    const add = async (at: number, fields: Partial<AuditFields> = {}): Promise<AuditEntry> => {
      const entry = auditEntry(at, { appId, actor: ACTOR, action: 'key.created', ...fields });
      await store.add(entry);
      return entry;
    };

    it('gives an entry back with all its fields', async () => {
      const all = await add(1_700_000_000_123, {
        actor: { kind: 'operator', id: 'postgres@db "1"', requestId: null },
        customer: 'c-1',
        subject: 's-1',
        count: 9_007_199_254_740_991,
        details: { eventLimits: '1000/1', name: 'Zoë 😀', expiresAt: null },
      });
      const none = await add(1_700_000_000_122);
      expect(await store.list({ appId }, 10, null)).toEqual([all, none]);
    });

    it('lists the newest first, page by page, of one millisecond in the order in which they were made', async () => {
      const entries: AuditEntry[] = [];
      for (const at of [3, 1, 2, 2, 2, 5]) entries.push(await add(at * 1_000));
      const newestFirst = [...entries].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
      const found: AuditEntry[] = [];
      for (let after: AuditEntry | null = null; ;) {
        const page: AuditEntry[] = await store.list({ appId }, 2, after);
        if (page.length === 0) break;
        found.push(...page);
        after = page.at(-1) ?? null;
      }
      expect(found).toEqual(newestFirst);
    });

    it('narrows by app, time, action and customer', async () => {
      const [a, b, c] = [
        await add(1_000, { action: 'customer.erased', customer: 'x' }),
        await add(2_000, { action: 'event.erased', customer: 'y' }),
        await add(3_000, { appId: randomId(), action: 'customer.erased', customer: 'x' }),
      ];
      expect(await store.list({ appId, from: 2_000 }, 10, null)).toEqual([b]);
      expect(await store.list({ appId, to: 2_000 }, 10, null)).toEqual([a]);
      expect(await store.list({ appId, actions: ['event.erased', 'key.revoked'] }, 10, null)).toEqual([b]);
      expect(await store.list({ appId, customers: ['x', 'z'] }, 10, null)).toEqual([a]);
      expect(await store.list({ customers: ['x'], from: 1_000, to: 3_001 }, 10, null)).toEqual([c, a]);
      expect(await store.list({ appId, actions: [] }, 10, null)).toEqual([]);
    });

    it('adds many at once, with all their fields, and leaves out those that are there already', async () => {
      const entry = (at: number, fields: Partial<AuditFields> = {}) =>
        auditEntry(at, { appId, actor: ACTOR, action: 'timeline.viewed', ...fields });
      const known = await add(1_000, { count: 1 });
      const full = entry(2_000, {
        customer: 'c-1',
        subject: 's "1",{}',
        count: 7,
        details: { name: 'Zoë 😀', at: null },
      });
      const plain = entry(3_000, { actor: { kind: 'session', id: 'viewer, "1"', requestId: 'req-1' } });
      await store.addAll([plain, { ...known, count: 5 }, full, plain]);
      await store.addAll([full]);
      expect(await store.list({ appId }, 10, null)).toEqual([plain, full, known]);
    });

    it('adds up the counts of entries that are there already', async () => {
      const hour = (keyId: string, count: number, at = 7_200_000) =>
        hourlyAuditEntry(at, { appId, actor: { ...ACTOR, id: keyId }, action: 'customer.read.bulk', count });
      await store.addCounts([hour('key-1', 3), hour('key-2', 1)]);
      await Promise.all([
        store.addCounts([hour('key-1', 4, 10_799_999)]),
        store.addCounts([hour('key-1', 5, 10_800_000)]),
      ]);
      const found = await store.list({ appId }, 10, null);
      expect(found.map(({ at, actor, count }) => [at, actor.id, count]).sort()).toEqual([
        [10_800_000, 'key-1', 5],
        [7_200_000, 'key-1', 7],
        [7_200_000, 'key-2', 1],
      ]);
    });

    it('deletes what is older than a time, and counts it', async () => {
      const [old, young] = [await add(-2_000), await add(-1_000)];
      expect(await store.deleteBefore(-1_000)).toBe(1);
      expect(await store.list({ appId }, 10, null)).toEqual([young]);
      expect(old.at).toBe(-2_000);
      await store.deleteBefore(0);
      expect(await store.list({ appId }, 10, null)).toEqual([]);
    });
  });
}

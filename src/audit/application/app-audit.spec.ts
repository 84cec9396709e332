import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryAuditStore } from '../../../test/fakes/in-memory-audit-store.ts';
import { ACTOR } from '../../../test/support/builders.ts';
import { readTurns } from '../../../test/support/turns.ts';
import { auditEntry, type AuditEntry } from '../../platform/audit/audit-entry.ts';
import { AppAudit } from './app-audit.ts';

const ENTRIES = 2_500;

describe('AppAudit', () => {
  let store: InMemoryAuditStore;
  let audit: AppAudit;
  /** The apps of the reads, in their order. */
  let turnsOf: string[];

  beforeEach(() => {
    store = new InMemoryAuditStore();
    store.entries = Array.from({ length: ENTRIES }, (_, n) =>
      auditEntry(n, { appId: n % 5 === 0 ? 'other' : 'app', actor: ACTOR, action: 'key.created', customer: `p-${n}` }),
    );
    const pseudonyms = {
      of: (appId: string, externalId: string) => (appId === 'app' ? [`p-${externalId}`, 'p-2'] : []),
    };
    turnsOf = [];
    const turns = readTurns();
    turns.runCostly = (appId, read) => {
      turnsOf.push(appId);
      return read();
    };
    audit = new AppAudit(store, turns, pseudonyms);
  });

  it('asks whether the key is still good before each part of a stream but the first, and ends where it is not', async () => {
    const seen: AuditEntry[] = [];
    let asked = 0;
    const read = async (): Promise<void> => {
      const isGood = () => (++asked === 1 ? Promise.reject(new Error('revoked')) : Promise.resolve());
      for await (const part of await audit.stream('app', {}, undefined, undefined, isGood)) seen.push(...part);
    };
    await expect(read()).rejects.toThrow('revoked');
    expect(asked).toBe(1);
    expect(seen).toHaveLength(1_000);
  });

  it('streams what is of the app, up to a limit', async () => {
    const count = async (limit: number | undefined): Promise<number> => {
      const seen: AuditEntry[] = [];
      for await (const part of await audit.stream('app', {}, limit, undefined, () => Promise.resolve()))
        seen.push(...part);
      expect(seen.every(({ appId }) => appId === 'app')).toBe(true);
      return seen.length;
    };
    expect(await count(undefined)).toBe(2_000);
    expect(await count(1_001)).toBe(1_001);
    expect(await count(1)).toBe(1);
  });

  it('reads each page and each part of a stream in a turn of its app', async () => {
    await audit.page('app', {}, 10, undefined);
    expect(turnsOf).toEqual(['app']);
    const sizes: number[] = [];
    for await (const { length } of await audit.stream('app', {}, 1_500, undefined, () => Promise.resolve())) {
      sizes.push(length);
    }
    expect(sizes).toEqual([1_000, 500]);
    expect(turnsOf).toEqual(['app', 'app', 'app']);
  });

  it('fails before a stream begins where the first part of it cannot be read', async () => {
    store.list = () => Promise.reject(new Error('away'));
    await expect(audit.stream('app', {}, undefined, undefined, () => Promise.resolve())).rejects.toThrow('away');
  });

  it('finds the entries of a customer by any of its pseudonyms, and none of another app', async () => {
    const found = async (appId: string) =>
      (await audit.page(appId, { customerExternalId: '7' }, 10, undefined)).entries.map(({ customer }) => customer);
    expect(await found('app')).toEqual(['p-7', 'p-2']);
    expect(await found('other')).toEqual([]);
  });
});

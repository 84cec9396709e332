import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { InMemoryAuditStore } from '../../../test/fakes/in-memory-audit-store.ts';
import { ACTOR } from '../../../test/support/builders.ts';
import { auditEntry, type AuditEntry } from '../../platform/audit/audit-entry.ts';
import { AuditNotes, MAX_WAITING } from './audit-notes.ts';

const HOUR = 3_600_000;
// Not by defineError: all definitions of the process are documented.
const away = () => new DomainError('unavailable', 'SERVICE_UNAVAILABLE', { message: 'away' });

/** A store that may be away, or refuse entries with a subject. */
class FailingStore extends InMemoryAuditStore {
  isAway = false;
  statements = 0;
  refused: string | null = null;

  override addAll(entries: readonly AuditEntry[]): Promise<void> {
    this.statements++;
    if (this.isAway) return Promise.reject(away());
    if (entries.some(({ subject }) => subject !== null && subject === this.refused)) {
      return Promise.reject(new Error('refused'));
    }
    return super.addAll(entries);
  }

  override addCounts(entries: readonly AuditEntry[]): Promise<void> {
    this.statements++;
    return this.isAway ? Promise.reject(away()) : super.addCounts(entries);
  }
}

describe('AuditNotes', () => {
  let store: FailingStore;
  let notes: AuditNotes;
  let told: ReturnType<typeof jest.spyOn>;
  let failed: ReturnType<typeof jest.spyOn>;

  const entry = (subject: string | null = null): AuditEntry =>
    auditEntry(1_000, { appId: 'app', actor: ACTOR, action: 'timeline.viewed', subject });

  beforeEach(() => {
    jest.useFakeTimers();
    told = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    failed = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
    store = new FailingStore();
    notes = new AuditNotes(store);
  });
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const aSecond = () => jest.advanceTimersByTimeAsync(1_000);

  it('stores the entries of a second together, off the path of who noted them', async () => {
    const entries = [entry('a'), entry('b'), entry('c')];
    for (const one of entries) notes.note(one);
    await jest.advanceTimersByTimeAsync(999);
    expect(store.entries).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(store.entries).toEqual(entries);
    expect(store.statements).toBe(1);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(store.statements).toBe(1);
  });

  it('tries again while the database is away, and then stores each entry once', async () => {
    store.isAway = true;
    notes.note(entry('a'));
    notes.countRead('app', 'key-1', 0);
    await aSecond();
    notes.note(entry('b'));
    notes.countRead('app', 'key-1', HOUR - 1);
    await aSecond();
    expect(store.entries).toEqual([]);
    store.isAway = false;
    await aSecond();
    expect(store.entries.map(({ subject, count }) => subject ?? count)).toEqual(['a', 'b', 2]);
    expect(notes.dropped).toBe(0);
  });

  it('adds up the reads of each key and hour', async () => {
    for (const at of [0, 1, HOUR]) notes.countRead('app', 'key-1', at);
    notes.countRead('app', 'key-2', 5);
    await aSecond();
    notes.countRead('app', 'key-1', 2);
    await aSecond();
    expect(store.entries).toMatchObject([
      {
        at: 0,
        appId: 'app',
        actor: { kind: 'key', id: 'key-1', requestId: null },
        action: 'customer.read.bulk',
        count: 3,
      },
      { at: HOUR, actor: { id: 'key-1' }, count: 1 },
      { at: 0, actor: { id: 'key-2' }, count: 1 },
    ]);
    expect(new Set(store.entries.map(({ id }) => id)).size).toBe(3);
  });

  it('loses no read that is counted while others are being stored', async () => {
    const add = store.addCounts.bind(store);
    store.addCounts = async (entries) => {
      notes.countRead('app', 'key-1', 0);
      store.addCounts = add;
      await add(entries);
    };
    notes.countRead('app', 'key-1', 0);
    await aSecond();
    await aSecond();
    expect(store.entries).toMatchObject([{ count: 2 }]);
  });

  it('keeps the oldest entries where too many wait, and counts the others', async () => {
    store.isAway = true;
    const first = entry('first');
    notes.note(first);
    for (let n = 1; n < MAX_WAITING + 3; n++) notes.note(entry());
    notes.countRead('app', 'key-1', 0);
    await aSecond();
    store.isAway = false;
    await aSecond();
    expect(store.entries).toHaveLength(MAX_WAITING);
    expect(store.entries[0]).toEqual(first);
    expect(notes.dropped).toBe(4);
    expect(told.mock.calls).toEqual([[expect.objectContaining({ count: 4 })]]);
  });

  it('drops an entry that the database refuses for what it is, and stores the others', async () => {
    store.refused = 'b';
    for (const subject of ['a', 'b', 'c']) notes.note(entry(subject));
    await aSecond();
    expect(store.entries.map(({ subject }) => subject)).toEqual(['a', 'c']);
    expect(notes.dropped).toBe(1);
    expect(failed).toHaveBeenCalledTimes(1);
  });

  it('stores what waits when it is closed, and counts what it cannot store', async () => {
    notes.note(entry('a'));
    notes.countRead('app', 'key-1', 0);
    await notes.close();
    expect(store.entries).toHaveLength(2);
    expect(notes.dropped).toBe(0);
    store.isAway = true;
    notes.note(entry('b'));
    await notes.close();
    expect(notes.dropped).toBe(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});

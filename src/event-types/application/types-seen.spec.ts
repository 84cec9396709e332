import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InMemoryTypesSeenStore } from '../../../test/fakes/in-memory-types-seen-store.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import { TypesSeen } from './types-seen.ts';
import { MAX_TYPES_SEEN, type TypeSeen } from './types-seen-store.port.ts';

/** Counts what is asked of it, and fails while it is told to. */
class WatchedStore extends InMemoryTypesSeenStore {
  readonly added: number[] = [];
  isAway = false;

  override add(types: readonly (TypeSeen & { readonly appId: string })[]): Promise<ReadonlySet<string>> {
    this.added.push(types.length);
    return this.isAway ? Promise.reject(new Error('away')) : super.add(types);
  }
}

describe('the types that were seen', () => {
  let store: WatchedStore;
  let seen: TypesSeen;
  const typesOf = async (appId: string) => (await store.list(appId, '', 10_000)).map(({ type }) => type);

  beforeEach(() => {
    jest.useFakeTimers();
    store = new WatchedStore();
    seen = new TypesSeen(store, new SettableClock());
  });
  afterEach(() => void jest.useRealTimers());

  it('are kept a second later, all in one statement, and a known one never again', async () => {
    for (const type of ['a', 'b', 'a', 'c', 'b']) seen.note('app', type);
    expect(store.added).toEqual([]);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([store.added, await typesOf('app')]).toEqual([[3], ['a', 'b', 'c']]);
    for (let n = 0; n < 1_000; n++) seen.note('app', 'a');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(store.added).toEqual([3]);
  });

  it('wait while the database is away, and are kept when it is back', async () => {
    store.isAway = true;
    seen.note('app', 'a');
    await jest.advanceTimersByTimeAsync(1_000);
    seen.note('app', 'b');
    await jest.advanceTimersByTimeAsync(3_000);
    expect(store.added).toEqual([1, 2]);
    store.isAway = false;
    await jest.advanceTimersByTimeAsync(3_000);
    expect(await typesOf('app')).toEqual(['a', 'b']);
  });

  it('are kept when the service stops, and not waited for where the database is away', async () => {
    seen.note('app', 'a');
    await seen.stop();
    expect(await typesOf('app')).toEqual(['a']);
    store.isAway = true;
    seen.note('app', 'b');
    await seen.stop();
    expect(store.added).toHaveLength(2);
  });

  it('of an app are bounded, whatever it sends, and cost others nothing', async () => {
    for (let n = 0; n < 200_000; n++) seen.note('hostile', `t${n}`);
    seen.note('honest', 'order.placed');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await typesOf('hostile')).toHaveLength(MAX_TYPES_SEEN);
    expect([await store.hadMore('hostile'), await typesOf('honest')]).toEqual([true, ['order.placed']]);
    const asked = store.added.length;
    for (let n = 200_000; n < 300_000; n++) seen.note('hostile', `t${n}`);
    await jest.advanceTimersByTimeAsync(5_000);
    expect(store.added).toHaveLength(asked);
  });
});

import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomId } from '../../libs/kernel/ids.ts';
import { MAX_TYPES_SEEN, type TypesSeenStore } from '../../src/event-types/application/types-seen-store.port.ts';

/** What every TypesSeenStore does. */
export function typesSeenStoreContract(open: () => { readonly typesSeen: TypesSeenStore }): void {
  describe('as a TypesSeenStore', () => {
    let store: TypesSeenStore;
    let appId: string;

    beforeEach(() => {
      store = open().typesSeen;
      appId = randomId();
    });

    const add = (types: readonly string[], firstSeenAt = 1_000, of = appId): Promise<ReadonlySet<string>> =>
      store.add(types.map((type) => ({ appId: of, type, firstSeenAt })));
    const numbered = (from: number, to: number): string[] =>
      Array.from({ length: to - from }, (_, index) => `t${String(from + index).padStart(6, '0')}`);

    it('lists types in their order, page by page, with the time of the first one', async () => {
      await add(['order.placed', 'a_b', '__proto__', 'a.b'], 1_700_000_000_123);
      expect(await store.list(appId, '', 2)).toEqual([
        { type: '__proto__', firstSeenAt: 1_700_000_000_123 },
        { type: 'a.b', firstSeenAt: 1_700_000_000_123 },
      ]);
      expect((await store.list(appId, 'a.b', 10)).map(({ type }) => type)).toEqual(['a_b', 'order.placed']);
      expect(await store.hadMore(appId)).toBe(false);
    });

    it('leaves a type that is there as it is, also where it comes twice at once', async () => {
      await add(['a'], 1_000);
      expect(await add(['a', 'b', 'b'], 2_000)).toEqual(new Set());
      expect(await store.list(appId, '', 10)).toEqual([
        { type: 'a', firstSeenAt: 1_000 },
        { type: 'b', firstSeenAt: 2_000 },
      ]);
    });

    it('shows an app nothing of another one', async () => {
      const other = randomId();
      await store.add([
        { appId, type: 'ours', firstSeenAt: 1 },
        { appId: other, type: 'theirs', firstSeenAt: 1 },
      ]);
      expect(await store.list(appId, '', 10)).toEqual([{ type: 'ours', firstSeenAt: 1 }]);
      expect(await store.list(other, '', 10)).toEqual([{ type: 'theirs', firstSeenAt: 1 }]);
    });

    it('keeps so many types of an app and no more, and says that there were more', async () => {
      const other = randomId();
      expect(await add(numbered(0, MAX_TYPES_SEEN - 1))).toEqual(new Set());
      expect(await add(numbered(0, MAX_TYPES_SEEN))).toEqual(new Set());
      expect(await store.hadMore(appId)).toBe(false);
      expect(await add(['t000000'])).toEqual(new Set());
      const full = await store.add([
        ...numbered(MAX_TYPES_SEEN, MAX_TYPES_SEEN + 3).map((type) => ({ appId, type, firstSeenAt: 1 })),
        { appId: other, type: 'theirs', firstSeenAt: 1 },
      ]);
      expect(full).toEqual(new Set([appId]));
      expect(await add(['zzz'])).toEqual(new Set([appId]));
      expect(await store.hadMore(appId)).toBe(true);
      expect(await store.hadMore(other)).toBe(false);
      expect((await store.list(appId, '', 2 * MAX_TYPES_SEEN)).map(({ type }) => type)).toEqual(
        numbered(0, MAX_TYPES_SEEN),
      );
      expect(await store.list(other, '', 10)).toHaveLength(1);
    });

    it('keeps as many as there is room for where more come at once', async () => {
      expect(await add(numbered(0, MAX_TYPES_SEEN + 10))).toEqual(new Set([appId]));
      expect(await store.list(appId, '', 2 * MAX_TYPES_SEEN)).toHaveLength(MAX_TYPES_SEEN);
    });

    it('takes nothing without complaint', async () => {
      expect(await store.add([])).toEqual(new Set());
    });
  });
}

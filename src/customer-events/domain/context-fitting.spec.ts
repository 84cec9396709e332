import { describe, expect, it } from '@jest/globals';
import { randomSource } from '../../../test/support/random-puts.ts';
import { fitItems, leastBytes, type Fitted, type FittingItem, type Omission, type Rank } from './context-fitting.ts';
import { inDrill } from '../../../test/support/drill.ts';

const RANKS: readonly Rank[] = ['quiet', 'quiet', 'ordinary', 'severe'];

const omissionBytes = ({ types }: Omission): number => 60 + types.reduce((sum, { type }) => sum + type.length + 20, 0);

function item(id: string, fields: Partial<FittingItem> = {}): FittingItem {
  return {
    id,
    rank: 'ordinary',
    isReserved: false,
    counts: [{ type: 'a', count: 1 }],
    missingBehind: [],
    wholeBytes: 1_000,
    outlineBytes: 200,
    ...fields,
  };
}

function bytesOf({ shown, rest }: Fitted<FittingItem>): number {
  const omissions = [...shown.map(({ omission }) => omission), rest].filter((one) => one !== undefined);
  const items = shown.map(({ item: of, isWhole }) => (isWhole ? (of.wholeBytes as number) : of.outlineBytes));
  return [...items, ...omissions.map(omissionBytes)].reduce((sum, bytes) => sum + bytes, 0);
}

/** Each item as a letter: W whole, o outline, and a dot with the number of events that are left out. */
const drawn = ({ shown, rest }: Fitted<FittingItem>): string =>
  [...shown.map(({ isWhole, omission }) => `${omission ? `.${omission.count}` : ''}${isWhole ? 'W' : 'o'}`)].join('') +
  (rest ? `.${rest.count}` : '');

const fitted = (items: readonly FittingItem[], maxBytes: number): string =>
  drawn(fitItems(items, omissionBytes, maxBytes));

describe('What is shown of a context', () => {
  it('is all of it, where it fits', () => {
    expect(fitted([item('1'), item('2', { rank: 'quiet' }), item('3')], 3_000)).toBe('WWW');
    expect(fitted([], 0)).toBe('');
  });

  it('is an outline of what was not read', () => {
    expect(fitted([item('1'), item('2', { wholeBytes: null })], 9_000)).toBe('Wo');
  });

  it('is an outline of what is too large, and what is smaller and older stays whole', () => {
    expect(fitted([item('1', { wholeBytes: 9_000 }), item('2'), item('3')], 3_000)).toBe('oWW');
  });

  it('loses the payloads of the oldest first, then the oldest', () => {
    const items = ['1', '2', '3', '4', '5'].map((id) => item(id));
    expect(fitted(items, 2_700)).toBe('WWooo');
    expect(fitted(items, 1_000)).toBe('ooooo');
    expect(fitted(items, 800)).toBe('ooo.2');
    expect(fitted(items, 0)).toBe('.5');
  });

  it('loses what is quiet before the payload of anything else, and counts it where it was', () => {
    const items = [item('1'), item('2', { rank: 'quiet' }), item('3', { rank: 'quiet' }), item('4')];
    expect(fitted(items, 2_200)).toBe('W.2W');
    expect(fitted(items, 2_400)).toBe('WooW');
  });

  it('keeps warnings longest, and what is reserved in any case', () => {
    const items = [
      item('1'),
      item('2'),
      item('3', { rank: 'severe' }),
      item('4', { rank: 'severe', isReserved: true }),
    ];
    expect(fitted(items, 1_700)).toBe('ooWo');
    expect(fitted(items, 500)).toBe('.2oo');
    expect(fitted(items, 0)).toBe('.3o');
    expect(leastBytes(items, omissionBytes)).toBe(200 + 81);
  });

  it('says what was never read between two items, also where they are left out', () => {
    const items = [item('1'), item('2', { missingBehind: [{ type: 'b', count: 7 }] }), item('3', { isReserved: true })];
    expect(fitted(items, 9_000)).toBe('WW.7W');
    const { shown } = fitItems(items, omissionBytes, 550);
    expect(shown.map(({ omission }) => omission)).toEqual([
      undefined,
      {
        after: '1',
        before: '3',
        count: 8,
        types: [
          { type: 'b', count: 7 },
          { type: 'a', count: 1 },
        ],
      },
    ]);
  });

  it('names five types at most, the most frequent, and counts all', () => {
    const counts = Array.from({ length: 9 }, (_, n) => ({ type: `t${n}`, count: n + 1 }));
    const { rest } = fitItems([item('1', { counts })], omissionBytes, 0);
    expect(rest).toEqual({ after: null, before: null, count: 45, types: counts.slice(4).toReversed() });
    const long = counts.map(({ type, count }) => ({ type: type.padEnd(100, 'x'), count }));
    expect(fitItems([item('1', { counts: long })], omissionBytes, 0).rest?.types).toHaveLength(2);
  });

  it('of random lists is within its bytes, in order, the same each time, and no event is neither shown nor counted', () => {
    const random = randomSource(7);
    for (let round = 0; round < inDrill(2_000, 500); round++) {
      const items = Array.from({ length: random(40) }, (_, n) => {
        const outlineBytes = 100 + random(300);
        const rank = RANKS[random(RANKS.length)] as Rank;
        return item(String(n), {
          rank,
          isReserved: rank === 'severe' && random(4) === 0,
          counts: [{ type: `t${random(8)}`, count: 1 + random(4) }],
          missingBehind: random(5) === 0 ? [{ type: `t${random(8)}`, count: 1 + random(1_000) }] : [],
          wholeBytes: random(6) === 0 ? null : outlineBytes + random(3_000),
          outlineBytes,
        });
      });
      const maxBytes = leastBytes(items, omissionBytes) + random(12_000);
      const fitted = fitItems(items, omissionBytes, maxBytes);
      expect(bytesOf(fitted)).toBeLessThanOrEqual(maxBytes);
      expect(fitItems(items, omissionBytes, maxBytes)).toEqual(fitted);
      expectWhole(items, fitted);
    }
  });
});

/** Each item is shown in its place, or counted between the two that are shown around it. */
function expectWhole(items: readonly FittingItem[], { shown, rest }: Fitted<FittingItem>): void {
  let next = 0;
  let missing = 0;
  const leftOut = (until: number): void => {
    for (; next < until; next++) missing += total(items[next] as FittingItem);
  };
  for (const { item: of, omission } of shown) {
    leftOut(items.indexOf(of));
    expect(omission?.count ?? 0).toBe(missing);
    missing = of.missingBehind.reduce((sum, { count }) => sum + count, 0);
    next++;
  }
  leftOut(items.length);
  expect(rest?.count ?? 0).toBe(missing);
  for (const of of items.filter(({ isReserved }) => isReserved)) expect(shown.map((one) => one.item)).toContain(of);
}

const total = ({ counts, missingBehind }: FittingItem): number =>
  [...counts, ...missingBehind].reduce((sum, { count }) => sum + count, 0);

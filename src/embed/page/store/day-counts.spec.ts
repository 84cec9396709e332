import { expect, it } from '@jest/globals';
import { DayCounts } from './day-counts.ts';
import type { FeedItem } from './state.ts';

it('events without a real date, on the last day there is, do not keep the days below them from being counted', async () => {
  const asked: string[] = [];
  const counted: (readonly [string, number])[] = [];
  const read = (from: string, to: string) => {
    asked.push(`${from} to ${to}`);
    return Promise.resolve({ days: [{ day: '2026-04-20', count: 2 }] });
  };
  const counts = new DayCounts(read, (days) => counted.push(...days));
  const items = ['9999-12-31', '2026-04-20', '2026-04-19'].map((day) => ({ day }) as FeedItem);
  await counts.cover(items);
  await counts.cover(items);
  expect(asked).toEqual(['2026-01-19 to 2026-04-21']);
  expect(counted).toEqual([['2026-04-20', 2]]);
});

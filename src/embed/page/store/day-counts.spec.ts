import { describe, expect, it } from '@jest/globals';
import { DayCounts } from './day-counts.ts';
import type { FeedItem } from './state.ts';

describe('the counts of days', () => {
  const asked = async (...days: string[]): Promise<string[]> => {
    const ranges: string[] = [];
    const read = (from: string, to: string) => {
      ranges.push(`${from} ${to}`);
      return Promise.resolve({ days: [] });
    };
    const counts = new DayCounts(read, () => {});
    await counts.cover(days.map((day) => ({ day }) as FeedItem));
    return ranges;
  };

  it('are asked for from the oldest day that is shown, or three months, to the newest', async () => {
    expect(await asked('2026-04-18', '2026-04-01')).toEqual(['2026-01-17 2026-04-19']);
    expect(await asked('2026-04-18', '2025-10-01')).toEqual(['2025-10-01 2026-04-19']);
    expect(await asked('2026-04-18', '2019-01-01')).toEqual(['2025-04-18 2026-04-19']);
  });

  it('are asked for only in the years in which the service counts', async () => {
    expect(await asked('+010000-01-01', '2026-04-18')).toEqual(['2026-01-17 2026-04-19']);
    expect(await asked('9999-12-31')).toEqual(['9999-09-30 9999-12-31']);
    expect(await asked('0001-01-02', '0000-12-31')).toEqual(['0001-01-01 0001-01-03']);
    expect(await asked('+010000-01-01')).toEqual([]);
    expect(await asked()).toEqual([]);
  });
});

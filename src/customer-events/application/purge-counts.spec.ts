import { describe, expect, it } from '@jest/globals';
import { PurgeCounts } from './purge-counts.ts';

describe('PurgeCounts', () => {
  it('tells 200 apps apart, and counts what comes later together', () => {
    const counts = new PurgeCounts();
    for (let n = 0; n < 205; n++) counts.add(`app-${n}`, 2);
    counts.add('app-0', 1);
    counts.add('nothing', 0);
    expect(counts.events.size).toBe(201);
    expect(counts.events.get('app-0')).toBe(3);
    expect(counts.events.get('(others)')).toBe(10);
    expect(counts.total).toBe(411);
  });

  it('is behind from a time on, until it is not any more', () => {
    const counts = new PurgeCounts();
    expect(counts.behindSeconds(1_000)).toBe(0);
    counts.noteBehind(5_000, 100_000);
    expect(counts.behindSeconds(107_000)).toBe(12);
    counts.noteBehind(0, 110_000);
    expect(counts.behindSeconds(120_000)).toBe(0);
  });
});

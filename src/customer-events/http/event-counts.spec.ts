import { describe, expect, it } from '@jest/globals';
import { EventCounts } from './event-counts.ts';

describe('EventCounts', () => {
  const total = (counts: EventCounts): number =>
    [...counts.counts.values()]
      .flatMap((channels) => [...channels.values()])
      .reduce((sum, { created }) => sum + created, 0);

  it('counts by app, channel and outcome', () => {
    const counts = new EventCounts();
    counts.add('acme', 'single', { created: 1 });
    counts.add('acme', 'batch', { created: 2, rejected: 1 });
    counts.add('acme', 'batch', { created: 3, replayed: 4 });
    counts.add('other', 'single', { rejected: 1 });
    expect(Object.fromEntries(counts.counts.get('acme') ?? [])).toEqual({
      single: { created: 1, replayed: 0, rejected: 0 },
      batch: { created: 5, replayed: 4, rejected: 1 },
    });
    expect(counts.counts.get('other')?.get('single')?.rejected).toBe(1);
  });

  it('has nothing but zeros before the first event, so that the metric is there', () => {
    const { counts } = new EventCounts();
    const nothing = { created: 0, replayed: 0, rejected: 0 };
    expect([...counts].map(([app, channels]) => [app, Object.fromEntries(channels)])).toEqual([
      ['(others)', { single: nothing, batch: nothing, import: nothing }],
    ]);
  });

  it('has 200 apps at most, counts all others together, and displaces none', () => {
    const counts = new EventCounts();
    for (let app = 1; app <= 1_000; app++) counts.add(`app-${app}`, 'single', { created: 1 });
    for (let app = 1; app <= 1_000; app++) counts.add(`app-${app}`, 'single', { created: 1 });
    expect(counts.counts.size).toBe(201);
    expect(counts.counts.get('app-1')?.get('single')?.created).toBe(2);
    expect(counts.counts.get('app-200')?.get('single')?.created).toBe(2);
    expect(counts.counts.get('(others)')?.get('single')?.created).toBe(1_600);
    expect(total(counts)).toBe(2_000);
  });
});

import { describe, expect, it } from '@jest/globals';
import { aCustomer, anEvent, instant } from '../../../test/support/builders.ts';
import { encoded } from '../../../test/fakes/in-memory-timeline-store.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { TimelinePosition } from '../domain/timeline.ts';
import { SEARCH_MAX_EVENTS, searchEvents, type ReadEvents } from './entry-search.ts';

const PAGE = 500;

describe('a search', () => {
  /** So many events, the newest first; of each only its position tells it apart. */
  const events = (count: number, text = '{}'): CustomerEvent[] => {
    const ada = aCustomer('ada');
    const payload = new JsonText(text);
    return Array.from({ length: count }, (_, n) =>
      anEvent(ada, { payload, occurredAt: instant(new Date(1e12 - n * 1000).toISOString()) }),
    );
  };
  const readOf =
    (all: readonly CustomerEvent[], reads: number[] = []): ReadEvents =>
    (after, limits) => {
      const start = after === null ? 0 : all.findIndex(({ id }) => id === after.id) + 1;
      const part = all.slice(start, start + limits.events);
      reads.push(part.length);
      const last = part.at(-1);
      const next: TimelinePosition | null = start + part.length < all.length && last !== undefined ? last : null;
      return Promise.resolve({ events: part.map(encoded), next });
    };
  const all = { limit: 50, after: null, isVisible: () => true };

  it('looks at 20,000 events of a request at most, and the next one goes on behind them', async () => {
    const history = events(SEARCH_MAX_EVENTS + 10);
    const wanted = history.at(-1);
    const matches = ({ id }: CustomerEvent): boolean => id === wanted?.id;
    const reads: number[] = [];
    const first = await searchEvents(readOf(history, reads), { ...all, matches });
    expect(first).toMatchObject({ events: [], scanned: 20_000, isOpen: false });
    expect(first.next).toMatchObject({ id: history[SEARCH_MAX_EVENTS - 1]?.id });
    expect(reads).toEqual(Array<number>(SEARCH_MAX_EVENTS / PAGE).fill(PAGE));
    const second = await searchEvents(readOf(history), { ...all, after: first.next, matches });
    expect(second).toMatchObject({ events: [{ id: wanted?.id }], scanned: 10, next: null });
  });

  it('reads 32 MiB of payloads at most, and a page more', async () => {
    const history = events(1_500, JSON.stringify({ text: 'x'.repeat(65_000) }));
    const { scanned, next } = await searchEvents(readOf(history), { ...all, matches: () => false });
    expect(scanned).toBe(1_000);
    expect(next).not.toBeNull();
  });

  it('reads 64 times at most, where few of the events are of the types asked for', async () => {
    const place = { occurredAt: instant('2026-04-18'), id: 'c' };
    let reads = 0;
    const { scanned, next } = await searchEvents(
      () => {
        reads++;
        return Promise.resolve({ events: [], next: place });
      },
      { ...all, matches: () => true },
    );
    expect({ reads, scanned, next }).toEqual({ reads: 64, scanned: 0, next: place });
  });

  it('ends as soon as it has found enough', async () => {
    const history = events(1_000);
    const found = await searchEvents(readOf(history), { ...all, limit: 3, matches: () => true });
    expect(found).toMatchObject({ scanned: 3, next: { id: history[2]?.id } });
    expect(found.events).toHaveLength(3);
  });
});

import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryCustomers, InMemoryCustomerStore } from '../../../test/fakes/in-memory-customers.ts';
import { InMemoryTimelineStore } from '../../../test/fakes/in-memory-timeline-store.ts';
import { RulesByType, type TestRule } from '../../../test/fakes/rules-by-type.ts';
import { aCustomer, anEvent, APP, instant } from '../../../test/support/builders.ts';
import { randomWholeNumbers } from '../../../test/support/random.ts';
import { readTurns } from '../../../test/support/turns.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { daysIn } from '../../../libs/time/zone-days.ts';
import { isOlder, typeFilter } from '../domain/timeline.ts';
import type { EntriesQuery, EntriesSight, EntriesStart, TimelineEntriesPage, TimelineEntry } from './entries.ts';
import { TimelineEntries } from './timeline-entries.ts';

const SIGHT: EntriesSight = { types: [], masked: false, knowsCustomer: true, ticketAt: null };
const QUERY: EntriesQuery = {
  start: { kind: 'newest' },
  ...{ types: [], text: null, quiet: 'fold', timeZone: 'UTC', limit: 50 },
};
const TYPES = ['a', 'b', 'c', 'd.x', 'd.y', 'e'];
/** Each with a day whose clocks change. */
const CHANGES = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-11-01'],
  ['Asia/Kolkata', '2026-04-20'],
  ['Australia/Lord_Howe', '2026-04-05'],
] as const;

type Random = (bound: number) => number;

describe('the entries of a timeline', () => {
  const ada = aCustomer('ada');
  const customers = new InMemoryCustomers();
  const rules = new RulesByType();
  let entries: TimelineEntries;

  beforeEach(() => {
    rules.rules = {};
    entries = new TimelineEntries(
      new InMemoryCustomerStore(customers),
      new InMemoryTimelineStore(customers),
      rules,
      readTurns(),
    );
  });

  const page = (start: EntriesStart, query: EntriesQuery, sight = SIGHT): Promise<TimelineEntriesPage> =>
    entries.page(APP, 'ada', { ...query, start }, sight);
  const record = (events: readonly CustomerEvent[]): void =>
    void customers.byId.set(ada.id, { appId: APP, customer: ada, events: [...events] });

  /** The ids of the events of an entry, which is opened where it is folded. */
  const idsOf = async (entry: TimelineEntry, query: EntriesQuery): Promise<string[]> => {
    if (entry.kind === 'event') return [entry.id];
    const opened: TimelineEntry[] = [];
    for (let cursor: string | null = entry.cursor; cursor !== null;) {
      const part: TimelineEntriesPage = await page({ kind: 'within', cursor }, query);
      opened.push(...part.entries);
      cursor = part.older;
    }
    expect(opened).toHaveLength(entry.count);
    const dayOf = daysIn(query.timeZone);
    const days = opened.map((one) => (one.kind === 'event' ? dayOf(one.occurredAt) : one.kind));
    expect(new Set(days).size).toBe(1);
    return opened.map((one) => (one.kind === 'event' ? one.id : one.kind));
  };
  const openedIds = async (all: readonly TimelineEntry[], query: EntriesQuery): Promise<string[]> =>
    (await Promise.all(all.map((entry) => idsOf(entry, query)))).flat();

  /** All entries from a page on in one direction, the newest first. */
  const walk = async (
    first: TimelineEntriesPage,
    direction: 'older' | 'newer',
    query: EntriesQuery,
  ): Promise<TimelineEntry[]> => {
    const pages = [first.entries];
    for (let cursor = first[direction]; cursor !== null;) {
      const next = await page({ kind: 'cursor', cursor, direction }, query);
      expect(next.entries.length).toBeLessThanOrEqual(query.limit);
      pages.push(next.entries);
      cursor = next[direction];
    }
    return (direction === 'older' ? pages : pages.reverse()).flat();
  };

  /** Many instants have several events, and all lie within three days around a change of clocks. */
  const randomEvents = (random: Random, day: string): CustomerEvent[] => {
    const start = Date.parse(`${day}T00:00:00Z`) - 86_400_000;
    let type = 'a';
    return Array.from({ length: random(90) }, () => {
      if (random(3) === 0) type = TYPES[random(TYPES.length)] as string;
      const at = new Date(start + random(3 * 24) * 3_600_000).toISOString().replace('Z', `00${random(2)}Z`);
      return anEvent(ada, { type, occurredAt: instant(at) });
    });
  };
  const randomRules = (random: Random): Record<string, TestRule> =>
    Object.fromEntries(TYPES.map((type) => [type, { quiet: random(2) === 0, hidden: random(6) === 0 }]));

  it.each(Array.from({ length: 60 }, (_, seed) => seed + 1))(
    'opened and put together are the events, each once, whichever way one goes (random history %i)',
    async (seed) => {
      const random = randomWholeNumbers(seed);
      const [timeZone, day] = CHANGES[random(CHANGES.length)] as (typeof CHANGES)[number];
      const quiet = (['fold', 'show', 'hide'] as const)[random(3)] as EntriesQuery['quiet'];
      const query: EntriesQuery = { ...QUERY, timeZone, quiet, limit: 1 + random(12) };
      const events = randomEvents(random, day);
      record(events);
      rules.rules = randomRules(random);
      const isShown = ({ type }: CustomerEvent): boolean =>
        rules.rules[type]?.hidden !== true && !(quiet === 'hide' && rules.rules[type]?.quiet === true);
      const shown = events.filter(isShown).sort((a, b) => (isOlder(a, b) ? 1 : -1));
      const expected = shown.map(({ id }) => id);

      const fromNewest = await walk(await page({ kind: 'newest' }, query), 'older', query);
      expect(await openedIds(fromNewest, query)).toEqual(expected);
      const beginning = await page({ kind: 'at', at: instant('2020-01-01') }, query);
      expect(await openedIds(await walk(beginning, 'newer', query), query)).toEqual(expected);

      const middle = shown[random(Math.max(shown.length, 1))];
      if (middle === undefined) return;
      for (const start of [
        { kind: 'at', at: middle.occurredAt },
        { kind: 'around', eventId: middle.id },
      ] as const) {
        const first = await page(start, query);
        const up = await walk({ ...first, entries: [] }, 'newer', query);
        const down = await walk(first, 'older', query);
        expect(await openedIds([...up, ...down], query)).toEqual(expected);
        if (start.kind === 'around') expect(first.entries).toContainEqual(expect.objectContaining({ id: middle.id }));
      }
      // The pages of a walk are bound together in both directions, at each of its cursors.
      const { older } = await page({ kind: 'newest' }, query);
      if (older === null) return;
      const second = await page({ kind: 'cursor', cursor: older, direction: 'older' }, query);
      const back = await walk({ ...second, entries: [] }, 'newer', query);
      expect(await openedIds([...back, ...(await walk(second, 'older', query))], query)).toEqual(expected);
    },
  );

  it('look at 5,000 events at most: a fold that reaches so far says that more may follow', async () => {
    record(Array.from({ length: 12_001 }, () => anEvent(ada, { type: 'a', occurredAt: instant('2026-04-20') })));
    const counts: unknown[] = [];
    for (let start: EntriesStart | null = { kind: 'newest' }; start !== null;) {
      const { entries: found, older, scanned }: TimelineEntriesPage = await page(start, QUERY);
      counts.push(
        found.map((one) => (one.kind === 'run' ? [one.count, one.more] : one.kind)),
        scanned,
      );
      start = older === null ? null : { kind: 'cursor', cursor: older, direction: 'older' };
    }
    expect(counts).toEqual([[[5_000, true]], 5_000, [[5_000, true]], 5_000, [[2_001, undefined]], 2_001]);
  });

  it.each<[string, Partial<EntriesQuery>, TestRule]>([
    ['hidden', {}, { hidden: true }],
    ['quiet, where these are left out', { quiet: 'hide' }, { quiet: true }],
    ['not asked for', { types: [typeFilter('rare')] }, {}],
  ])('are found behind 20,000 events of a type that is %s by one request', async (_, asked, rule) => {
    const instants = ['2026-04-20', '2026-04-19'].map(instant);
    const noise = Array.from({ length: 20_000 }, () => anEvent(ada, { type: 'a', occurredAt: instants[0] as Instant }));
    record([...noise, anEvent(ada, { type: 'rare', occurredAt: instants[1] as Instant })]);
    rules.rules = { a: rule };
    const found = await page({ kind: 'newest' }, { ...QUERY, ...asked });
    expect(found.entries).toMatchObject([{ kind: 'event', type: 'rare' }]);
    expect(found.older).toBeNull();
  });
});

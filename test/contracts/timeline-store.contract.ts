import { beforeEach, describe, expect, it } from '@jest/globals';
import { neverAbandoned } from '../../libs/kernel/abandoned.ts';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import { compareInstants, type Instant } from '../../libs/time/instant.ts';
import { randomId } from '../../libs/kernel/ids.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import { countsBetween, type EventOutline } from '../../src/customer-events/domain/ticket-context.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import {
  typeFilter,
  WHOLE_TIMELINE,
  type TimelineOrder,
  type TimelinePart,
  type TimelinePosition,
  type TimelineQuery,
} from '../../src/customer-events/domain/timeline.ts';
import { aCustomer, anEvent, APP, instant, ORDER } from '../support/builders.ts';
import { walkTimeline } from '../support/walk-timeline.ts';
import { decodedEvent, type EncodedEvent } from '../../src/customer-events/application/timeline-store.port.ts';
import { customerEventResponse } from '../../src/customer-events/http/customer-event.response.ts';
import type { Stores } from './customer-event-store.contract.ts';

const NEWEST_FIRST: TimelineQuery = { ...WHOLE_TIMELINE, order: 'desc' };
const OLDEST_FIRST: TimelineQuery = { ...WHOLE_TIMELINE, order: 'asc' };

/** What every TimelineStore does. `open` gives empty stores. */
export function timelineStoreContract(open: () => Stores): void {
  describe('as a TimelineStore', () => {
    let stores: Stores;
    let ada: Customer;
    let bob: Customer;

    beforeEach(async () => {
      stores = open();
      // The database of one spec file sees many runs of this contract.
      const run = randomId();
      ada = aCustomer(`ada-${run}`);
      bob = aCustomer(`bob-${run}`);
      for (const customer of [ada, bob]) await stores.customers.put(APP, customer.id, () => customer);
    });

    const append = async (...all: CustomerEvent[]): Promise<CustomerEvent[]> => {
      await stores.events.append(all, neverAbandoned);
      return all;
    };
    const at = (occurredAt: string, type = 'a') => anEvent(ada, { occurredAt: instant(occurredAt), type });
    const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id);
    const outlined = async (query: TimelineQuery, events: number, after: TimelinePosition | null = null) =>
      (await stores.timelines.outlines(ada.id, { ...query, exceptTypes: [] }, after, { events, entries: events }))
        .events;
    const walk = (query: TimelineQuery, limit: number): Promise<CustomerEvent[]> =>
      walkTimeline(stores.timelines, ada.id, query, limit);

    it.each<[TimelineOrder, number]>([
      ['asc', 7],
      ['desc', 7],
      ['asc', 1],
      ['desc', 200],
    ])('pages %s by %i through events of one microsecond, each exactly once', async (order, limit) => {
      const all = Array.from({ length: 60 }, (_, n) => at(`2026-04-18T10:00:00.00000${Math.floor(n / 20)}Z`));
      await append(...all, anEvent(bob));
      const expected = order === 'asc' ? all : [...all].reverse();
      expect(idsOf(await walk({ ...WHOLE_TIMELINE, order }, limit))).toEqual(idsOf(expected));
    });

    describe('counts by parts of time', () => {
      const STARTS = ['2026-01-01', '2026-01-02', '2026-01-03T00:00:00.000001Z', '2026-01-09'].map(instant);

      beforeEach(async () => {
        await append(
          at('2025-12-31T23:59:59.999999Z'),
          at('2026-01-01', 'a'),
          at('2026-01-01T23:59:59.999999Z', 'b.c'),
          at('2026-01-02', 'a'),
          at('2026-01-03', 'b.c'),
          at('2026-01-03T00:00:00.000001Z', 'b.c'),
          at('2026-01-10', 'a'),
          at('9999-12-31T23:59:59.999999Z', 'a'),
          anEvent(bob, { occurredAt: instant('2026-01-01') }),
        );
      });

      it.each<[string | undefined, string[], number[]]>([
        [undefined, [], [2, 2, 1, 2]],
        ['2026-01-10', [], [2, 2, 1, 0]],
        ['2026-01-10T00:00:00.000001Z', [], [2, 2, 1, 1]],
        [undefined, ['b.*'], [1, 1, 1, 0]],
        [undefined, ['a', 'b.*'], [2, 2, 1, 2]],
        [undefined, ['b'], [0, 0, 0, 0]],
      ])('up to %s, of the types %j', async (end, types, expected) => {
        const until = end === undefined ? end : instant(end);
        const counts = await stores.timelines.countParts(ada.id, types.map(typeFilter), STARTS, until);
        expect(counts).toEqual(expected);
      });

      it('without a part, and of nobody', async () => {
        expect(await stores.timelines.countParts(ada.id, [], [], undefined)).toEqual([]);
        expect(await stores.timelines.countParts('nobody', [], STARTS, undefined)).toEqual([0, 0, 0, 0]);
      });
    });

    describe('filters', () => {
      const TYPES = ['order.placed', 'order.shipped', 'order', 'orders.x', 'order_x', 'invoice.paid'];
      let events: CustomerEvent[];

      beforeEach(async () => {
        events = await append(
          ...TYPES.map((type, day) => at(`2026-01-0${day + 1}`, type)),
          anEvent(bob, { type: 'order.placed' }),
        );
      });

      it.each<[string[], string[]]>([
        [['order.placed'], ['order.placed']],
        [['order.*'], ['order.placed', 'order.shipped']],
        [
          ['order.*', 'invoice.paid'],
          ['order.placed', 'order.shipped', 'invoice.paid'],
        ],
        [
          ['order', 'orders.*'],
          ['order', 'orders.x'],
        ],
        [
          ['order.placed', 'order.*'],
          ['order.placed', 'order.shipped'],
        ],
        [['order_x'], ['order_x']],
        [['order_.*'], []],
        [['nothing'], []],
      ])('by the types %j', async (filters, found) => {
        const query = { types: filters.map(typeFilter) };
        for (const limit of [1, 2, 10]) {
          expect((await walk({ ...query, order: 'asc' }, limit)).map(({ type }) => type)).toEqual(found);
          expect((await walk({ ...query, order: 'desc' }, limit)).map(({ type }) => type)).toEqual(found.toReversed());
        }
        expect((await stores.timelines.summarize(ada.id, query)).map(({ type }) => type)).toEqual(found.toReversed());
      });

      it.each<[string | undefined, string | undefined, number, number]>([
        ['2026-01-02', undefined, 1, 6],
        [undefined, '2026-01-02', 0, 1],
        ['2026-01-02', '2026-01-04', 1, 3],
        ['2026-01-02T00:00:00.000001Z', '2026-01-04T00:00:00.000001Z', 2, 4],
        ['2026-01-02', '2026-01-02', 0, 0],
        ['2027-01-01', undefined, 0, 0],
      ])('from %s, inclusive, to %s, exclusive', async (from, to, first, end) => {
        const window = {
          types: [],
          from: from === undefined ? from : instant(from),
          to: to === undefined ? to : instant(to),
        };
        const expected = idsOf(events.slice(first, end));
        expect(idsOf(await walk({ ...window, order: 'asc' }, 2))).toEqual(expected);
        expect(idsOf(await walk({ ...window, order: 'desc' }, 2))).toEqual(expected.toReversed());
        const counts = (await stores.timelines.summarize(ada.id, window)).map(({ count }) => count);
        expect(counts).toEqual(expected.map(() => 1));
      });

      it('all at once', async () => {
        const query: TimelineQuery = {
          types: [typeFilter('order.*'), typeFilter('order')],
          from: instant('2026-01-02'),
          to: instant('2026-01-09'),
          order: 'desc',
        };
        expect((await walk(query, 1)).map(({ type }) => type)).toEqual(['order', 'order.shipped']);
      });
    });

    it.each<[TimelineOrder, number, number, number]>([
      ['asc', 7, 1_000_000, 3],
      ['desc', 2, 2_000, 1],
      ['desc', 50, 1, 7],
      ['asc', 5, 5_000, 1_000],
    ])(
      'reads every match once, %s, in parts of %i events, %i bytes and %i entries',
      async (order, events, bytes, entries) => {
        const all = Array.from({ length: 60 }, (_, n) => ({
          ...at(`2026-04-18T10:00:00.00000${Math.floor(Math.random() * 4)}Z`, n % 9 === 0 ? 'b' : 'a'),
          payload: new JsonText(JSON.stringify('x'.repeat(Math.floor(Math.random() * 5_000)))),
        }));
        await append(...all);
        for (const types of [[], [typeFilter('b')], [typeFilter('none')]]) {
          const found: string[] = [];
          let after: TimelinePosition | null = null;
          do {
            const part: TimelinePart<EncodedEvent> = await stores.timelines.page(ada.id, { types, order }, after, {
              events,
              bytes,
              entries,
            });
            expect(part.events.length).toBeLessThanOrEqual(events);
            const size = part.events.reduce((sum, event) => sum + event.decoded().payload.text.length, 0);
            if (part.events.length > 1) expect(size).toBeLessThanOrEqual(bytes);
            found.push(...idsOf(part.events));
            after = part.next;
          } while (after !== null);
          const expected = all
            .filter(({ type }) => types.length === 0 || types.some((filter) => filter.type === type))
            .sort((a, b) => compareInstants(a.occurredAt, b.occurredAt) || (a.id < b.id ? -1 : 1));
          expect(found).toEqual(idsOf(order === 'asc' ? expected : expected.toReversed()));
        }
      },
    );

    it('gives the events of a page as the JSON that a response has, and field by field, whatever is in them', async () => {
      const fields: Partial<CustomerEvent>[] = [
        {},
        { eventId: 'order-1042:placed.', type: 'order_placed.v2' },
        { payload: new JsonText('{"n":1e400,"big":123456789012345678901234567890,"z":-0,"__proto__":{"a":[]}}') },
        {
          payload: new JsonText('{"nul":"\\u0000","lone":"\\ud800","line":"\\u2028","q":"\\"","text":"Grüße 🎉","":0}'),
        },
        { payload: new JsonText('{"x":",\\"occurredAt\\":\\"2020"}'), eventId: 'a' },
        {
          payload: new JsonText(
            '{"id":"x","payload":{"occurredAt":"2020","createdAt":"2020","eventId":"b"},"type":"t","a":1,"occurredAt":"2020-01-01T00:00:00Z","createdAt":"x","eventId":"y"}',
          ),
        },
        { occurredAt: instant('0001-01-01T00:00:00Z') },
        { occurredAt: instant('9999-12-31T23:59:59.999999Z'), createdAt: instant('2026-04-18T12:00:00.1204Z') },
      ];
      const all = await append(...fields.map((some) => anEvent(ada, some)));
      const limits = { events: 200, bytes: 1_000_000, entries: 1_000 };
      for (const types of [[], [typeFilter('order.*'), typeFilter('order_placed.v2')]]) {
        const { events, next } = await stores.timelines.page(ada.id, { types, order: 'asc' }, null, limits);
        const found = new Map(events.map((event) => [event.id, event]));
        expect(next).toBeNull();
        expect(all.map(({ id }) => found.get(id)?.decoded())).toEqual(all);
        expect(all.map(({ id }) => found.get(id)?.json)).toEqual(all.map((event) => customerEventResponse(event)));
      }
    });

    it('outlines what a page would give', async () => {
      await append(at('2026-01-01'), at('2026-01-02T00:00:00.000001Z', 'b'), at('2026-01-03'));
      const { events } = await stores.timelines.page(ada.id, NEWEST_FIRST, null, {
        events: 2,
        bytes: 10_000,
        entries: 10,
      });
      expect(await outlined(NEWEST_FIRST, 2)).toEqual(
        events.map(decodedEvent).map(({ id, type, occurredAt }) => ({ id, type, occurredAt })),
      );
    });

    it('outlines events behind a position both ways, also of one microsecond, and behind a place before all of an instant', async () => {
      const all = await append(...Array.from({ length: 6 }, (_, n) => at(`2026-01-0${1 + Math.floor(n / 3)}`)));
      await append(anEvent(bob));
      const sorted = [...all].sort((a, b) => compareInstants(a.occurredAt, b.occurredAt) || (a.id < b.id ? -1 : 1));
      const ids = async (query: TimelineQuery, after: TimelinePosition) => idsOf(await outlined(query, 3, after));
      const second = sorted[1] as CustomerEvent;
      expect(await ids(OLDEST_FIRST, second)).toEqual(idsOf(sorted.slice(2, 5)));
      expect(await ids(NEWEST_FIRST, second)).toEqual(idsOf(sorted.slice(0, 1)));
      const place = { occurredAt: instant('2026-01-02'), id: '' };
      expect(await ids(OLDEST_FIRST, place)).toEqual(idsOf(sorted.slice(3)));
      expect(await ids(NEWEST_FIRST, place)).toEqual(idsOf(sorted.slice(0, 3).reverse()));
    });

    describe('outlines without some types', () => {
      const query: TimelineQuery = { ...NEWEST_FIRST, types: [typeFilter('a.*')] };
      /** The types of each part of a walk to the end; a part that looked in vain has none. */
      const parts = async (of: TimelineQuery, exceptTypes: string[], events: number, entries: number) => {
        const found: string[][] = [];
        for (let after: TimelinePosition | null = null; ;) {
          const part: TimelinePart<EventOutline> = await stores.timelines.outlines(
            ada.id,
            { ...of, exceptTypes },
            after,
            { events, entries },
          );
          found.push(part.events.map(({ type }) => type));
          if (part.next === null) return found;
          after = part.next;
        }
      };

      beforeEach(async () => {
        const types = ['a.x', 'b', 'a.y', 'b', 'b', 'b', 'c', 'a.x', 'a.x'];
        await append(
          ...types.map((type, n) => at(`2026-01-0${1 + Math.floor(n / 2)}T0${n}:00:00Z`, type)),
          anEvent(bob),
        );
      });

      it('as far as it may look, and then says where it ended', async () => {
        expect(await parts(query, [], 5, 3)).toEqual([['a.x', 'a.x'], [], ['a.y', 'a.x'], []]);
        expect(await parts({ ...query, order: 'asc' }, [], 5, 4)).toEqual([['a.x', 'a.y'], ['a.x'], ['a.x']]);
        expect(await parts(query, ['a.x'], 5, 9)).toEqual([['a.y'], []]);
        expect(await parts(query, ['a.x'], 5, 10)).toEqual([['a.y']]);
      });

      it('as many as were asked for, and goes on behind the last of them', async () => {
        expect(await parts(query, [], 1, 3)).toEqual([['a.x'], ['a.x'], [], ['a.y'], ['a.x'], []]);
        expect(await parts(NEWEST_FIRST, ['a.x', 'b'], 1, 9)).toEqual([['c'], ['a.y'], []]);
        expect(await parts(NEWEST_FIRST, [], 4, 4)).toEqual([
          ['a.x', 'a.x', 'c', 'b'],
          ['b', 'b', 'a.y', 'b'],
          ['a.x'],
        ]);
      });

      it('from an instant on', async () => {
        const from = instant('2026-01-04T07:00:00Z');
        expect(await parts({ ...query, from }, [], 5, 10)).toEqual([['a.x', 'a.x']]);
      });
    });

    it('gives the events at positions, the newest first, without payloads beyond the budget', async () => {
      const [small, large] = ['{"a":1.50}', JSON.stringify({ a: 'x'.repeat(100) })];
      const of = (day: number, text: string) =>
        anEvent(ada, { occurredAt: instant(`2026-01-${String(day).padStart(2, '0')}`), payload: new JsonText(text) });
      const all = await append(...Array.from({ length: 20 }, (_, n) => of(n + 1, n === 10 ? large : small)));
      const [foreign] = await append(anEvent(bob));
      const gone = { occurredAt: instant('2026-01-01'), id: 'c000000000000000000000000' };
      const found = await stores.timelines.eventsAt(ada.id, [gone, foreign as CustomerEvent, ...all], small.length);
      expect(idsOf(found)).toEqual(idsOf([...all].reverse()));
      expect(found.map(({ payload }) => payload?.text ?? null)).toEqual(
        found.map((_, n) => (n === 9 || n > 16 ? null : small)),
      );
      expect(found.map(({ payloadBytes }) => payloadBytes)).toEqual(
        found.map((_, n) => (n === 9 ? large : small).length),
      );
      expect(await stores.timelines.eventsAt(ada.id, [], 1)).toEqual([]);
    });

    describe('for a context', () => {
      const sized = (occurredAt: string, type: string, bytes: number) => ({
        ...at(occurredAt, type),
        payload: new JsonText(`{"t":"${'x'.repeat(bytes - 8)}"}`),
      });

      it('gives the size of each payload, and those payloads that are small enough', async () => {
        const all = [
          sized('2026-01-03', 'a', 50_000),
          sized('2026-01-02', 'b', 1_001),
          sized('2026-01-01', 'c', 1_000),
        ];
        const random = Array.from({ length: 40_000 }, () => Math.floor(Math.random() * 36).toString(36)).join('');
        all.push({ ...at('2025-01-01', 'd'), payload: new JsonText(`{"t":"${random}"}`) });
        await append(...all);
        const found = await stores.timelines.latest(ada.id, NEWEST_FIRST, 10, 1_000);
        expect(found.map(({ id, payloadBytes, payload }) => [id, payloadBytes, payload])).toEqual([
          [all[0]?.id, 50_000, null],
          [all[1]?.id, 1_001, null],
          [all[2]?.id, 1_000, all[2]?.payload],
          [all[3]?.id, 40_008, null],
        ]);
      });

      it('gives as many events as were asked for, also where the payloads of the first are all that is read', async () => {
        await append(...Array.from({ length: 40 }, (_, n) => sized(`2026-01-01T00:00:${10 + n}Z`, 'a', 1_000)));
        const found = await stores.timelines.latest(ada.id, NEWEST_FIRST, 30, 1_000);
        expect(found).toHaveLength(30);
        expect(found.filter(({ payload }) => payload !== null)).toHaveLength(16);
        expect(found.every(({ payloadBytes }) => payloadBytes === 1_000)).toBe(true);
      });

      it('finds the latest event of each type, also where the latest that was known is erased', async () => {
        const all = await append(
          at('2026-01-05', 'a'),
          at('2026-01-04', 'b'),
          at('2026-01-04', 'b'),
          at('2026-01-03', 'a'),
          at('2026-01-01', 'c'),
          anEvent(bob, { occurredAt: instant('2026-01-04'), type: 'b' }),
        );
        const last = (type: string, occurredAt: string) => ({ type, lastOccurredAt: instant(occurredAt) });
        const lasts = [
          last('a', '2026-01-04T12:00:00Z'),
          last('b', '2026-01-04'),
          last('c', '2026-01-01'),
          last('d', '2026-01-05'),
        ];
        const found = await stores.timelines.latestOfTypes(ada.id, instant('2026-01-02'), lasts, 1_000);
        expect(found).toEqual([
          { ...all[2], payloadBytes: 2 },
          { ...all[3], payloadBytes: 2 },
        ]);
        expect(idsOf(await stores.timelines.latestOfTypes(ada.id, undefined, lasts, 1_000))).toEqual(
          idsOf([all[2], all[3], all[4]] as CustomerEvent[]),
        );
        expect(await stores.timelines.latestOfTypes(ada.id, undefined, [], 1_000)).toEqual([]);
      });

      it('counts what lies between positions, neither of them counted', async () => {
        const types = ['p', 'a', 'b', 'a', 'p', 'p', 'b', 'p', 'c'];
        const all = await append(...types.map((type) => at('2026-01-05', type)), anEvent(bob, { type: 'b' }));
        const newestFirst = all.slice(0, types.length).toReversed();
        const positions = newestFirst.filter(({ type }) => type === 'p');
        const counts = [
          [{ type: 'b', count: 1 }],
          [],
          [
            { type: 'a', count: 2 },
            { type: 'b', count: 1 },
          ],
        ];
        expect(await stores.timelines.countBetween(ada.id, positions)).toEqual(counts);
        expect(countsBetween(newestFirst, positions)).toEqual(counts);
        expect(await stores.timelines.countBetween(ada.id, positions.slice(0, 1))).toEqual([]);
      });
    });

    it('summarizes each type, the latest first, then by name', async () => {
      await append(
        at('2026-01-03T00:00:00.000001Z', 'b'),
        at('2026-01-05', 'c'),
        at('2026-01-01', 'a'),
        at('2026-01-05', 'a'),
        at('0001-01-01', 'b'),
        at('9999-12-31T23:59:59.999999Z', 'z'),
      );
      expect(await stores.timelines.summarize(ada.id, WHOLE_TIMELINE)).toEqual([
        {
          type: 'z',
          count: 1,
          firstOccurredAt: '9999-12-31T23:59:59.999999Z',
          lastOccurredAt: '9999-12-31T23:59:59.999999Z',
        },
        { type: 'a', count: 2, firstOccurredAt: '2026-01-01T00:00:00Z', lastOccurredAt: '2026-01-05T00:00:00Z' },
        { type: 'c', count: 1, firstOccurredAt: '2026-01-05T00:00:00Z', lastOccurredAt: '2026-01-05T00:00:00Z' },
        { type: 'b', count: 2, firstOccurredAt: '0001-01-01T00:00:00Z', lastOccurredAt: '2026-01-03T00:00:00.000001Z' },
      ]);
      expect(await stores.timelines.summarize(bob.id, WHOLE_TIMELINE)).toEqual([]);
    });

    it.each([
      '0001-01-01',
      '1969-12-31T23:59:59.999999Z',
      '2026-04-18T10:00:00.123456Z',
      '9999-12-31T23:59:59.999999Z',
    ])('finds one event of %s by its id, with its customer only', async (occurredAt) => {
      const [event] = (await append(at(occurredAt), at(occurredAt))) as [CustomerEvent];
      expect(await stores.timelines.find(ada.id, event.id)).toEqual(event);
      expect(await stores.timelines.find(bob.id, event.id)).toBeNull();
    });

    it.each([
      '',
      'x',
      `c${'z'.repeat(24)}`,
      `c${'0'.repeat(24)}`,
      `c${'a'.repeat(25)}`,
      'C00000000000000000000000',
      '\u0000',
    ])('finds nothing under %j, and erases nothing', async (id) => {
      await append(at('2026-01-01'));
      expect(await stores.timelines.find(ada.id, id)).toBeNull();
      expect(await stores.timelines.eraseEvent(ada.id, id, ORDER)).toBe(false);
      expect(await walk(OLDEST_FIRST, 10)).toHaveLength(1);
    });

    it('summarizes the newest events, of whatever type they are, and says whether older ones were left out', async () => {
      const times = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'].map(instant);
      await append(...['a', 'b', 'a', 'b'].map((type, n) => at(times[n] as string, type)), anEvent(bob));
      const newest = (types: string[], entries: number, to?: Instant) =>
        stores.timelines.summarizeNewest(ada.id, { types: types.map(typeFilter), to }, entries);
      const [a, b] = [
        { type: 'a', count: 1, firstOccurredAt: times[2], lastOccurredAt: times[2] },
        { type: 'b', count: 2, firstOccurredAt: times[1], lastOccurredAt: times[3] },
      ];
      expect(await newest([], 3)).toEqual({ types: [b, a], isWhole: false });
      expect(await newest(['a'], 3)).toEqual({ types: [a], isWhole: false });
      expect(await newest(['a'], 5)).toEqual({ types: [{ ...a, count: 2, firstOccurredAt: times[0] }], isWhole: true });
      expect(await newest([], 2, times[2])).toMatchObject({ types: [{ type: 'b' }, { type: 'a' }], isWhole: false });
      expect(await newest(['c.*'], 5)).toEqual({ types: [], isWhole: true });
    });

    it('records who erased an event, by pseudonyms, and nothing where there was none', async () => {
      const [event] = (await append(at('2026-01-01'))) as [CustomerEvent];
      await stores.timelines.eraseEvent(ada.id, event.id, ORDER);
      await stores.timelines.eraseEvent(ada.id, event.id, ORDER);
      const { keys, audit } = stores;
      const [customer, subject] = [keys.pseudonym(ada.id), keys.eventPseudonym(ada.id, event.id)];
      const entries = (await audit()).filter((entry) => entry.customer === customer);
      expect(entries).toEqual([expect.objectContaining({ ...ORDER, action: 'event.erased', customer, subject })]);
      expect(JSON.stringify(entries)).not.toMatch(`${ada.id}|${event.id}`);
    });

    it('erases one event, once, of its own customer', async () => {
      const [first, second] = (await append(at('2026-01-01'), at('2026-01-01'))) as [CustomerEvent, CustomerEvent];
      expect(await stores.timelines.eraseEvent(bob.id, first.id, ORDER)).toBe(false);
      expect(await stores.timelines.eraseEvent(ada.id, first.id, ORDER)).toBe(true);
      expect(await stores.timelines.eraseEvent(ada.id, first.id, ORDER)).toBe(false);
      expect(await walk(OLDEST_FIRST, 10)).toEqual([second]);
      expect(await stores.timelines.find(ada.id, first.id)).toBeNull();
    });
  });
}

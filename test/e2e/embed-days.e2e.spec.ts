import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { EmbedDaysResponse } from '../../src/customer-events/http/embed-days.response.ts';
import type { Days } from '../../src/embed/page/api/types.ts';
import { createSession } from '../support/embed-session.ts';
import { randomWholeNumbers } from '../support/random.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectInvalid } from './helpers/answers.ts';
import { inDrill } from '../support/drill.ts';

/** What the service says, and what the page reads: the compiler compares them. */
const asThePageReads = (days: EmbedDaysResponse): Days => days;

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const TYPES = ['order.placed', 'order.shipped', 'page.view'];
const ZONES = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'America/St_Johns', 'America/Havana', 'Asia/Kolkata'],
  ...['Australia/Lord_Howe', 'Pacific/Kiritimati', 'Pacific/Apia', 'Africa/Casablanca'],
];
/** Around them clocks changed in these zones. */
const CHANGES = ['2010-11-07', '2011-12-30', '2026-03-29', '2026-04-05', '2026-10-25', '2026-11-01'];

describe('the days of a timeline', () => {
  let service: TestService;
  let token: string;

  const ask = (query: string, bearer = token) =>
    request(service.server).get(`/embed/api/days?${query}`).set('Authorization', `Bearer ${bearer}`);
  const daysOf = async (query: string, bearer = token): Promise<Days['days']> => {
    const response = await ask(query, bearer).expect(200);
    return asThePageReads((response.body as { data: EmbedDaysResponse }).data).days;
  };
  const send = async (events: { type: string; occurredAt: string }[], customerExternalId = 'user_42') => {
    const batch = events.map((event) => ({ ...event, customerExternalId, payload: {} }));
    for (let at = 0; at < batch.length; at += 500)
      await service.post('/customer-events/batch', { events: batch.slice(at, at + 500) }).expect(201);
  };
  const sessionFor = async (session: object) => (await createSession(service, session)).token;

  beforeAll(async () => {
    service = await startTestService({ SESSION_READ_LIMITS: '0', RATE_LIMITS: '0' });
    token = await sessionFor({ customerExternalId: 'user_42' });
    for (const externalId of ['random', 'few', 'empty'])
      await service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'R' }).expect(201);
  });
  afterAll(() => service.close());

  describe('with events around midnight', () => {
    let berlin: string;
    let orders: string;

    beforeAll(async () => {
      berlin = await sessionFor({ customerExternalId: 'few', timeZone: 'Europe/Berlin' });
      orders = await sessionFor({ customerExternalId: 'few', types: ['order.*'] });
      await send(
        [
          { type: 'order.placed', occurredAt: '2026-03-28T22:59:59.999999Z' },
          { type: 'order.placed', occurredAt: '2026-03-28T23:00:00Z' },
          { type: 'page.view', occurredAt: '2026-03-29T21:59:59.999999Z' },
          { type: 'order.shipped', occurredAt: '2026-03-29T22:00:00Z' },
        ],
        'few',
      );
    });
    const SPRING = 'from=2026-03-01&to=2026-04-01';

    it('are those of the zone asked for, or else of the session, or else UTC; the newest first', async () => {
      const inBerlin = [
        { day: '2026-03-30', count: 1 },
        { day: '2026-03-29', count: 2 },
        { day: '2026-03-28', count: 1 },
      ];
      const inUtc = [
        { day: '2026-03-29', count: 2 },
        { day: '2026-03-28', count: 2 },
      ];
      expect(await daysOf(SPRING, berlin)).toEqual(inBerlin);
      const session = await sessionFor({ customerExternalId: 'few' });
      expect(await daysOf(`${SPRING}&tz=Europe/Berlin`, session)).toEqual(inBerlin);
      expect(await daysOf(SPRING, session)).toEqual(inUtc);
      expect(await daysOf(`${SPRING}&tz=UTC`, berlin)).toEqual(inUtc);
    });

    it('begin with from, and end before to', async () => {
      expect(await daysOf('from=2026-03-29&to=2026-03-30', berlin)).toEqual([{ day: '2026-03-29', count: 2 }]);
      expect(await daysOf('from=2026-03-31&to=2026-04-01', berlin)).toEqual([]);
    });

    it('count only types that the session may see, and that are asked for', async () => {
      const total = async (query: string, bearer: string) =>
        (await daysOf(SPRING + query, bearer)).reduce((sum, { count }) => sum + count, 0);
      expect(await total('', orders)).toBe(3);
      expect(await total('&type=page.view', orders)).toBe(0);
      expect(await total('&type=page.view', berlin)).toBe(1);
      expect(await total('&type=page.*&type=order.placed', orders)).toBe(2);
      expect(await total('&type=page.*&type=order.placed', berlin)).toBe(3);
    });

    it('are none for a customer without events, and none of another customer', async () => {
      const empty = await sessionFor({ customerExternalId: 'empty' });
      expect(await daysOf(SPRING, empty)).toEqual([]);
      expectInvalid(await ask(`${SPRING}&customerExternalId=few`, empty), 'customerExternalId');
    });
  });

  it('are what a plain count over random events says, in any zone, around changes of the clocks', async () => {
    const below = randomWholeNumbers(17);
    const events = Array.from({ length: 3_000 }, () => {
      const around = Date.parse(CHANGES[below(CHANGES.length)] as string);
      // Often right at a quarter of an hour, where days begin.
      const millis = around + (below(4 * 1_440) - 2 * 1_440) * MINUTE + (below(2) === 0 ? 0 : below(MINUTE));
      return { type: TYPES[below(TYPES.length)] as string, occurredAt: new Date(millis).toISOString() };
    });
    await send(events, 'random');
    for (let round = 0; round < inDrill(120, 40); round++) {
      const zone = ZONES[below(ZONES.length)] as string;
      const around = Date.parse(CHANGES[below(CHANGES.length)] as string);
      const from = new Date(around + (below(6) - 4) * DAY).toISOString().slice(0, 10);
      const to = new Date(Date.parse(from) + (1 + below(5)) * DAY).toISOString().slice(0, 10);
      const [asked, seen] = [TYPES, TYPES].map((types) => types.filter(() => below(2) === 0)) as [string[], string[]];
      const bearer = await sessionFor({ customerExternalId: 'random', ...(seen.length > 0 && { types: seen }) });
      const query = `from=${from}&to=${to}&tz=${zone}${asked.map((type) => `&type=${type}`).join('')}`;

      const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
      const expected = new Map<string, number>();
      for (const { type, occurredAt } of events) {
        const day = calendar.format(Date.parse(occurredAt));
        const matches = [asked, seen].every((types) => types.length === 0 || types.includes(type));
        if (matches && day >= from && day < to) expected.set(day, (expected.get(day) ?? 0) + 1);
      }
      const newestFirst = [...expected]
        .map(([day, count]) => ({ day, count }))
        .sort((a, b) => (a.day < b.day ? 1 : -1));
      expect([query, await daysOf(query, bearer)]).toEqual([query, newestFirst]);
    }
    // On Citus each session is stored in a transaction of two phases.
  }, 120_000);

  it('are at most 366 at once', async () => {
    await ask('from=2024-01-01&to=2025-01-01').expect(200);
    for (const to of ['2025-01-02', '2024-01-01', '2023-12-31', '9999-12-31'])
      expectInvalid(await ask(`from=2024-01-01&to=${to}`), 'to');
  });

  it('can be asked for at the beginning and the end of time', async () => {
    for (const zone of ZONES) {
      expect(await daysOf(`from=0001-01-01&to=0002-01-01&tz=${zone}`)).toEqual([]);
      expect(await daysOf(`from=9999-01-01&to=9999-12-31&tz=${zone}`)).toEqual([]);
    }
  });

  it.each([
    ['from', 'to=2026-04-02'],
    ['to', 'from=2026-04-02'],
    ['from', 'from=2026-02-30&to=2026-04-02'],
    ['from', 'from=2026-04-01T00:00:00Z&to=2026-04-02'],
    ['from', 'from=2026-04-01&from=2026-04-01&to=2026-04-02'],
    ['from', 'from[x]=2026-04-01&to=2026-04-02'],
    ['to', 'from=2026-04-01&to='],
    ['to', 'from=2026-04-01&to=0000-04-01'],
    ['tz', 'from=2026-04-01&to=2026-04-02&tz='],
    ['tz', 'from=2026-04-01&to=2026-04-02&tz=Mars/Base'],
    ['tz', 'from=2026-04-01&to=2026-04-02&tz=%2B02:00'],
    ['tz', `from=2026-04-01&to=2026-04-02&tz=${'x'.repeat(5_000)}`],
    ['tz', 'from=2026-04-01&to=2026-04-02&tz=UTC&tz=UTC'],
    ['type', 'from=2026-04-01&to=2026-04-02&type=Order%20Placed'],
    ['type', `from=2026-04-01&to=2026-04-02${'&type=a'.repeat(51)}`],
    ['timezone', 'from=2026-04-01&to=2026-04-02&timezone=UTC'],
  ])('refuse a wrong %s: %.80s', async (field, query) => {
    const response = await ask(query);
    expect([query, response.status, Object.keys((response.body as { details: object }).details)[0]]).toEqual([
      query,
      400,
      expect.stringContaining(field),
    ]);
  });
});

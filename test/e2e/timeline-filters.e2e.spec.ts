import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

const EVENTS: [string, string][] = [
  ['order.placed', '2026-01-01'],
  ['order.shipped', '2026-01-02T12:00:00.000001Z'],
  ['order', '2026-01-03'],
  ['order_placed', '2026-01-04'],
  ['orders.old', '2026-01-05'],
  ['invoice.paid', '2026-01-06'],
  ['order.placed', '2026-01-07'],
];

describe('the filters of a timeline', () => {
  let service: TestService;

  const list = (query: string) => service.get(`/customers/user_42/events?${query}`);
  const summarize = (query: string) => service.get(`/customers/user_42/events/summary?${query}`);
  const exported = (query: string) => service.get(`/customers/user_42/events/export?${query}`);
  const daysOf = (events: { occurredAt: string }[]) => events.map(({ occurredAt }) => Number(occurredAt.slice(8, 10)));
  const linesOf = (text: string) =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { occurredAt: string });

  beforeAll(async () => {
    service = await startTestService();
    for (const [type, occurredAt] of EVENTS) {
      await service.post('/customer-events', { customerExternalId: 'user_42', type, occurredAt }).expect(201);
    }
  });
  afterAll(() => service.close());

  it.each<[string, number[]]>([
    ['type=order.placed', [7, 1]],
    ['type=order.*', [7, 2, 1]],
    ['type=order.%2A', [7, 2, 1]],
    ['type=order', [3]],
    ['type=order_placed', [4]],
    ['type=order.*&type=invoice.paid', [7, 6, 2, 1]],
    ['type=invoice.paid&type=order.*', [7, 6, 2, 1]],
    ['type=order&type=order&type=orders.*', [5, 3]],
    ['type=none.such', []],
    ['type=none.*', []],
    ['from=2026-01-06', [7, 6]],
    ['to=2026-01-02', [1]],
    ['from=2026-01-02T12:00:00.000001Z&to=2026-01-03', [2]],
    ['from=2026-01-02T12:00:00.000002Z&to=2026-01-03', []],
    ['to=2026-01-02T12:00:00.000001Z', [1]],
    ['from=2026-01-03&to=2026-01-03', []],
    ['from=2026-01-04T00:00:00%2B02:00&to=2026-01-05', [4]],
    ['from=2026-01-04T00:00:00+02:00&to=2026-01-05', [4]],
    ['type=order.*&from=2026-01-02&to=2026-01-08&order=asc', [2, 7]],
  ])('%s', async (query, days) => {
    const response = await list(query);
    expectSuccess(response, 200);
    expect(daysOf(response.body.data.events)).toEqual(days);
    expect(response.body.data.nextCursor).toBeNull();
    const filters = query.replace(/&order=\w+/, '');
    const ascending = [...days].sort((a, b) => a - b);
    expect(daysOf(linesOf((await exported(filters).expect(200)).text))).toEqual(ascending);
    expect((await summarize(filters).expect(200)).body.data.total).toBe(days.length);
  });

  it.each([1, 2, 3])('walk page by page, %i at a time', async (limit) => {
    const found: { occurredAt: string }[] = [];
    let cursor = '';
    do {
      const { data } = (await list(`type=order.*&type=orders.*&from=2026-01-02&limit=${limit}${cursor}`).expect(200))
        .body;
      found.push(...data.events);
      cursor = data.nextCursor === null ? '' : `&cursor=${data.nextCursor}`;
    } while (cursor !== '');
    expect(daysOf(found)).toEqual([7, 5, 2]);
  });

  describe('bind a cursor', () => {
    const filters = 'type=order.*&type=order&from=2026-01-01&to=2027-01-01';
    let cursor: string;

    beforeAll(async () => {
      cursor = (await list(`${filters}&limit=1`).expect(200)).body.data.nextCursor;
    });

    it.each([
      ['the same', filters],
      ['another order of the types', 'type=order&type=order.*&from=2026-01-01&to=2027-01-01'],
      ['a type given twice', `${filters}&type=order`],
      [
        'the same instant, written otherwise',
        'type=order.*&type=order&from=2026-01-01T02:00:00.000%2B02:00&to=2027-01-01T00:00Z',
      ],
      ['another limit', `${filters}&limit=7`],
    ])('with %s it goes on', async (_, query) => {
      expectSuccess(await list(`${query}&cursor=${cursor}`), 200);
    });

    it.each([
      ['without filters', ''],
      ['without one of the types', 'type=order.*&from=2026-01-01&to=2027-01-01'],
      ['with the prefix as a type', 'type=order.&type=order&from=2026-01-01&to=2027-01-01'],
      ['with another type', `${filters}&type=invoice.paid`],
      ['with another from', filters.replace('2026', '2025')],
      ['without to', 'type=order.*&type=order&from=2026-01-01'],
      ['in the other order', `${filters}&order=asc`],
    ])('%s it is refused', async (_, query) => {
      expectInvalid(await list(`${query}&cursor=${cursor}`), 'cursor');
    });
  });

  describe('are refused by name', () => {
    it.each([
      '',
      '*',
      'order*',
      'Order.placed',
      'order.*.*',
      'o*rder',
      '*.placed',
      'order placed',
      'é',
      'x'.repeat(101),
      `${'x'.repeat(100)}.*`,
      'a,b',
      '%25',
      'order.placed%00',
    ])('type=%s', async (type) => {
      for (const read of [list, summarize, exported]) expectInvalid(await read(`type=${type}`), 'type');
    });

    it.each([
      '',
      'yesterday',
      '2026',
      '2026-02-30',
      '2026-01-01T25:00',
      '20260101',
      '2026-01-01T00:00:00+99:00',
      '1767225600',
      'null',
      '2026-01-01 10:00:00',
      '2026-W01',
      '0000-01-01',
      '2026-01-01T10:00:00 Z',
    ])('from and to=%s', async (instant) => {
      for (const read of [list, summarize, exported]) {
        expectInvalid(await read(`from=${instant}`), 'from');
        expectInvalid(await read(`to=${instant}`), 'to');
      }
    });

    it('a window that ends before it begins', async () => {
      for (const read of [list, summarize, exported])
        expectInvalid(await read('from=2026-01-02&to=2026-01-01'), 'from');
    });

    it('a filter given twice that can be given once', async () => {
      expectInvalid(await list('from=2026-01-01&from=2026-01-01'), 'from');
    });

    it('more types than anybody needs', async () => {
      expectInvalid(await list(Array.from({ length: 51 }, (_, index) => `type=t${index}`).join('&')), 'type');
      expectSuccess(await list(Array.from({ length: 50 }, (_, index) => `type=t${index}`).join('&')), 200);
    });

    it('a number that is none, once', async () => {
      for (const limit of ['x', '-1', '1.5', '+5']) {
        const { details } = expectInvalid(await list(`limit=${encodeURIComponent(limit)}`), 'limit');
        expect(details?.limit).toEqual(['must be a whole number from 1 to 200']);
      }
    });

    it('a typo', async () => {
      const body = expectInvalid(await list('types=order.placed&form=2026-01-01'), 'types', 'form');
      expect(body.details?.types).toEqual([expect.stringContaining('did you mean type?')]);
    });

    it('what goes with a page only', async () => {
      for (const read of [summarize, exported]) {
        expectInvalid(await read('limit=1&order=asc&cursor=x'), 'limit', 'order', 'cursor');
      }
    });
  });

  it('of an unknown customer are a 404', async () => {
    for (const path of ['events', 'events/summary', 'events/export']) {
      expectFailure(await service.get(`/customers/nobody/${path}?type=order.*`), 404, 'CUSTOMER_NOT_FOUND');
    }
  });
});

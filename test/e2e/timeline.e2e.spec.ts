import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

interface Event {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
}
interface Page {
  readonly events: readonly Event[];
  readonly nextCursor: string | null;
}

const INSTANTS = [
  '1969-12-31T23:59:59.999999Z',
  '2026-04-18T10:00:00Z',
  '2026-04-18T10:00:00.000001Z',
  '2026-04-18T10:00:00.000002Z',
  '2026-04-18T10:00:00.0001Z',
  '2026-04-18T10:00:00.1Z',
  '2026-04-18T10:00:01Z',
  '9999-12-31T23:59:59.999999Z',
];

describe('GET /customers/:externalId/events', () => {
  let service: TestService;
  let customerCount = 0;

  const newCustomer = async (): Promise<string> => {
    const externalId = `timeline-${++customerCount}`;
    await service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'x' }).expect(201);
    return externalId;
  };
  const add = async (externalId: string, occurredAt: string): Promise<Event> =>
    (await service.post('/customer-events', { customerExternalId: externalId, type: 'a', occurredAt }).expect(201)).body
      .data;
  const list = (externalId: string, query = '') => service.get(`/customers/${externalId}/events${query}`);
  const page = async (externalId: string, query = ''): Promise<Page> =>
    (await list(externalId, query).expect(200)).body.data;

  /** All pages of a walk; between two of them, something may happen. */
  const walk = async (externalId: string, query: string, between = async (): Promise<unknown> => undefined) => {
    const events: Event[] = [];
    let cursor = '';
    for (;;) {
      const { events: next, nextCursor } = await page(externalId, `?${query}${cursor}`);
      events.push(...next);
      if (nextCursor === null) return events;
      cursor = `&cursor=${nextCursor}`;
      await between();
    }
  };
  const idsOf = (events: readonly Event[]) => events.map(({ id }) => id);

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('of an unknown customer is a 404', async () => {
    expectFailure(await list('nobody'), 404, 'CUSTOMER_NOT_FOUND');
  });

  it('of a customer without events is an empty list', async () => {
    const response = await list(await newCustomer());
    expectSuccess(response, 200);
    expect(response.body.data).toEqual({ events: [], nextCursor: null });
  });

  it('gives an event just as the response to its POST', async () => {
    const externalId = await newCustomer();
    const event = {
      customerExternalId: externalId,
      type: 'a',
      payload: { a: [1] },
      occurredAt: '2026-01-01',
      eventId: 'x',
    };
    const posted = await service.post('/customer-events', event).expect(201);
    expect((await page(externalId)).events).toEqual([posted.body.data]);
  });

  it('begins with the latest event, by default', async () => {
    const externalId = await newCustomer();
    for (const instant of ['2026-01-02', '2026-01-03', '2026-01-01']) await add(externalId, instant);
    const days = (await page(externalId)).events.map(({ occurredAt }) => occurredAt.slice(0, 10));
    expect(days).toEqual(['2026-01-03', '2026-01-02', '2026-01-01']);
    expect((await page(externalId, '?order=desc')).events).toEqual((await page(externalId)).events);
    expect((await page(externalId, '?order=asc')).events).toEqual((await page(externalId)).events.toReversed());
  });

  it('has at most 50 events, by default, and then a cursor', async () => {
    const externalId = await newCustomer();
    await Promise.all(Array.from({ length: 50 }, () => add(externalId, '2026-01-01')));
    const full = await page(externalId);
    expect(full.events).toHaveLength(50);
    expect(full.nextCursor).toBeNull();
    await add(externalId, '2025-01-01');
    const fuller = await page(externalId);
    expect(fuller.events).toHaveLength(50);
    expect(fuller.nextCursor).toEqual(expect.stringMatching(/^[A-Za-z0-9_-]+$/));
    const last = await page(externalId, `?cursor=${fuller.nextCursor}`);
    expect(last).toEqual({
      events: [expect.objectContaining({ occurredAt: '2025-01-01T00:00:00Z' })],
      nextCursor: null,
    });
  });

  describe('walked page by page', () => {
    let externalId: string;
    let ascending: string[];

    beforeAll(async () => {
      externalId = await newCustomer();
      const added: Event[] = [];
      for (const instant of [
        ...INSTANTS,
        ...INSTANTS.toReversed(),
        '2026-04-18T10:00:00Z',
        '2026-04-18T12:00:00+02:00',
      ]) {
        added.push(await add(externalId, instant));
      }
      // The instants above are in order, so their index tells it; of equal ones the id decides.
      const rank = ({ occurredAt }: Event) => INSTANTS.indexOf(occurredAt);
      ascending = idsOf(added.sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1)));
    });

    it.each([1, 2, 3, 7, 17, 18, 200])(
      'with limit %i gives every event once, in either order, to the microsecond',
      async (limit) => {
        expect(idsOf(await walk(externalId, `order=asc&limit=${limit}`))).toEqual(ascending);
        expect(idsOf(await walk(externalId, `order=desc&limit=${limit}`))).toEqual(ascending.toReversed());
      },
    );

    it('may change its limit on the way', async () => {
      const first = await page(externalId, '?limit=3');
      const second = await page(externalId, `?limit=200&cursor=${first.nextCursor}`);
      expect(idsOf([...first.events, ...second.events])).toEqual(ascending.toReversed());
    });

    it('gives the same page for the same cursor again', async () => {
      const { nextCursor } = await page(externalId, '?limit=5');
      expect(await page(externalId, `?limit=5&cursor=${nextCursor}`)).toEqual(
        await page(externalId, `?limit=5&cursor=${nextCursor}`),
      );
    });
  });

  it.each(['asc', 'desc'])(
    'neither loses nor repeats an event while others are inserted everywhere: %s',
    async (order) => {
      const externalId = await newCustomer();
      const there: Event[] = [];
      for (const instant of [...INSTANTS, ...INSTANTS]) there.push(await add(externalId, instant));
      const walked = idsOf(
        await walk(externalId, `order=${order}&limit=2`, () =>
          Promise.all(
            ['0001-01-01', '2026-04-18T10:00:00Z', '2026-04-18T10:00:00.000001Z', '2026-04-18T10:00:00.05Z'].map((at) =>
              add(externalId, at),
            ),
          ),
        ),
      );
      expect(new Set(walked).size).toBe(walked.length);
      expect(walked).toEqual(expect.arrayContaining(idsOf(there)));
    },
  );

  describe('limit', () => {
    it.each(['1', '200', '007'])('may be %s', async (limit) => {
      expectSuccess(await list('user_42', `?limit=${limit}`), 200);
    });

    it.each([
      '0',
      '201',
      '-1',
      '1.5',
      '1.0',
      '1e1',
      '0x10',
      'ten',
      '',
      '%20',
      '%2010',
      '+5',
      '10%20',
      '１０',
      '9'.repeat(400),
      'Infinity',
      'NaN',
      'null',
      '[]',
      '1,2',
    ])('must not be %s', async (limit) => {
      expectInvalid(await list('user_42', `?limit=${limit}`), 'limit');
    });
  });

  it.each(['', 'ASC', 'Desc', 'newest', 'asc,desc', 'null', '%00', '1'])('order must not be %j', async (order) => {
    expectInvalid(await list('user_42', `?order=${order}`), 'order');
  });

  it.each(['limit=1&limit=1', 'order=asc&order=asc', 'cursor=a&cursor=b'])(
    '%s, given twice, is refused',
    async (query) => {
      expectInvalid(await list('user_42', `?${query}`), query.slice(0, query.indexOf('=')));
    },
  );

  it.each([
    ['lmit', 'limit'],
    ['Limit', 'limit'],
    ['oder', 'order'],
    ['Cursor', 'cursor'],
    ['curser', 'cursor'],
  ])('%s is no parameter: did you mean %s?', async (typo, meant) => {
    const body = expectInvalid(await list('user_42', `?${typo}=1`), typo);
    expect(body.details?.[typo]).toEqual([expect.stringContaining(`did you mean ${meant}?`)]);
  });

  it.each(['offset', 'page', 'limit[]', 'limit[gt]', '__proto__', 'constructor', 'toString', 'X-API-Key'])(
    '%s is no parameter',
    async (name) => {
      expectInvalid(await list('user_42', `?${encodeURIComponent(name)}=1`), name);
    },
  );

  it('names all parameters that are wrong', async () => {
    expectInvalid(await list('user_42', '?limit=0&order=up&offset=1'), 'limit', 'order', 'offset');
  });
});

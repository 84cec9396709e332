import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReadDataSource } from '../../src/platform/postgres/read-data-source.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectSuccess } from './helpers/answers.ts';

const PAGE_MAX_BYTES = 2 * 1024 * 1024;
const LARGE_EVENTS = 90;
const MANY_EVENTS = 45_000;

interface Page {
  readonly events: { id: string; type: string }[];
  readonly nextCursor: string | null;
}

/** What one request may read is bounded, whatever a customer's events are. */
describe('bounded reads', () => {
  let service: TestService;
  const ids: Record<string, string> = {};

  const create = async (externalId: string): Promise<void> => {
    const response = await service
      .patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'x' })
      .expect(201);
    ids[externalId] = response.body.data.id;
  };
  /** @param payload SQL with the number of the event as `g`. */
  const fill = (externalId: string, from: number, to: number, payload: string): Promise<unknown> =>
    service.database.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
       SELECT $1, timestamptz '2020-01-01' + (g / 7) * interval '1 second', 'c' || lpad(to_hex(g), 24, '0'),
         CASE WHEN g % 15000 = 0 THEN 'rare' ELSE 'order.t' || g % 10 END, (${payload})::json, now()
       FROM generate_series($2::int, $3::int) AS g`,
      [ids[externalId], from, to],
    );
  /** JSON of so many bytes that PostgreSQL cannot compress. */
  const incompressible = (bytes: number): string =>
    `(SELECT '"' || left(string_agg(md5(g::text || h::text), ''), ${bytes}) || '"' FROM generate_series(0, ${bytes / 32}) AS h)`;
  const walk = async (path: string, after?: string): Promise<Page[]> => {
    const pages: Page[] = [];
    for (
      let cursor = after === undefined ? '' : `&cursor=${after}`;
      pages.length < 1_000;
      cursor = `&cursor=${pages.at(-1)?.nextCursor}`
    ) {
      const response = await service.get(`${path}${cursor}`);
      expectSuccess(response, 200);
      pages.push(response.body.data);
      if (pages.at(-1)?.nextCursor === null) return pages;
    }
    throw new Error('the walk has no end');
  };
  const eventsOf = (pages: readonly Page[]) => pages.flatMap(({ events }) => events);

  beforeAll(async () => {
    service = await startTestService();
    for (const customer of ['large', 'compressed', 'long', 'mixed']) await create(customer);
    await fill('large', 1, LARGE_EVENTS, incompressible(60_000));
    await fill('compressed', 1, LARGE_EVENTS, `'"' || repeat('x', 60000) || '"'`);
    await fill('long', 1, MANY_EVENTS, `'{}'`);
    await fill('mixed', 1, 1_500, `'{}'`);
    await fill('mixed', 1_501, 1_560, incompressible(60_000));
    await service.database.query('VACUUM ANALYZE customer_events');
  });
  afterAll(() => service.close());

  it.each([
    ['large', 50],
    ['large', 200],
    ['compressed', 200],
  ])(
    'a page of the customer "%s" with limit %i ends at 2 MiB, and the walk gives each event once',
    async (customer, limit) => {
      for (const order of ['asc', 'desc']) {
        const pages = await walk(`/customers/${customer}/events?limit=${limit}&order=${order}`);
        const found = eventsOf(pages).map(({ id }) => id);
        expect(new Set(found).size).toBe(LARGE_EVENTS);
        expect(found).toHaveLength(LARGE_EVENTS);
        expect(found).toEqual(order === 'asc' ? found.toSorted() : found.toSorted().reverse());
        for (const page of pages) expect(JSON.stringify(page).length).toBeLessThanOrEqual(PAGE_MAX_BYTES);
        // None is shorter than it has to be: one event more would not have fitted.
        for (const page of pages.slice(0, -1)) {
          expect(JSON.stringify(page).length).toBeGreaterThan(PAGE_MAX_BYTES - 62_000);
        }
      }
    },
  );

  it('the payloads beyond a page are not sent by PostgreSQL', async () => {
    const dataSource = service.app.get(ReadDataSource);
    const read = async (path: string): Promise<number> => {
      let bytes = 0;
      const query = dataSource.query.bind(dataSource);
      dataSource.query = (async (...parameters: Parameters<typeof query>) => {
        const rows = await query(...parameters);
        bytes += Buffer.byteLength(JSON.stringify(rows));
        return rows;
      }) as typeof dataSource.query;
      try {
        await service.get(path).expect(200);
      } finally {
        dataSource.query = query;
      }
      return bytes;
    };
    expect(await read('/customers/large/events?limit=200')).toBeLessThan(PAGE_MAX_BYTES + 200_000);
    expect(await read('/customers/large/context?limit=200')).toBeLessThan(200_000);
    expect(await read('/customers/compressed/context?limit=200')).toBeLessThan(200_000);
  });

  it('a context with large payloads leaves them out, and gives their size', async () => {
    const response = await service.get('/customers/large/context?limit=200&window=P1D&at=2020-01-02').expect(200);
    const { events, leftOut, truncated } = response.body.data;
    expect(Buffer.byteLength(response.text)).toBeLessThanOrEqual(16_384);
    expect(events.length).toBeGreaterThan(20);
    expect(events).toEqual(events.map(() => expect.objectContaining({ payloadBytes: 60_002, payloadLeftOut: true })));
    expect(leftOut).toEqual([expect.objectContaining({ after: events.at(-1).id, before: null })]);
    expect(truncated).toBe(true);
    const note = await service.get('/customers/large/context?limit=200').set('Accept', 'text/markdown').expect(200);
    expect(note.text).toContain('left out, for length');
  });

  it('an export whose events become large gives all of them', async () => {
    const { text } = await service.get('/customers/mixed/events/export').buffer(true).expect(200);
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(1_560);
    expect(new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id)).size).toBe(1_560);
  });

  it('a filter without a match is a walk through empty pages to an end', async () => {
    const pages = await walk('/customers/long/events?type=nothing.*');
    expect(pages).toHaveLength(3);
    expect(eventsOf(pages)).toEqual([]);
    expect((await service.get('/customers/long/events/export?type=nothing.*').buffer(true).expect(200)).text).toBe('');
  });

  it.each(['asc', 'desc'])('a rare type is found however far its events are from each other, %s', async (order) => {
    const rare = eventsOf(await walk(`/customers/long/events?type=rare&limit=2&order=${order}`));
    expect(rare.map(({ type }) => type)).toEqual(['rare', 'rare', 'rare']);
    const exported = await service.get('/customers/long/events/export?type=rare').buffer(true).expect(200);
    expect(exported.text.trimEnd().split('\n')).toHaveLength(3);
  });

  it('a cursor that stands at no event keeps its place while events come in', async () => {
    const empty = await service.get('/customers/long/events?type=nothing.*').expect(200);
    await service.post('/customer-events', { customerExternalId: 'long', type: 'late' }).expect(201);
    await service
      .post('/customer-events', {
        customerExternalId: 'long',
        type: 'nothing.late',
        occurredAt: '2019-12-31T00:00:00Z',
      })
      .expect(201);
    const rest = await walk('/customers/long/events?type=nothing.*', empty.body.data.nextCursor);
    expect(eventsOf(rest).map(({ type }) => type)).toEqual(['nothing.late']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { WHOLE_TIMELINE, typeFilter, type TimelineQuery } from '../../src/customer-events/domain/timeline.ts';
import { EventTableSize } from '../../src/customer-events/persistence/event-table-size.ts';
import { selectMatchingEvents, selectPage } from '../../src/customer-events/persistence/timeline-page-sql.ts';
import { ReadDataSource } from '../../src/platform/postgres/read-data-source.ts';
import { inDrill } from '../support/drill.ts';
import { until } from '../support/until.ts';
import { citusVersion } from '../support/test-database.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure } from './helpers/answers.ts';
import { executedNodes, type Plan } from './helpers/plans.ts';

const MANY = 30_000;

/** In the catalog itself: the functions for this are new in PostgreSQL 18. */
const TEN_EVENTS_EACH = `
  UPDATE pg_statistic AS s SET stanullfrac = 0, stawidth = 26, stadistinct = -0.1,
     stakind1 = 0, stakind2 = 0, stakind3 = 0, stakind4 = 0, stakind5 = 0,
     stanumbers1 = NULL, stanumbers2 = NULL, stanumbers3 = NULL, stanumbers4 = NULL, stanumbers5 = NULL,
     stavalues1 = NULL, stavalues2 = NULL, stavalues3 = NULL, stavalues4 = NULL, stavalues5 = NULL
   FROM pg_attribute AS a
   WHERE a.attrelid = 'customer_events'::regclass AND a.attname = 'customer_id'
     AND s.starelid = a.attrelid AND s.staattnum = a.attnum AND NOT s.stainherit
   RETURNING s.staattnum`;

describe('a customer with a long history', () => {
  let service: TestService;

  const create = (externalId: string) =>
    service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'x' }).expect(201);
  const idOf = async (externalId: string): Promise<string> =>
    (await service.get(`/customers/${externalId}`)).body.data.id;
  const countRows = async (customerId: string): Promise<number> => {
    const [row] = await service.database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM customer_events AS t WHERE t.customer_id = $1',
      [customerId],
    );
    return row?.count ?? 0;
  };
  const fill = async (customerId: string, count: number): Promise<void> => {
    await service.database.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, event_id, created_at)
       SELECT $1, timestamptz '2020-01-01' + (g / 7) * interval '1 second', 'c' || lpad(to_hex(g), 24, '0'),
         'order.t' || g % 10, '{}', CASE WHEN g % 2 = 0 THEN 'e-' || g END, now()
       FROM generate_series(1, $2::int) AS g`,
      [customerId, count],
    );
  };

  beforeAll(async () => {
    service = await startTestService({ DATABASE_STATEMENT_TIMEOUT_MS: '4000' });
    await create('long');
    await create('neighbour');
    await fill(await idOf('long'), MANY);
    await fill(await idOf('neighbour'), 500);
    await service.database.query('VACUUM ANALYZE customer_events');
  });
  afterAll(() => service.close());

  describe('reads a page as one range of one index', () => {
    const explain = async (query: TimelineQuery, deep: boolean): Promise<Plan[]> => {
      const after = deep ? { occurredAt: '2020-01-01T00:35:00Z' as never, id: `c${'0'.repeat(24)}` } : null;
      const select = query.types.length === 0 ? selectPage : selectMatchingEvents;
      const { sql, parameters } = select(await idOf('long'), query, after, {
        events: 50,
        bytes: 2_097_152,
        entries: 20_000,
      });
      return executedNodes((text, values) => service.app.get(DataSource).query(text, values), sql, parameters);
    };

    it.each([
      ['the first', 'desc', false],
      ['the first', 'asc', false],
      ['one in the middle', 'desc', true],
      ['one in the middle', 'asc', true],
    ] as const)('%s, %s', async (_, order, deep) => {
      const nodes = await explain({ ...WHOLE_TIMELINE, order }, deep);
      expect(nodes.map((node) => node['Node Type'])).toEqual(['Aggregate', 'Limit', 'Index Scan']);
      expect(nodes[2]?.['Index Name']).toBe('customer_events_pkey');
      expect(nodes[2]?.['Index Cond']).toMatch(deep ? /customer_id.*occurred_at.*ROW/ : /customer_id/);
      // What it reads is what it gives.
      expect(nodes[2]?.['Actual Rows']).toBe(51);
    });

    it('also where the statistics say that a customer has ten events', async () => {
      // Those of the table that the shards belong to are empty, and those of a shard lie on its node.
      if (citusVersion() !== '') return console.log('left out: a distributed table has its statistics in its shards');
      const changed = await service.database.query(TEN_EVENTS_EACH);
      expect(changed).toHaveLength(1);
      try {
        const nodes = await explain({ ...WHOLE_TIMELINE, order: 'desc' }, false);
        expect(nodes.map((node) => node['Node Type'])).toEqual(['Aggregate', 'Limit', 'Index Scan']);
        expect(nodes[2]?.['Actual Rows']).toBe(51);
      } finally {
        await service.database.query('ANALYZE customer_events');
      }
    });

    it('with a time window too', async () => {
      const window = { from: '2020-01-01T00:10:00Z' as never, to: '2020-01-01T00:20:00Z' as never };
      const nodes = await explain({ ...WHOLE_TIMELINE, ...window, order: 'desc' }, false);
      expect(nodes.map((node) => node['Node Type'])).toEqual(['Aggregate', 'Limit', 'Index Scan']);
      expect(nodes[2]?.['Index Cond']).toMatch(/occurred_at >= .*occurred_at < /);
    });

    it('and finds events of a type without looking at the rows of others', async () => {
      const nodes = await explain({ types: [typeFilter('order.t3'), typeFilter('nothing.*')], order: 'desc' }, false);
      const found = nodes.filter((node) => node['Node Type'] === 'Index Only Scan');
      // The second, for the end of a walk, is not executed: the page is full before.
      expect(found.map((node) => [node['Index Name'], node['Heap Fetches'], node['Actual Loops']])).toEqual([
        ['customer_events_pkey', 0, 1],
        ['customer_events_pkey', 0, 0],
      ]);
      expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    });

    it('and looks at no more than 20,000 entries of the index, and at one row, where no event is of a type', async () => {
      const nodes = await explain({ types: [typeFilter('nothing.*')], order: 'desc' }, false);
      const scans = nodes.filter((node) => node['Index Name'] === 'customer_events_pkey');
      expect(scans.map((node) => [node['Node Type'], node['Actual Rows']])).toEqual(
        expect.arrayContaining([
          ['Index Only Scan', 20_000],
          ['Index Scan', 1],
        ]),
      );
      for (const scan of scans) expect(scan['Actual Rows']).toBeLessThanOrEqual(20_000);
    });
  });

  describe('in a table that is large enough to keep the plans of its pages', () => {
    const query = <Row>(sql: string, parameters: readonly unknown[] = []) =>
      service.app.get(DataSource).query<Row[]>(sql, [...parameters]);
    /** The plan that a session keeps of a page, whoever the customer is. */
    const keptPlan = async (order: 'asc' | 'desc', isFirst: boolean): Promise<Plan[]> => {
      const after = isFirst ? null : { occurredAt: '2020-01-01T00:35:00Z' as never, id: `c${'0'.repeat(24)}` };
      const limits = { events: 200, bytes: 2_097_152, entries: 20_000 };
      const { sql, parameters } = selectPage(await idOf('long'), { ...WHOLE_TIMELINE, order }, after, limits);
      const runner = service.app.get(DataSource).createQueryRunner();
      try {
        await runner.query('SET plan_cache_mode = force_generic_plan');
        await runner.query(`PREPARE page AS ${sql}`);
        const values = parameters.map((value) => `'${String(value)}'`).join(', ');
        return await executedNodes((text, none) => runner.query(text, none), `EXECUTE page(${values})`);
      } finally {
        await runner.query('DEALLOCATE ALL');
        await runner.query('RESET plan_cache_mode');
        await runner.release();
      }
    };

    beforeAll(async () => {
      await create('wide');
      await query(
        `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
         SELECT $1, timestamptz '2020-01-01' + g * interval '1 second', 'd' || lpad(to_hex(g), 24, '0'), 'wide',
           ('{"text":"' || repeat('x', 1000) || '"}')::json, now()
         FROM generate_series(1, 14000) AS g`,
        [await idOf('wide')],
      );
    });

    it('keeps them from then on, and not before', async () => {
      const size = new EventTableSize(service.app.get(DataSource), 0);
      if (citusVersion() !== '') {
        expect(await size.isLarge()).toBe(false);
        return;
      }
      expect(await size.isLarge()).toBe(true);
      const other = await startTestService();
      try {
        expect(await new EventTableSize(other.app.get(DataSource), 0).isLarge()).toBe(false);
      } finally {
        await other.close();
      }
      const { data } = (await service.get('/customers/long/events').expect(200)).body;
      const isKept = async (): Promise<boolean> => {
        const page = service.get('/customers/long/events').expect(200);
        const names = service.app
          .get(ReadDataSource)
          .query<{ name: string }[]>("SELECT name FROM pg_prepared_statements WHERE name LIKE 'timeline%'");
        expect((await page).body.data).toEqual(data);
        return (await names).some(({ name }) => name === 'timeline_desc_start_50_2097152');
      };
      await until(isKept);
    });

    it.each([
      ['analyzed', 'ANALYZE customer_events'],
      ['analyzed, by which a customer has ten events', TEN_EVENTS_EACH],
      ['never analyzed', "DELETE FROM pg_statistic WHERE starelid = 'customer_events'::regclass"],
    ])('a plan that is kept reads one range of one index: %s', async (_, statistics) => {
      // Those of a shard are on its node, and there nothing is kept.
      if (citusVersion() !== '') return;
      await query(statistics);
      try {
        for (const order of ['asc', 'desc'] as const) {
          for (const isFirst of [true, false]) {
            const nodes = await keptPlan(order, isFirst);
            expect(nodes.map((node) => node['Node Type'])).toEqual(['Aggregate', 'Limit', 'Index Scan']);
            expect(nodes[2]).toMatchObject({ 'Index Name': 'customer_events_pkey', 'Actual Rows': 201 });
          }
        }
      } finally {
        await query('VACUUM ANALYZE customer_events');
      }
    });
  });

  describe('whose events all lie in one microsecond', () => {
    /** By sevens that is a hundred pages, of which four are followed by a change. */
    const CROWD = inDrill(3_000, 700);

    beforeAll(async () => {
      await create('crowded');
      await service.database.query(
        `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
         SELECT $1, '2026-04-18T10:00:00.123456Z', 'c' || substr(md5(g::text), 1, 24), 'a', '{}', now() FROM generate_series(1, $2::int) AS g`,
        [await idOf('crowded'), CROWD],
      );
    });

    it.each(['asc', 'desc'])(
      'is read by sevens, each event once, while others are inserted and erased: %s',
      async (order) => {
        const rows = await service.database.query<{ id: string }>(
          'SELECT t.id FROM customer_events AS t WHERE t.customer_id = $1',
          [await idOf('crowded')],
        );
        const there = new Set(rows.map(({ id }) => id));
        const seen: string[] = [];
        const erased: string[] = [];
        const added: string[] = [];
        let cursor = '';
        for (let page = 0; ; page++) {
          const { data } = (await service.get(`/customers/crowded/events?limit=7&order=${order}${cursor}`).expect(200))
            .body;
          seen.push(...data.events.map(({ id }: { id: string }) => id));
          if (data.nextCursor === null) break;
          cursor = `&cursor=${data.nextCursor}`;
          if (page % 30 === 0) {
            const event = {
              customerExternalId: 'crowded',
              type: 'a',
              occurredAt: page % 60 === 0 ? '2026-04-18T10:00:00.123456Z' : '2020-01-01',
            };
            added.push((await service.post('/customer-events', event).expect(201)).body.data.id);
            const victim = [...there][page] as string;
            erased.push(victim);
            await service.database.query('DELETE FROM customer_events AS t WHERE t.id = $1', [victim]);
          }
        }
        expect(new Set(seen).size).toBe(seen.length);
        const seenOnce = new Set(seen);
        const gone = new Set(erased);
        for (const id of there) if (!gone.has(id)) expect(seenOnce.has(id)).toBe(true);
        for (const id of seen) expect(there.has(id) || added.includes(id)).toBe(true);
      },
      120_000,
    );
  });

  it('is summarized from the index alone', async () => {
    const nodes = await executedNodes(
      service.database.query,
      'SELECT t.type, count(*), min(t.occurred_at), max(t.occurred_at) FROM customer_events AS t WHERE t.customer_id = $1 GROUP BY t.type',
      [await idOf('neighbour')],
    );
    // A shard that has little else than this customer is rightly read as a whole.
    if (citusVersion() === '') expect(nodes.map((node) => node['Node Type'])).toContain('Index Only Scan');
    const { data } = (await service.get('/customers/long/events/summary').expect(200)).body;
    expect(data.total).toBe(MANY);
    expect(data.types.map(({ count }: { count: number }) => count)).toEqual(Array<number>(10).fill(MANY / 10));
  });

  it('is erased in parts, while others go on writing, and none of its eventIds comes back', async () => {
    await create('erased');
    const id = await idOf('erased');
    await fill(id, MANY);
    let done = false;
    const erasure = service.delete('/customers/erased').then((response) => {
      done = true;
      return response;
    });
    let written = 0;
    while (!done) {
      await service.post('/customer-events', { customerExternalId: 'neighbour', type: 'live' }).expect(201);
      written++;
    }
    expect((await erasure).body.data).toEqual({ deletedEvents: MANY });
    expect(written).toBeGreaterThan(0);
    expect(await countRows(id)).toBe(0);
    expectFailure(await service.get('/customers/erased/events'), 404, 'CUSTOMER_NOT_FOUND');
    await create('erased');
    for (const eventId of ['e-2', `e-${MANY / 2}`, `e-${MANY}`]) {
      expectFailure(
        await service.post('/customer-events', { customerExternalId: 'erased', type: 'a', eventId }),
        410,
        'EVENT_ERASED',
      );
    }
    await service.post('/customer-events', { customerExternalId: 'erased', type: 'a', eventId: 'e-1' }).expect(201);
    expect(await countRows(await idOf('neighbour'))).toBe(500 + written);
  });

  it('is erased whole although its events go on arriving', async () => {
    await create('arriving');
    const id = await idOf('arriving');
    await fill(id, 12_000);
    let done = false;
    const erasure = service.delete('/customers/arriving').then((response) => {
      done = true;
      return response;
    });
    let accepted = 0;
    while (!done) {
      const { status } = await service.post('/customer-events', {
        customerExternalId: 'arriving',
        type: 'live',
        occurredAt: '2019-01-01',
      });
      expect([201, 404]).toContain(status);
      if (status === 201) accepted++;
    }
    expect((await erasure).body.data).toEqual({ deletedEvents: 12_000 + accepted });
    expect(await countRows(id)).toBe(0);
  });
});

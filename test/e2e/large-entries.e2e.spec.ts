import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EntriesPage } from '../../src/embed/page/api/types.ts';
import { selectNewestSummary } from '../../src/customer-events/persistence/timeline-walk-sql.ts';
import { createSession, embedApi } from '../support/embed-session.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { executedNodes, type Plan } from './helpers/plans.ts';
import { queriesDuring, type SentQuery } from './helpers/statements.ts';

const MANY = 25_000;
/** Of the same table: a customer that is most of it would rightly be read as a whole. */
const OTHERS = ['b', 'c'];
const SCANS = ['Index Scan', 'Index Only Scan'];

describe('the agent page of a customer with a long history', () => {
  let service: TestService;
  let customerId: string;
  let page: ReturnType<typeof embedApi>;

  beforeAll(async () => {
    service = await startTestService({ SESSION_READ_LIMITS: '0' });
    for (const name of ['long', ...OTHERS])
      await service.patch(`/customers/${name}`, { email: `${name}@example.com`, name: 'x' }).expect(201);
    // A minute apart: fifteen events in sixteen are quiet, and one in the middle is of a rare type.
    for (const name of ['long', ...OTHERS]) {
      const { id } = ((await service.get(`/customers/${name}`)).body as { data: { id: string } }).data;
      if (name === 'long') customerId = id;
      await service.database.query(
        `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
         SELECT $1, timestamptz '2026-01-01' + g * interval '1 minute', 'c' || lpad(to_hex(g), 24, '0'),
           CASE WHEN g = $2::int / 2 THEN 'rare' WHEN g % 16 = 0 THEN 'loud.' || g % 3 ELSE 'noise.' || g % 4 END, '{}', now()
         FROM generate_series(1, $2::int) AS g`,
        [id, MANY],
      );
    }
    await service.database.query('VACUUM ANALYZE customer_events');
    await service.put('/event-types/noise.*', { quiet: true }).expect(201);
    page = embedApi(service, (await createSession(service, { customerExternalId: 'long' })).token);
  }, 60_000);
  afterAll(() => service.close());

  /** The nodes of the plan of a statement that read the table of events. */
  const scansOf = async ({ sql, parameters }: SentQuery): Promise<Plan[]> => {
    const nodes = await executedNodes(service.database.query, sql, parameters);
    return nodes.filter((node) => node['Relation Name'] === 'customer_events');
  };
  /** The most rows that one statement of a request reads, each by an index. */
  const rowsRead = async (ask: () => Promise<unknown>): Promise<number> => {
    const queries = await queriesDuring(ask);
    const ofEvents = queries.filter(({ sql }) => sql.includes('customer_events'));
    expect(ofEvents.length).toBeGreaterThan(0);
    const rows: number[] = [];
    for (const query of ofEvents) {
      const scans = await scansOf(query);
      expect(scans.length).toBeGreaterThan(0);
      for (const scan of scans) expect(SCANS).toContain(scan['Node Type']);
      rows.push(...scans.map((scan) => scan['Actual Rows'] * scan['Actual Loops']));
    }
    return Math.max(...rows);
  };
  const entries = async (query: string): Promise<EntriesPage> =>
    ((await page.entries(query).expect(200)).body as { data: EntriesPage }).data;

  it('reads the newest entries, and those at an instant, by the index: what it shows, folded, and little more', async () => {
    for (const query of ['', 'at=2026-01-09T12:00:00Z', 'quiet=show', 'tz=Europe/Berlin&at=2026-01-02'])
      expect(await rowsRead(() => entries(query))).toBeLessThanOrEqual(604);
  });

  it('reads what is around an event, and within a fold, by the index', async () => {
    // The ids of the others do not hold their instants, by which the service finds an event.
    const event = { customerExternalId: 'long', type: 'loud.0', occurredAt: '2026-01-09T12:00:30Z' };
    const { body } = await service.post('/customer-events', event).expect(201);
    const { id } = (body as { data: { id: string } }).data;
    const fold = (await entries('limit=10')).entries.find(({ kind }) => kind === 'quiet');
    const cursor = fold?.kind === 'quiet' ? fold.cursor : '';
    expect(await rowsRead(() => entries(`around=${id}&limit=10`))).toBeLessThanOrEqual(64);
    expect(await rowsRead(() => entries(`within=${cursor}`))).toBeLessThanOrEqual(15);
  });

  it('finds an event of a rare type behind thousands of others by one request, in the index alone', async () => {
    const found = await entries('type=rare');
    expect(found.entries).toMatchObject([{ kind: 'event', type: 'rare' }]);
    expect(await rowsRead(() => entries('type=rare'))).toBeLessThanOrEqual(20_000);
  });

  it('fills a page without quiet events by one request, and is given few of them', async () => {
    const found = await entries('quiet=hide');
    expect(found.entries).toHaveLength(50);
    expect(found.scanned).toBeLessThan(300);
    expect(await rowsRead(() => entries('quiet=hide'))).toBeLessThanOrEqual(16 * 151);
  });

  it('counts days by ranges of the index: the events of these days and no others', async () => {
    const days = async () => page.days('from=2026-01-03&to=2026-01-05&tz=Europe/Berlin').expect(200);
    expect((await days()).body).toMatchObject({ data: { days: [{ count: 1_440 }, { count: 1_440 }] } });
    expect(await rowsRead(days)).toBeLessThanOrEqual(2_880);
  });

  it('counts for its head as many of the newest events as it may, in the index alone', async () => {
    const scans = await scansOf(selectNewestSummary(customerId, { types: [] }, 1_000));
    expect(scans).toMatchObject([{ 'Node Type': 'Index Only Scan', 'Actual Rows': 1_000 }]);
  });
});

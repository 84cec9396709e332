import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '../support/child.ts';
import { Workplace } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { FULL } from '../support/drill.ts';

jest.setTimeout(180_000);

const CUSTOMERS = 3_000;
/** Of the first customer, as many as all others have together. */
const LONG_HISTORY = 60_000;
const EVENTS = LONG_HISTORY + (CUSTOMERS - 1) * 20;

/** It waits for half a minute; that a deletion goes on where one ended is in test/cli/app-deletion.spec.ts too. */
(FULL ? describe : describe.skip)('apps delete, killed in the middle', () => {
  let workplace: Workplace;
  let database: TestDatabase;
  let appId: string;

  const cli = (...args: string[]) => workplace.cli(args, { DATABASE_URL: database.url, REQUEST_TIMEOUT_MS: '1000' });
  const counted = async (table: string): Promise<number> =>
    (await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`))[0]?.count ?? 0;

  beforeAll(async () => {
    workplace = new Workplace();
    database = await createTestDatabase();
    for (const slug of ['acme', 'other']) {
      expect(await cli('apps', 'create', '--slug', slug, '--name', slug).ends()).toMatchObject({ code: 0 });
    }
    const [row] = await database.query<{ id: string }>("SELECT id FROM apps WHERE slug = 'acme'");
    appId = row?.id ?? '';
    await database.query(
      `INSERT INTO customers (id, app_id, external_id, email, name, metadata, created_at, updated_at)
       SELECT 'c' || lpad(g::text, 24, '0'), a.id, 'u' || g, 'u' || g || '@x.co', 'x', '{}', now(), now()
       FROM generate_series(1, $1::int) AS g JOIN apps AS a ON a.slug = CASE WHEN g = $1 THEN 'other' ELSE 'acme' END`,
      [CUSTOMERS + 1],
    );
    await database.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at, event_id)
       SELECT c.id, now(), 'c' || lpad(g::text, 24, '0'), 'a', '{}', now(), g::text
       FROM customers AS c, generate_series(1, CASE WHEN c.external_id = 'u1' THEN $1::int ELSE 20 END) AS g`,
      [LONG_HISTORY],
    );
  });
  afterAll(async () => {
    await workplace.close();
    await database.drop();
  });

  it('is finished by the same command, and nothing of the app is left', async () => {
    const all = await counted('customer_events');
    expect(all).toBe(EVENTS + 20);
    let left = all;
    // Each run is killed as soon as it has erased something; at the third time it has come past the long history.
    for (const share of [0.9, 0.7, 0.3]) {
      const killed = cli('apps', 'delete', '--slug', 'acme', '--confirm', 'acme');
      await until(async () => (left = await counted('customer_events')) < all * share);
      killed.kill('SIGKILL');
      expect(await killed.ends()).toMatchObject({ signal: 'SIGKILL' });
    }
    left = await counted('customer_events');
    expect(left).toBeGreaterThan(20);
    const customersLeft = await counted('customers');
    const finished = cli('apps', 'delete', '--slug', 'acme', '--confirm', 'acme', '--json');
    expect(await finished.ends()).toMatchObject({ code: 0 });
    expect(JSON.parse(finished.stdout())).toEqual({
      ...{ app: 'acme', deleted: true, customers: customersLeft - 1, events: left - 20 },
    });
    expect(await database.query('SELECT slug FROM apps')).toEqual([{ slug: 'other' }]);
    expect(await database.query('SELECT external_id FROM customers')).toEqual([{ external_id: `u${CUSTOMERS + 1}` }]);
    expect(await counted('customer_events')).toBe(20);
    expect(await counted('erased_event_ids')).toBe(0);
    expect(await database.query('SELECT action FROM audit_entries WHERE app_id = $1 ORDER BY at, id', [appId])).toEqual(
      ['app.created', 'key.created', 'app.suspended', 'app.deleted'].map((action) => ({ action })),
    );
  });
});

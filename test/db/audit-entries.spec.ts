import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/app/data-source.ts';
import { TypeormAuditStore } from '../../src/audit/persistence/typeorm-audit-store.ts';
import { loadConfig } from '../../src/config.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const APP = 'c000000000000000000000app';
const ENTRIES = 100_000;

describe('the entries of the audit', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, loadConfig({})).initialize();
    await database.query(
      `INSERT INTO audit_entries (app_id, at, id, actor, actor_id, action, customer)
       SELECT $1, timestamptz '2026-01-01' + g * interval '1 second', 'c' || lpad(g::text, 24, '0'), 'key', 'k',
         'customer.erased', CASE WHEN g % 2 = 0 THEN md5(g::text) END
       FROM generate_series(1, ${ENTRIES}) AS g`,
      [APP],
    );
    await database.query('ANALYZE audit_entries');
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** What PostgreSQL does for a list, and how many entries it looks at for it. */
  async function planOf(list: (store: TypeormAuditStore) => Promise<unknown>): Promise<string> {
    const sent: pg.QueryConfig[] = [];
    const query = pg.Client.prototype.query;
    pg.Client.prototype.query = function (this: pg.Client, ...call: unknown[]): unknown {
      sent.push(call[0] as pg.QueryConfig);
      return (query as (...args: unknown[]) => unknown).apply(this, call);
    } as never;
    try {
      await list(new TypeormAuditStore(dataSource, dataSource));
    } finally {
      pg.Client.prototype.query = query;
    }
    const statement = sent.find(({ text }) => text?.includes('FROM audit_entries'));
    const rows = await database.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN ${statement?.text as string}`,
      statement?.values as unknown[],
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  }

  it('about one customer are found by an index, without a look at the others', async () => {
    for (const customers of [['x'], ['x', 'y', 'z']]) {
      const plan = await planOf((store) => store.list({ appId: APP, customers }, 51, null));
      expect(plan).toContain('audit_entries_app_id_customer_idx');
      expect(plan).not.toContain('Seq Scan');
    }
    const narrowed = { appId: APP, customers: ['x'], from: 0, to: Date.now(), actions: ['event.erased'] as const };
    const plan = await planOf((store) => store.list(narrowed, 51, { at: Date.now(), id: 'c' }));
    expect(plan).toContain('audit_entries_app_id_customer_idx');
  });

  it('of an app are walked in their order by the primary key', async () => {
    const plan = await planOf((store) => store.list({ appId: APP }, 51, { at: Date.now(), id: 'c' }));
    expect(plan).toContain('Index Scan Backward using audit_entries_pkey');
    expect(plan).not.toContain('Sort');
  });
});

import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import type { Instant } from '../../libs/time/instant.ts';
import { createDataSource } from '../../src/app/data-source.ts';
import { TypeormAuditStore } from '../../src/audit/persistence/typeorm-audit-store.ts';
import { loadConfig } from '../../src/config.ts';
import { ErasureKeys } from '../../src/customer-events/domain/erasure-keys.ts';
import type { TimelineQuery } from '../../src/customer-events/domain/timeline.ts';
import { TypeormTimelineStore } from '../../src/customer-events/persistence/typeorm-timeline-store.ts';
import { citusVersion, createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const EVENTS = 2_000;
const OTHERS = 100;
const EVENTS_OF_OTHERS = 200;
const LIMITS = { events: 50, bytes: 2_000_000, entries: 20_000 };
const KEYS = new ErasureKeys(['a secret of thirty-two characters']);

const newestOf = (types: readonly string[] = []): TimelineQuery => ({
  order: 'desc',
  types: types.map((type) => ({ type, isPrefix: false })),
});
const timeOf = (second: number): Instant => new Date(Date.UTC(2024, 0, 1) + second * 1_000).toISOString() as Instant;
const idOf = (n: number): string => `e${String(n).padStart(24, '0')}`;

/**
 * PostgreSQL knows a table as it was when it was analyzed last: a few short histories, say, before an import of many long ones. It may
 * be hours until it knows better. What a read takes must not depend on that: it is counted here in rows and entries that are read.
 */
describe('with statistics of before a large import', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let timelines: TypeormTimelineStore;

  /** How many rows of tables and entries of indexes PostgreSQL reads for it. */
  const readsOf = async (work: () => Promise<unknown>): Promise<number> => {
    const count = async (): Promise<number> => {
      // The pool has one connection: this tells what it has done.
      await dataSource.query('SELECT pg_stat_force_next_flush()');
      const [row] = await dataSource.query<{ count: string }[]>(
        `SELECT (SELECT sum(s.idx_tup_read) FROM pg_stat_user_indexes AS s) +
           (SELECT sum(s.seq_tup_read) FROM pg_stat_user_tables AS s) AS count`,
      );
      return Number(row?.count);
    };
    const before = await count();
    await work();
    return (await count()) - before;
  };

  const addCustomers = (name: string, customers: number, events: number): Promise<unknown> =>
    database.query(
      `WITH added AS (
         INSERT INTO customers (id, app_id, external_id, email, name, metadata, created_at, updated_at)
         SELECT $1::text || n, 'app', $1::text || n, $1::text || n || '@example.com', 'x', '{}', now(), now()
         FROM generate_series(1, $2::int) AS n RETURNING id)
       INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, event_id, created_at)
       SELECT c.id, timestamptz '2024-01-01 00:00:00Z' + n * interval '1 second', 'e' || lpad(n::text, 24, '0'), 'order.placed', '{}', n::text, now()
       FROM added AS c, generate_series(1, $3::int) AS n`,
      [name, customers, events],
    );
  const addAudit = (appId: string, entries: number): Promise<unknown> =>
    database.query(
      `INSERT INTO audit_entries (app_id, at, id, actor, actor_id, action, customer)
       SELECT $1, now() - n * interval '1 second', $1::text || n, 'key', 'key', 'timeline.read', 'pseudonym' FROM generate_series(1, $2::int) AS n`,
      [appId, entries],
    );

  beforeAll(async () => {
    database = await createTestDatabase();
    if (citusVersion() !== '') return;
    const options = createDataSource(database.url, loadConfig({})).options as PostgresDataSourceOptions;
    dataSource = await new DataSource({ ...options, poolSize: 1 }).initialize();
    timelines = new TypeormTimelineStore(dataSource, dataSource, KEYS);
    await database.query('ALTER TABLE customer_events SET (autovacuum_enabled = false)');
    await database.query('ALTER TABLE audit_entries SET (autovacuum_enabled = false)');
    await addCustomers('short', 10, 3);
    await addAudit('app', 5);
    await database.query('ANALYZE');
    await addCustomers('other', OTHERS, EVENTS_OF_OTHERS);
    await addCustomers('long', 1, EVENTS);
    await addAudit('other', 10_000);
  });
  afterAll(async () => {
    if (citusVersion() === '') await dataSource.destroy();
    await database.drop();
  });

  const LONG = 'long1';
  const SHORT = 'short1';
  const POSITIONS = [EVENTS, EVENTS / 2, 2].map((n) => ({ occurredAt: timeOf(n), id: idOf(n) }));

  const reads: readonly (readonly [string, number, () => Promise<unknown>])[] = [
    ['a page', 60, () => timelines.page(LONG, newestOf(), null, LIMITS)],
    // Once to find those that match, and once to find where the walk ends.
    ['a page of a type that has no event', 2 * EVENTS, () => timelines.page(LONG, newestOf(['none']), null, LIMITS)],
    ['a page of a type', 110, () => timelines.page(LONG, newestOf(['order.placed']), null, LIMITS)],
    [
      'outlines without a type',
      2 * EVENTS,
      () => timelines.outlines(LONG, { ...newestOf(), exceptTypes: ['order.placed'] }, null, LIMITS),
    ],
    ['the latest events', 20, () => timelines.latest(LONG, newestOf(), 10, 1_000)],
    [
      'the latest event of a type',
      10,
      () => timelines.latestOfTypes(LONG, undefined, [{ type: 'order.placed', lastOccurredAt: timeOf(EVENTS) }], 1_000),
    ],
    ['events at their positions', 10, () => timelines.eventsAt(LONG, POSITIONS, 1_000)],
    ['counts between positions', EVENTS, () => timelines.countBetween(LONG, POSITIONS)],
    ['the summary of a short history', 10, () => timelines.summarize(SHORT, { types: [] })],
    ['the summary of the newest events', 120, () => timelines.summarizeNewest(LONG, { types: [] }, 100)],
    ['counts of parts', 20, () => timelines.countParts(LONG, [], [timeOf(10), timeOf(15)], timeOf(20))],
    [
      'the audit of an app',
      20,
      () =>
        new TypeormAuditStore(dataSource, dataSource).list({ appId: 'app', actions: ['customer.erased'] }, 50, null),
    ],
  ];

  it.each(reads)('%s takes at most %i rows and entries', async (_what, most, read) => {
    if (citusVersion() !== '') return console.log('left out: a distributed table has its statistics in its shards');
    const count = await readsOf(read);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThanOrEqual(most);
  });
});

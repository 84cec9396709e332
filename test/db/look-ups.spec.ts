import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { neverAbandoned } from '../../libs/kernel/abandoned.ts';
import { loadConfig } from '../../src/config.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import { ErasureKeys } from '../../src/customer-events/domain/erasure-keys.ts';
import { ErasedAmong, selectWithErasedIds } from '../../src/customer-events/persistence/erased-event-ids.ts';
import { CustomerEventCopy } from '../../src/customer-events/persistence/copy-customer-events.ts';
import {
  groupsByShard,
  selectObstacles,
  selectTaken,
  type ShardGroup,
} from '../../src/customer-events/persistence/insert-customer-events.ts';
import { TypeormCustomerEventStore } from '../../src/customer-events/persistence/typeorm-customer-event-store.ts';
import type { Query } from '../../src/platform/postgres/transactions.ts';
import { createDataSource } from '../../src/app/data-source.ts';
import { Shards } from '../../src/platform/postgres/shards.ts';
import { executedNodes, type Plan } from '../e2e/helpers/plans.ts';
import { aCustomer, anEvent } from '../support/builders.ts';
import { citusVersion, createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const CUSTOMERS = 500;
const EVENTS_OF_EACH = 200;
/** Of the events of the group. */
const TAKEN = 10;
/** Executions of a prepared statement that PostgreSQL plans each time; then it may keep a plan. */
const KEPT_AFTER = 5;
/** PostgreSQL takes an array that it does not know for ten elements; of fewer, planning each time seems cheaper to it. */
const CUSTOMERS_OF_GROUP = 30;
const KEYS = new ErasureKeys(['a secret of thirty-two characters']);

const idOf = (customer: number): string => `c${String(customer).padStart(24, '0')}`;

/**
 * What events with an `eventId` are compared with before and after they are written. Each is found by an index, however large the
 * tables have become and whatever is known of them: as after a first import, of which PostgreSQL knows nothing yet.
 */
describe('looking up the eventIds of a group of events', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let group: ShardGroup;

  const nodesOf = ({ sql, parameters }: Query): Promise<Plan[]> =>
    executedNodes((text, values) => dataSource.query(text, values), sql, parameters);

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, loadConfig({})).initialize();
    await database.query(
      `INSERT INTO customers (id, app_id, external_id, email, name, metadata, created_at, updated_at)
       SELECT 'c' || lpad(g::text, 24, '0'), 'app', g::text, g || '@example.com', 'x', '{}', now(), now()
       FROM generate_series(0, $1::int - 1) AS g`,
      [CUSTOMERS],
    );
    await database.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, event_id, created_at)
       SELECT 'c' || lpad((g % $1)::text, 24, '0'), timestamptz '2020-01-01' + g * interval '1 second',
         'e' || lpad(g::text, 24, '0'), 'order.placed', '{}', 'order-' || g, now()
       FROM generate_series(1, $2::int) AS g`,
      [CUSTOMERS, CUSTOMERS * EVENTS_OF_EACH],
    );
    await database.query(
      `INSERT INTO erased_event_ids (shard_key, customer_id, sha256, erased_at, secret_id)
       SELECT md5((g % 1000)::text), md5((g % 1000)::text), sha256(g::text::bytea), now(), ''
       FROM generate_series(1, 100000) AS g`,
    );
    const events: CustomerEvent[] = Array.from({ length: 3 * CUSTOMERS }, (_, index) =>
      anEvent(aCustomer('any'), {
        customerId: idOf(index % CUSTOMERS),
        eventId: `order-${index <= TAKEN ? index : `new-${index}`}`,
      }),
    );
    [group] = groupsByShard(events, new Shards([])) as [ShardGroup];
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const statements: readonly (readonly [string, () => Query])[] = [
    ['that are taken', () => selectTaken(group.keyed, group.shards)],
    ['that are taken or erased', () => selectObstacles(group.keyed, KEYS, group.shards)],
    ['of customers with erased events', () => selectWithErasedIds(group.keyed, KEYS, group.shards)],
    [
      'that are erased',
      () =>
        new ErasedAmong(
          group.keyed,
          new Set(group.keyed.map(({ customerId }) => KEYS.pseudonym(customerId))),
          KEYS,
          group.shards,
        ).query,
    ],
  ];

  describe.each([
    ['never analyzed', 'SELECT 1'],
    ['analyzed', 'ANALYZE customer_events, erased_event_ids'],
  ])('in tables that were %s', (_, prepare) => {
    beforeAll(() => database.query(prepare));

    it.each(statements)('reads no more than the entries %s', async (_what, statement) => {
      if (citusVersion() !== '') return console.log('left out: a distributed table has its statistics in its shards');
      const nodes = await nodesOf(statement());
      const scans = nodes.filter((node) => node['Relation Name'] !== undefined);
      expect(scans.length).toBeGreaterThan(0);
      expect(scans.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      for (const scan of scans) expect(scan['Actual Rows']).toBeLessThanOrEqual(1);
    });
  });
});

describe('a connection that has written events with eventIds while hardly any had been erased', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const customerIds = Array.from({ length: CUSTOMERS_OF_GROUP }, (_, index) => idOf(index));
  beforeAll(async () => {
    database = await createTestDatabase();
    const options = createDataSource(database.url, loadConfig({})).options as PostgresDataSourceOptions;
    dataSource = await new DataSource({ ...options, poolSize: 1 }).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it.each([
    ['by INSERT', Infinity],
    ['by COPY', 1],
  ])('still finds erased ones by the index when many are, having written %s', async (how, minCopiedEvents) => {
    if (citusVersion() !== '') return console.log('left out: nothing is prepared on the shards of a distributed table');
    await database.query(
      `INSERT INTO customers (id, app_id, external_id, email, name, metadata, created_at, updated_at)
       SELECT c.id, 'app', c.id, 'ann@example.com', 'Ann', '{}', now(), now() FROM unnest($1::text[]) AS c (id)
       ON CONFLICT DO NOTHING`,
      [customerIds],
    );
    await database.query('ANALYZE erased_event_ids');
    const copy = new CustomerEventCopy({ minCopiedEvents, isHistory: true });
    const store = new TypeormCustomerEventStore(dataSource, copy, KEYS);
    for (let time = 0; time < KEPT_AFTER + 2; time++) {
      const events = customerIds.map((customerId) =>
        anEvent(aCustomer('any'), { customerId, eventId: `${how} ${time}` }),
      );
      const outcomes = await store.append(events, neverAbandoned);
      expect(outcomes).toEqual(events.map(() => ({ kind: 'created' })));
    }

    const [prepared] = await dataSource.query<{ name: string; generic_plans: string }[]>(
      `SELECT p.name, p.generic_plans FROM pg_prepared_statements AS p WHERE p.name LIKE '%erased%'`,
    );
    expect(Number(prepared?.generic_plans)).toBeGreaterThan(0);
    const nodes = await executedNodes(
      (sql) => dataSource.query(sql),
      `EXECUTE ${prepared?.name} (ARRAY['any'], ARRAY['any'])`,
    );
    expect(nodes.filter((node) => node['Relation Name'] !== undefined).map((node) => node['Node Type'])).toEqual([
      'Index Only Scan',
    ]);
  });
});

import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import { randomId } from '../../libs/kernel/ids.ts';
import { createDataSource } from '../../src/app/data-source.ts';
import { loadConfig } from '../../src/config.ts';
import type { ErasedIdPosition } from '../../src/customer-events/application/app-data-store.port.ts';
import { TypeormAppDataStore } from '../../src/customer-events/persistence/typeorm-app-data-store.ts';
import { SHARD_KEYS } from '../../src/customer-events/domain/shard-key.ts';
import { ErasureKeys } from '../../src/customer-events/domain/erasure-keys.ts';
import { TypeormCustomerStore } from '../../src/customer-events/persistence/typeorm-customer-store.ts';
import { aCustomer } from '../support/builders.ts';
import { createTestDatabase, unfenced, type TestDatabase } from '../support/test-database.ts';

const KEYS = new ErasureKeys([]);

const MIB = 1_048_576;

describe('all customers of an app, on PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let store: TypeormAppDataStore;
  let appId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(unfenced(database.url), loadConfig({})).initialize();
    store = new TypeormAppDataStore(dataSource, dataSource);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  beforeEach(() => {
    appId = randomId();
  });

  const put = async (name: string, metadata = '{}'): Promise<string> => {
    const customer = aCustomer(name, { metadata: new JsonText(metadata) }, appId);
    await new TypeormCustomerStore(dataSource, dataSource, KEYS).put(appId, customer.id, () => customer);
    return customer.id;
  };
  const addEvents = (customerId: string, count: number) =>
    database.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
       SELECT $1, timestamptz '2020-01-01' + g * interval '1 second', 'c' || lpad(to_hex(g), 24, '0'), 'a', '{}', now()
       FROM generate_series(1, $2::int) AS g`,
      [customerId, count],
    );

  it('are read in parts that end with the customer who makes it a mebibyte, in whatever order they come', async () => {
    // Their order is that of their ids, which are derived from the id of the app.
    for (let run = 0; run < 5; run++) {
      appId = randomId();
      await put('a', `{"s":"${'x'.repeat(2 * MIB)}"}`);
      for (const name of ['b', 'c', 'd', 'e']) await put(name, `{"s":"${'x'.repeat(MIB / 2)}"}`);
      const parts: number[][] = [];
      let after = null;
      for (;;) {
        const part = await store.customersAfter(appId, after);
        after = part.at(-1) ?? null;
        if (after === null) break;
        parts.push(part.map(({ metadata }) => metadata.text.length));
      }
      const bytesOf = (sizes: number[]): number => sizes.reduce((sum, size) => sum + size, 0);
      expect(parts.flat()).toHaveLength(5);
      for (const sizes of parts) expect(bytesOf(sizes.slice(0, -1))).toBeLessThan(MIB);
      for (const sizes of parts.slice(0, -1)) expect(bytesOf(sizes)).toBeGreaterThanOrEqual(MIB);
    }
  });

  it('are erased in transactions of some thousand events, a long history in several', async () => {
    const long = await put('long');
    await addEvents(long, 12_345);
    for (const name of ['a', 'b', 'c']) await addEvents(await put(name), 2_000);
    const parts: { customers: number; events: number }[] = [];
    let after = null;
    do after = await store.eraseAfter(appId, after, (erased) => parts.push(erased));
    while (after !== null);
    expect(Math.max(...parts.map(({ events }) => events))).toBeLessThanOrEqual(5_000);
    expect(parts.reduce((all, { events }) => all + events, 0)).toBe(18_345);
    expect(parts.reduce((all, { customers }) => all + customers, 0)).toBe(4);
    expect(await database.query('SELECT 1 FROM customer_events')).toEqual([]);
  });

  it('do not hold up who writes to another app', async () => {
    const present = await put('a');
    await addEvents(present, 100);
    const other = aCustomer('other', {}, randomId());
    const customers = new TypeormCustomerStore(dataSource, dataSource, KEYS);
    const session = await database.session();
    try {
      await session.query('BEGIN');
      // The row that the erasure wants is locked: it waits in the middle of its transaction.
      await session.query('SELECT 1 FROM customer_events WHERE customer_id = $1 LIMIT 1 FOR UPDATE', [present]);
      const erasing = store.eraseAfter(appId, null, () => {});
      await database.untilWaiting(1);
      expect(await customers.put(randomId(), other.id, () => other)).toMatchObject({ created: true });
      await addEvents(other.id, 1);
      await session.query('COMMIT');
      await erasing;
    } finally {
      await session.end();
    }
    expect(await database.query('SELECT customer_id FROM customer_events')).toEqual([{ customer_id: other.id }]);
  });

  it('leave no erased id of their app, also of customers that are gone, and those of other apps stay', async () => {
    await database.query(
      `INSERT INTO erased_event_ids (shard_key, customer_id, sha256, app_id)
       SELECT ($2::text[])[1 + g % 32], md5(g::text), sha256(g::text::bytea), CASE WHEN g % 3 = 0 THEN $1 ELSE 'another' END
       FROM generate_series(1, 60000) AS g`,
      [appId, SHARD_KEYS],
    );
    let steps = 0;
    let after: ErasedIdPosition | null = null;
    do {
      after = await store.eraseErasedIdsAfter(appId, after);
      steps++;
    } while (after !== null);
    expect(steps).toBe(4);
    expect(await database.query('SELECT app_id, count(*)::int FROM erased_event_ids GROUP BY 1')).toEqual([
      { app_id: 'another', count: 40_000 },
    ]);
  });
});

import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { neverAbandoned } from '../../libs/kernel/abandoned.ts';
import { randomId } from '../../libs/kernel/ids.ts';
import { loadConfig } from '../../src/config.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import { TypeormCustomerEventStore } from '../../src/customer-events/persistence/typeorm-customer-event-store.ts';
import { TypeormCustomerStore } from '../../src/customer-events/persistence/typeorm-customer-store.ts';
import { createDataSource } from '../../src/persistence/data-source.ts';
import { aCustomer, anEvent, APP } from '../support/builders.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** What happens between the statements of one append: nothing that is committed may be told otherwise. */
describe('appending events while customers are erased', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let customers: TypeormCustomerStore;
  let events: TypeormCustomerEventStore;
  let ada: Customer;
  let bob: Customer;
  let afterStatement: (sql: string) => Promise<unknown> | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, loadConfig({})).initialize();
    const query = dataSource.query.bind(dataSource) as (sql: string, parameters?: unknown[]) => Promise<unknown>;
    dataSource.query = (async (sql: string, parameters?: unknown[]) => {
      const result = await query(sql, parameters);
      await afterStatement(sql);
      return result;
    }) as typeof dataSource.query;
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    afterStatement = () => undefined;
    customers = new TypeormCustomerStore(dataSource);
    events = new TypeormCustomerEventStore(dataSource);
    [ada, bob] = [aCustomer(`ada-${randomId()}`), aCustomer(`bob-${randomId()}`)];
    for (const customer of [ada, bob]) await customers.put(APP, customer.id, () => customer);
  });
  afterEach(() => {
    afterStatement = () => undefined;
  });

  const rowsOf = (customer: Customer) =>
    database.query<{ id: string }>('SELECT id FROM customer_events WHERE customer_id = $1 ORDER BY id', [customer.id]);

  const eraseOnceAfter = (statement: string, customer: Customer): void => {
    let erased = false;
    afterStatement = (sql) => {
      if (erased || !sql.includes(statement)) return undefined;
      erased = true;
      return customers.erase(customer.id);
    };
  };

  it('says what was created also where an event that was there already is gone at the second look', async () => {
    await events.append([anEvent(ada, { eventId: 'e-1' })], neverAbandoned);
    const [plain, keyed] = [anEvent(bob), anEvent(bob, { eventId: 'b-1' })];
    eraseOnceAfter('INSERT INTO customer_events', ada);
    const outcomes = await events.append([plain, anEvent(ada, { eventId: 'e-1' }), keyed], neverAbandoned);
    expect(outcomes).toEqual([{ kind: 'created' }, { kind: 'customer-unknown' }, { kind: 'created' }]);
    expect((await rowsOf(bob)).map(({ id }) => id)).toEqual([plain.id, keyed.id].sort());
    expect(await rowsOf(ada)).toEqual([]);
  });

  it('writes the events of the others where a customer is gone after it was looked up', async () => {
    eraseOnceAfter('SELECT c.id FROM customers', ada);
    const outcomes = await events.append([anEvent(ada), anEvent(bob), anEvent(ada, { eventId: 'e-1' })], neverAbandoned);
    expect(outcomes).toEqual([{ kind: 'customer-unknown' }, { kind: 'created' }, { kind: 'customer-unknown' }]);
    expect(await rowsOf(bob)).toHaveLength(1);
  });
});

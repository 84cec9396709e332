import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { neverAbandoned } from '../../libs/kernel/abandoned.ts';
import { randomId } from '../../libs/kernel/ids.ts';
import { loadConfig } from '../../src/config.ts';
import { ErasureKeys } from '../../src/customer-events/domain/erasure-keys.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import { CustomerEventCopy } from '../../src/customer-events/persistence/copy-customer-events.ts';
import { TypeormCustomerEventStore } from '../../src/customer-events/persistence/typeorm-customer-event-store.ts';
import { TypeormCustomerStore } from '../../src/customer-events/persistence/typeorm-customer-store.ts';
import { createDataSource } from '../../src/app/data-source.ts';
import { aCustomer, anEvent, APP, ORDER } from '../support/builders.ts';
import { sqlOf } from '../e2e/helpers/statements.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const KEYS = new ErasureKeys(['a secret of thirty-two characters']);

/** What happens between the statements of one append: nothing that is committed may be told otherwise. */
describe('appending events while customers are erased', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let customers: TypeormCustomerStore;
  let events: TypeormCustomerEventStore;
  let ada: Customer;
  let bob: Customer;
  let putBack: () => unknown;
  let afterStatement: (sql: string) => Promise<unknown> | undefined;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, loadConfig({})).initialize();
    const query = pg.Client.prototype.query as (...call: unknown[]) => unknown;
    pg.Client.prototype.query = function (this: pg.Client, ...call: unknown[]): unknown {
      const result = query.apply(this, call);
      if (!(result instanceof Promise)) return result;
      return result.then(async (rows: unknown) => {
        await afterStatement(sqlOf(call[0]));
        return rows;
      });
    } as never;
    putBack = () => (pg.Client.prototype.query = query as never);
  });
  afterAll(async () => {
    putBack();
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    afterStatement = () => undefined;
    customers = new TypeormCustomerStore(dataSource, dataSource, KEYS);
    events = new TypeormCustomerEventStore(dataSource, new CustomerEventCopy(), KEYS);
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
      return customers.erase(customer.id, ORDER);
    };
  };

  it('says what was created also where an event that was there already is gone at the second look', async () => {
    // Both customers have been seen: so what is taken is asked for after the insert, apart.
    const before = anEvent(bob);
    await events.append([anEvent(ada, { eventId: 'e-1' }), before], neverAbandoned);
    const [plain, keyed] = [anEvent(bob), anEvent(bob, { eventId: 'b-1' })];
    eraseOnceAfter('INSERT INTO customer_events', ada);
    const outcomes = await events.append([plain, anEvent(ada, { eventId: 'e-1' }), keyed], neverAbandoned);
    expect(outcomes).toEqual([{ kind: 'created' }, { kind: 'customer-unknown' }, { kind: 'created' }]);
    expect((await rowsOf(bob)).map(({ id }) => id)).toEqual([before.id, plain.id, keyed.id].sort());
    expect(await rowsOf(ada)).toEqual([]);
  });

  it('writes the events of the others where a customer is gone after it was looked up', async () => {
    eraseOnceAfter('SELECT c.id FROM customers', ada);
    const outcomes = await events.append(
      [anEvent(ada), anEvent(bob), anEvent(ada, { eventId: 'e-1' })],
      neverAbandoned,
    );
    expect(outcomes).toEqual([{ kind: 'customer-unknown' }, { kind: 'created' }, { kind: 'customer-unknown' }]);
    expect(await rowsOf(bob)).toHaveLength(1);
  });
});

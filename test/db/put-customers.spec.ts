import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { randomId } from '../../libs/kernel/ids.ts';
import { createDataSource } from '../../src/app/data-source.ts';
import { loadConfig } from '../../src/config.ts';
import { CustomerPreview } from '../../src/customer-events/domain/customer-preview.ts';
import type { CustomerPut, PutOutcome } from '../../src/customer-events/domain/customer-puts.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import { emailClaim } from '../../src/customer-events/domain/email-claim.ts';
import { shardsOf } from '../../src/platform/postgres/shards.ts';
import { StoredCustomers } from '../../src/customer-events/persistence/stored-customers.ts';
import { ErasureKeys } from '../../src/customer-events/domain/erasure-keys.ts';
import { TypeormCustomerStore } from '../../src/customer-events/persistence/typeorm-customer-store.ts';
import { ChangedMeanwhile } from '../../src/platform/postgres/repeated.ts';
import { singleStatement } from '../../src/platform/postgres/transactions.ts';
import { aCustomer, APP } from '../support/builders.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** What other sessions and PostgreSQL itself do to a group of customers that is being stored. */
describe('storing a group of customers', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let customers: TypeormCustomerStore;
  let other: pg.Client;
  let ada: Customer;
  let bob: Customer;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, loadConfig({})).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    customers = new TypeormCustomerStore(dataSource, dataSource, new ErasureKeys([]));
    [ada, bob] = [aCustomer(`ada-${randomId()}`), aCustomer(`bob-${randomId()}`)];
    other = await database.session();
    await other.query('BEGIN');
  });
  afterEach(() => other.end());

  const putOf = (customer: Customer): CustomerPut => ({ id: customer.id, decide: () => customer });
  const toldOf = (outcomes: readonly PutOutcome[]): string[] =>
    outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.error.code : outcome.kind));
  const putAll = async (...all: Customer[]) => toldOf(await customers.putAll(APP, all.map(putOf)));
  const claim = (customer: Customer, customerId: string) =>
    other.query('INSERT INTO customer_emails (sha256, customer_id) VALUES ($1, $2)', [
      Buffer.from(emailClaim(APP, customer.email), 'latin1'),
      customerId,
    ]);
  const create = ({ id, externalId, email, name }: Customer) =>
    other.query(
      `INSERT INTO customers (app_id, id, external_id, email, name, metadata, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, '{}', now(), now())`,
      [APP, id, externalId, email, name],
    );

  it('refuses what PostgreSQL cannot hold, and stores the others as if it had not been there', async () => {
    const unstorable = { ...bob, name: 'Bob\0' };
    const carl = aCustomer(`carl-${randomId()}`, { email: bob.email });
    const group = [ada, unstorable, carl, bob, { ...ada, name: 'Countess' }, { ...ada, phone: '\0' }];
    const expected = ['created', 'VALIDATION_ERROR', 'created', 'CUSTOMER_EMAIL_EXISTS', 'updated', 'VALIDATION_ERROR'];
    expect(await putAll(...group)).toEqual(expected);
    expect(await customers.find(ada.id)).toEqual({ ...ada, name: 'Countess' });
    expect(await customers.find(bob.id)).toBeNull();
    expect(await putAll({ ...ada, name: '\0' })).toEqual(['VALIDATION_ERROR']);
  });

  it('refuses a customer whose address another session takes meanwhile, and stores the others', async () => {
    await claim(ada, bob.id);
    const outcomes = putAll(ada, bob);
    await database.untilWaiting(1);
    await other.query('COMMIT');
    expect(await outcomes).toEqual(['CUSTOMER_EMAIL_EXISTS', 'created']);
  });

  it('creates a customer whose address another session has not taken in the end', async () => {
    await claim(ada, bob.id);
    const outcomes = putAll(ada, bob);
    await database.untilWaiting(1);
    await other.query('ROLLBACK');
    expect(await outcomes).toEqual(['created', 'created']);
  });

  it('changes a customer that another session creates meanwhile', async () => {
    await create(ada);
    await claim(ada, ada.id);
    const outcomes = putAll({ ...ada, name: 'Countess' }, bob);
    await database.untilWaiting(1);
    await other.query('COMMIT');
    expect(await outcomes).toEqual(['updated', 'created']);
    expect(await customers.find(ada.id)).toMatchObject({ name: 'Countess' });
  });

  it('begins anew where it and another session wait for each other', async () => {
    await claim(ada, bob.id);
    const outcomes = putAll(ada, bob);
    await database.untilWaiting(1);
    // So PostgreSQL finds the deadlock in the group, and ends that.
    await other.query("SET LOCAL deadlock_timeout = '1min'");
    await create(bob);
    await other.query('COMMIT');
    expect(await outcomes).toEqual(['CUSTOMER_EMAIL_EXISTS', 'updated']);
  });

  it('does not take a customer that is created while it looks for another one that has the address', async () => {
    const stored = new StoredCustomers((query) => singleStatement(dataSource, query), '', await shardsOf(dataSource));
    expect((await stored.byId([ada.id])).size).toBe(0);
    await putAll(ada);
    await expect(stored.taken([emailClaim(APP, ada.email)])).rejects.toThrow(ChangedMeanwhile);
  });

  it('locks no rows in a preview', async () => {
    await putAll(ada);
    await other.query('SELECT 1 FROM customers WHERE id = $1 FOR UPDATE', [ada.id]);
    expect(toldOf(await customers.previewAll(APP, [putOf(ada)], new CustomerPreview()))).toEqual(['updated']);
  });
});

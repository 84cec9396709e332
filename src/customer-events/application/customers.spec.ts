import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryCustomerEventStore } from '../../../test/fakes/in-memory-customer-event-store.ts';
import { InMemoryCustomers, InMemoryCustomerStore } from '../../../test/fakes/in-memory-customers.ts';
import { ACTOR, anEvent, APP, OTHER_APP } from '../../../test/support/builders.ts';
import { SettableClock } from '../../../test/support/clock.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { neverAbandoned } from '../../../libs/kernel/abandoned.ts';
import { CustomerPreview } from '../domain/customer-preview.ts';
import { customerIdOf } from '../domain/customer.ts';
import { readTurns, writeTurns } from '../../../test/support/turns.ts';
import type { ErasureOrder, InTurn } from './customer-store.port.ts';
import { Customers } from './customers.ts';
import { WriteTurns } from '../../../libs/kernel/turns.ts';

const ADA = { email: 'ada@example.com', name: 'Ada' };

describe('Customers', () => {
  let shared: InMemoryCustomers;
  let clock: SettableClock;
  let customers: Customers;

  beforeEach(() => {
    shared = new InMemoryCustomers();
    clock = new SettableClock();
    customers = new Customers(new InMemoryCustomerStore(shared), clock, readTurns(), writeTurns());
  });

  it('creates a customer, with nothing in what was not given', async () => {
    const { customer, created } = await customers.put(APP, 'user_42', ADA);
    expect(created).toBe(true);
    expect(customer).toEqual({
      id: customerIdOf(APP, 'user_42'),
      externalId: 'user_42',
      ...ADA,
      phone: null,
      avatarUrl: null,
      metadata: new JsonText('{}'),
      createdAt: '2026-04-18T12:00:00.123Z',
      updatedAt: '2026-04-18T12:00:00.123Z',
    });
    expect(await customers.get(APP, 'user_42')).toEqual(customer);
  });

  it.each([
    [{}, ['email', 'name']],
    [{ email: 'a@example.com' }, ['name']],
    [{ name: 'a', phone: '1' }, ['email']],
  ])('does not create one of %j', async (changes, missing) => {
    const refused = await customers.put(APP, 'user_42', changes).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'VALIDATION_ERROR' });
    expect(Object.keys((refused as { details: object }).details)).toEqual(missing);
    await expect(customers.get(APP, 'user_42')).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
  });

  it('changes only what is given; null clears what may be absent', async () => {
    await customers.put(APP, 'user_42', {
      ...ADA,
      phone: '1',
      avatarUrl: 'https://a',
      metadata: new JsonText('{"a":1}'),
    });
    clock.millis += 1_000;
    const { customer, created } = await customers.put(APP, 'user_42', {
      name: 'Ada L.',
      phone: null,
      email: undefined,
    });
    expect(created).toBe(false);
    expect(customer).toMatchObject({
      email: 'ada@example.com',
      name: 'Ada L.',
      phone: null,
      avatarUrl: 'https://a',
      metadata: new JsonText('{"a":1}'),
      createdAt: '2026-04-18T12:00:00.123Z',
      updatedAt: '2026-04-18T12:00:01.123Z',
    });
  });

  describe('many at once', () => {
    const NAMELESS = { email: 'carl@example.com' };
    const entries = [
      { externalId: 'user_42', changes: { name: 'Countess' } },
      { externalId: 'user_43', changes: { ...ADA, email: 'bob@example.com' } },
      { externalId: 'user_44', changes: NAMELESS },
      { externalId: 'user_45', changes: ADA },
      { externalId: 'user_43', changes: { name: 'Bob' } },
    ];

    beforeEach(async () => {
      await customers.put(APP, 'user_42', ADA);
      clock.millis += 1_000;
    });

    const refusedOrKept = [
      'created',
      expect.objectContaining({ code: 'VALIDATION_ERROR' }),
      expect.objectContaining({ code: 'CUSTOMER_EMAIL_EXISTS' }),
    ];

    it('creates and changes them, and says of each what became of it', async () => {
      const results = await customers.putAll(APP, entries, 'upsert');
      expect(results).toEqual(['updated', ...refusedOrKept, 'updated']);
      expect(await customers.get(APP, 'user_42')).toMatchObject({
        ...ADA,
        name: 'Countess',
        createdAt: '2026-04-18T12:00:00.123Z',
        updatedAt: '2026-04-18T12:00:01.123Z',
      });
      expect(await customers.get(APP, 'user_43')).toMatchObject({ name: 'Bob', email: 'bob@example.com' });
    });

    it('only creates them where they are to be inserted: one that exists stays as it is', async () => {
      const results = await customers.putAll(APP, entries, 'insert');
      expect(results).toEqual(['unchanged', ...refusedOrKept, 'unchanged']);
      expect(await customers.get(APP, 'user_42')).toMatchObject({ ...ADA, updatedAt: '2026-04-18T12:00:00.123Z' });
      expect(await customers.get(APP, 'user_43')).toMatchObject({ ...ADA, email: 'bob@example.com' });
    });

    it.each(['insert', 'upsert'] as const)('foretells what %s will do, in as many parts as it comes', async (mode) => {
      const preview = new CustomerPreview();
      const foretold = [
        ...(await customers.previewAll(APP, entries.slice(0, 2), mode, preview)),
        ...(await customers.previewAll(APP, entries.slice(2), mode, preview)),
      ];
      await expect(customers.get(APP, 'user_43')).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
      expect(foretold).toEqual(await customers.putAll(APP, entries, mode));
    });
  });

  it('keeps the apps apart, and e-mail addresses unique in each of them', async () => {
    await customers.put(APP, 'user_42', ADA);
    await expect(customers.get(OTHER_APP, 'user_42')).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
    await expect(customers.put(APP, 'user_43', { ...ADA, email: 'ADA@example.com' })).rejects.toMatchObject({
      code: 'CUSTOMER_EMAIL_EXISTS',
    });
    expect((await customers.put(OTHER_APP, 'user_42', ADA)).created).toBe(true);
  });

  it('erases a customer with its events, and tells how many there were', async () => {
    const { customer } = await customers.put(APP, 'user_42', ADA);
    await new InMemoryCustomerEventStore(shared).append([anEvent(customer), anEvent(customer)], neverAbandoned);
    await expect(customers.erase(OTHER_APP, 'user_42', ACTOR)).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
    expect(await customers.erase(APP, 'user_42', ACTOR)).toEqual({ deletedEvents: 2 });
    await expect(customers.get(APP, 'user_42')).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
    await expect(customers.erase(APP, 'user_42', ACTOR)).rejects.toMatchObject({ code: 'CUSTOMER_NOT_FOUND' });
  });

  it('an erasure takes a turn for each of its steps: the changes of others need not wait for all of it', async () => {
    let goOn = (): void => {};
    const longHistory = new Promise<void>((resolve) => (goOn = resolve));
    class LongErasure extends InMemoryCustomerStore {
      override async erase(id: string, order: ErasureOrder, inTurn: InTurn = (work) => work()): Promise<number | null> {
        await inTurn(() => Promise.resolve());
        await longHistory;
        return inTurn(() => super.erase(id, order));
      }
    }
    const onePlace = new WriteTurns(1, 1_000, () => new Error('too late'));
    const busy = new Customers(new LongErasure(shared), clock, readTurns(), onePlace);
    await busy.put(APP, 'user_42', ADA);
    const erasing = busy.erase(APP, 'user_42', ACTOR);
    await busy.put(OTHER_APP, 'user_43', ADA);
    goOn();
    expect(await erasing).toEqual({ deletedEvents: 0 });
  });
});

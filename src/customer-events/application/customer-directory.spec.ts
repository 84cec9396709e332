import 'reflect-metadata';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryCustomerDirectoryStore } from '../../../test/fakes/in-memory-customer-directory-store.ts';
import { InMemoryCustomers, InMemoryCustomerStore } from '../../../test/fakes/in-memory-customers.ts';
import { aCustomer, anEvent, APP, OTHER_APP } from '../../../test/support/builders.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { CustomerDirectory } from './customer-directory.ts';
import { readTurns } from '../../../test/support/turns.ts';

const CUSTOMERS = 12_000;

describe('CustomerDirectory', () => {
  let customers: InMemoryCustomers;
  let directory: CustomerDirectory;
  /** Of the newest customer and of the oldest one, with the same `eventId`. */
  let newest: CustomerEvent;
  let oldest: CustomerEvent;

  beforeEach(() => {
    customers = new InMemoryCustomers();
    for (let n = 0; n < CUSTOMERS; n++) {
      const customer = aCustomer(`user_${n}`, { createdAt: instantFromMillis(1_700_000_000_000 + n) });
      customers.byId.set(customer.id, { appId: APP, customer, events: [] });
    }
    const addEvent = (externalId: string): CustomerEvent => {
      const entry = customers.byId.get(aCustomer(externalId).id);
      if (entry === undefined) throw new Error(`no customer ${externalId}`);
      const event = anEvent(entry.customer, { eventId: 'order-1' });
      entry.events.push(event);
      return event;
    };
    [newest, oldest] = [addEvent(`user_${CUSTOMERS - 1}`), addEvent('user_0')];
    const turns = readTurns();
    directory = new CustomerDirectory(
      new InMemoryCustomerDirectoryStore(customers),
      new InMemoryCustomerStore(customers),
      turns,
    );
  });

  const never = (): boolean => false;

  it('finds the event with an id wherever it is, and ends there', async () => {
    expect(await directory.search(APP, { id: newest.id }, never)).toEqual({
      events: [newest],
      customers: 5_000,
      isComplete: true,
    });
    expect(await directory.search(APP, { id: oldest.id }, never)).toEqual({
      events: [oldest],
      customers: CUSTOMERS,
      isComplete: true,
    });
  });

  it('finds the events of all customers with an eventId', async () => {
    const { events, isComplete } = await directory.search(APP, { eventId: 'order-1' }, never);
    expect({ events, isComplete }).toEqual({ events: [newest, oldest], isComplete: true });
  });

  it('says how far it came where the time was over before', async () => {
    let asked = 0;
    expect(await directory.search(APP, { id: oldest.id }, () => ++asked === 2)).toEqual({
      events: [],
      customers: 10_000,
      isComplete: false,
    });
  });

  it('finds nothing in another app, nor by an id that no event can have', async () => {
    expect(await directory.search(OTHER_APP, { id: oldest.id }, never)).toMatchObject({ events: [], isComplete: true });
    expect(await directory.search(APP, { id: 'order-1' }, never)).toMatchObject({ events: [], customers: 0 });
  });

  it('lists as many as are asked for, over several pages', async () => {
    const ids: string[] = [];
    for await (const { externalId } of directory.newest(APP, 450)) ids.push(externalId);
    expect(ids).toEqual(Array.from({ length: 450 }, (_, n) => `user_${CUSTOMERS - 1 - n}`));
    const found: string[] = [];
    for await (const { externalId } of directory.withPrefix(APP, 'user_11', 2_000)) found.push(externalId);
    expect(found).toHaveLength(1_111);
    expect(found.slice(0, 3)).toEqual(['user_11', 'user_110', 'user_1100']);
  });
});

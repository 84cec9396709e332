import { beforeEach, describe, expect, it } from '@jest/globals';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import { randomId } from '../../libs/kernel/ids.ts';
import { neverAbandoned } from '../../libs/kernel/abandoned.ts';
import type { CustomerEventStore } from '../../src/customer-events/application/customer-event-store.port.ts';
import type { CustomerStore } from '../../src/customer-events/application/customer-store.port.ts';
import type { TimelineStore } from '../../src/customer-events/application/timeline-store.port.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import { WHOLE_TIMELINE, type ReadLimits } from '../../src/customer-events/domain/timeline.ts';
import type { Stores } from './customer-event-store.contract.ts';
import { customerGroupsContract } from './customer-groups.contract.ts';
import { aCustomer, anEvent, APP, ORDER, OTHER_APP } from '../support/builders.ts';

const FEW: ReadLimits = { events: 10, bytes: 1_000_000, entries: 1_000 };

/** What every CustomerStore does. `open` gives stores in which the customers of this test are not yet. */
export function customerStoreContract(open: () => Stores): void {
  describe('as a CustomerStore', () => {
    let events: CustomerEventStore;
    let customers: CustomerStore;
    let timelines: TimelineStore;
    let stores: Stores;
    let run: string;
    const named = (name: string): string => `${name}-${run}`;
    const put = (customer: Customer, appId = APP) => customers.put(appId, customer.id, () => customer);

    beforeEach(() => {
      // The database of one spec file sees many runs of this contract.
      run = randomId();
      stores = open();
      ({ events, customers, timelines } = stores);
    });

    it('finds what was put, and nothing else', async () => {
      const ada = aCustomer(named('ada'), {
        phone: '+44 1',
        avatarUrl: 'https://example.com/a.png',
        metadata: new JsonText('{"n":0.1234567890123456789,"toString":1}'),
      });
      expect(await put(ada)).toEqual({ customer: ada, created: true });
      expect(await customers.find(ada.id)).toEqual(ada);
      expect(await customers.find(aCustomer('nobody').id)).toBeNull();
    });

    it('lets the decision see what is there', async () => {
      const ada = aCustomer(named('ada'));
      await put(ada);
      const response = await customers.put(APP, ada.id, (present) => ({ ...(present as Customer), name: 'Countess' }));
      expect(response).toEqual({ customer: { ...ada, name: 'Countess' }, created: false });
      expect(await customers.find(ada.id)).toEqual({ ...ada, name: 'Countess' });
    });

    it('stores nothing where the decision throws', async () => {
      const ada = aCustomer(named('ada'));
      const refused = customers.put(APP, ada.id, () => {
        throw new Error('no');
      });
      await expect(refused).rejects.toThrow('no');
      expect(await customers.find(ada.id)).toBeNull();
    });

    it('creates one of many that come at once', async () => {
      const ada = aCustomer(named('ada'));
      const all = await Promise.all(Array.from({ length: 20 }, () => put(ada)));
      expect(all.filter(({ created }) => created)).toHaveLength(1);
    });

    it('keeps an address for one customer of an app, in any case', async () => {
      const email = `${named('shared')}@example.com`;
      await put(aCustomer(named('ada'), { email }));
      const bob = aCustomer(named('bob'), { email: email.toUpperCase() });
      await expect(put(bob)).rejects.toMatchObject({ code: 'CUSTOMER_EMAIL_EXISTS' });
      expect(await customers.find(bob.id)).toBeNull();
      const elsewhere = aCustomer(named('bob'), { email }, OTHER_APP);
      expect(await put(elsewhere, OTHER_APP)).toMatchObject({ created: true });
    });

    it('lets a customer change the case of its own address', async () => {
      const ada = aCustomer(named('ada'));
      await put(ada);
      await put({ ...ada, email: ada.email.toUpperCase() });
      expect(await customers.find(ada.id)).toMatchObject({ email: ada.email.toUpperCase() });
    });

    it('gives an address free when it is changed, and when the customer is erased', async () => {
      const [ada, bob, carl] = [aCustomer(named('ada')), aCustomer(named('bob')), aCustomer(named('carl'))];
      await put(ada);
      await put({ ...ada, email: `new-${ada.email}` });
      await put({ ...bob, email: ada.email });
      await customers.erase(bob.id, ORDER);
      expect(await put({ ...carl, email: ada.email })).toMatchObject({ created: true });
    });

    it('erases a customer with its events, and counts them', async () => {
      const ada = aCustomer(named('ada'));
      await put(ada);
      await events.append([anEvent(ada), anEvent(ada)], neverAbandoned);
      expect(await customers.erase(ada.id, ORDER)).toBe(2);
      expect(await customers.find(ada.id)).toBeNull();
      expect(await timelines.page(ada.id, { ...WHOLE_TIMELINE, order: 'asc' }, null, FEW)).toEqual({
        events: [],
        next: null,
      });
      expect(await customers.erase(ada.id, ORDER)).toBeNull();
    });

    it('records who erased a customer, by its pseudonym, and nothing where there was none', async () => {
      const { keys, audit } = stores;
      const ada = aCustomer(named('ada'));
      await put(ada);
      await events.append([anEvent(ada), anEvent(ada)], neverAbandoned);
      await customers.erase(ada.id, ORDER);
      await customers.erase(ada.id, ORDER);
      const entries = (await audit()).filter(({ customer }) => customer === keys.pseudonym(ada.id));
      const { at, ...order } = ORDER;
      expect(entries).toEqual([expect.objectContaining({ ...order, at, action: 'customer.erased', count: 2 })]);
      expect(JSON.stringify(entries)).not.toContain(ada.id);
    });

    customerGroupsContract(() => open().customers);
  });
}

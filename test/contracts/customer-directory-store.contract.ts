import { beforeEach, describe, expect, it } from '@jest/globals';
import { neverAbandoned } from '../../libs/kernel/abandoned.ts';
import { millisOfTimeOrderedId, randomId } from '../../libs/kernel/ids.ts';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import type { CustomerDirectoryStore } from '../../src/customer-events/application/customer-directory-store.port.ts';
import type { CustomerLimits } from '../../src/customer-events/domain/customer-list.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import { emailClaim } from '../../src/customer-events/domain/email-claim.ts';
import { aCustomer, anEvent, instant } from '../support/builders.ts';
import type { Stores } from './customer-event-store.contract.ts';

/** What every CustomerDirectoryStore does. */
export function customerDirectoryStoreContract(open: () => Stores & { directory: CustomerDirectoryStore }): void {
  describe('as a CustomerDirectoryStore', () => {
    let stores: ReturnType<typeof open>;
    let directory: CustomerDirectoryStore;
    let app: string;
    let other: string;

    const put = async (externalId: string, fields: Partial<Customer> = {}, appId = app): Promise<Customer> => {
      const { customer } = await stores.customers.put(appId, aCustomer(externalId, {}, appId).id, () =>
        aCustomer(externalId, fields, appId),
      );
      return customer;
    };
    const at = (second: number) => ({
      createdAt: instant(`2026-04-18T10:00:${String(second).padStart(2, '0')}.000001Z`),
    });

    const atMost = (customers: number, bytes = 1_000_000): CustomerLimits => ({ customers, bytes });

    beforeEach(() => {
      stores = open();
      directory = stores.directory;
      [app, other] = [randomId(), randomId()];
    });

    it('lists the customers of an app from the newest, page by page, those of one instant by their ids', async () => {
      const oldest = await put('c', at(1));
      const same = [await put('a', at(2)), await put('b', at(2))].sort((a, b) => (a.id < b.id ? 1 : -1));
      const newest = await put('d', { ...at(3), metadata: new JsonText('{"n":1.10}') });
      await put('e', at(4), other);
      const expected = [newest, ...same, oldest];
      const all = { customers: expected, isEnd: true };
      expect(await directory.newest(app, atMost(10), null)).toEqual(all);
      expect(await directory.newest(app, atMost(4), null)).toEqual(all);
      expect(await directory.newest(app, atMost(2), null)).toEqual({ customers: expected.slice(0, 2), isEnd: false });
      expect(await directory.newest(app, atMost(2), same[0] as Customer)).toEqual({
        customers: expected.slice(2),
        isEnd: true,
      });
      expect(await directory.newest(app, atMost(2), oldest)).toEqual({ customers: [], isEnd: true });
      expect(await directory.positions(app, 3, newest)).toEqual(
        expected.slice(1).map(({ createdAt, id }) => ({ createdAt, id })),
      );
    });

    it('lists those whose external id begins with a text, by code point, page by page', async () => {
      for (const id of ['user_10', 'user_1', 'user_2', 'user%', 'User_1', 'üser', 'user_1\u{1F600}', 'user_1\u{FFFD}'])
        await put(id, { email: `${randomId()}@example.com` });
      await put('user_1x', {}, other);
      const ids = async (prefix: string, limit = 10, after: string | null = null) =>
        (await directory.withPrefix(app, prefix, atMost(limit), after)).customers.map(({ externalId }) => externalId);
      expect(await ids('user_1')).toEqual(['user_1', 'user_10', 'user_1\u{FFFD}', 'user_1\u{1F600}']);
      expect(await ids('user_1', 2)).toEqual(['user_1', 'user_10']);
      expect(await ids('user_1', 2, 'user_10')).toEqual(['user_1\u{FFFD}', 'user_1\u{1F600}']);
      expect(await ids('user%')).toEqual(['user%']);
      expect(await ids('ü')).toEqual(['üser']);
      expect(await ids('nobody')).toEqual([]);
    });

    it('ends a list where its bytes are full, and gives the first customer in any case', async () => {
      const large = { metadata: new JsonText(JSON.stringify({ text: 'é'.repeat(5_000) })) };
      for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
        await put(id, { ...at(9 - index), ...(id === 'd' ? {} : large), email: `${randomId()}@example.com` });
      }
      const lists = {
        newest: (bytes: number, after: Customer | null) => directory.newest(app, atMost(3, bytes), after),
        prefix: (bytes: number, after: Customer | null) =>
          directory.withPrefix(app, '', atMost(3, bytes), after?.externalId ?? null),
      };
      for (const list of Object.values(lists)) {
        const [first, all] = [await list(25_000, null), await list(100_000, null)];
        expect(first.customers.map(({ externalId }) => externalId)).toEqual(['a', 'b']);
        expect(first.isEnd).toBe(false);
        expect(all.customers).toHaveLength(3);
        expect(all.isEnd).toBe(false);
        expect((await list(100, null)).customers).toHaveLength(1);
        const rest = await list(25_000, first.customers[1] as Customer);
        expect(rest.customers.map(({ externalId }) => externalId)).toEqual(['c', 'd']);
        expect(rest.isEnd).toBe(true);
      }
    });

    it('finds the customer that has a claim on an address, and no longer one that gave it up', async () => {
      const email = `Ada.${app}@example.com`;
      const ada = await put('ada', { email });
      await put('ada', { email }, other);
      expect(await directory.ofClaim(emailClaim(app, email.toUpperCase()))).toEqual(ada);
      await put('ada', { email: `new-${email}` });
      expect(await directory.ofClaim(emailClaim(app, email))).toBeNull();
    });

    it('finds events among those of some customers, by id or by eventId', async () => {
      const [ada, bob, eve] = [await put('ada'), await put('bob'), await put('eve')];
      const events = [ada, bob, eve].map((customer) => anEvent(customer, { eventId: 'order-1' }));
      const plain = anEvent(ada, {
        occurredAt: instant('2026-04-18T10:00:00.123456Z'),
        payload: new JsonText('{"n":1.10}'),
      });
      await stores.events.append([...events, plain], neverAbandoned);
      const ids = [ada.id, bob.id, randomId()];
      const byEventId = await directory.eventsAmong(ids, { eventId: 'order-1' });
      expect(new Set(byEventId.map(({ id }) => id))).toEqual(new Set(events.slice(0, 2).map(({ id }) => id)));
      const sought = { id: plain.id, millis: millisOfTimeOrderedId(plain.id) as number };
      expect(await directory.eventsAmong(ids, sought)).toEqual([plain]);
      expect(await directory.eventsAmong([bob.id], sought)).toEqual([]);
      expect(await directory.eventsAmong([], sought)).toEqual([]);
    });

    it('counts the customers and events of each app, and estimates their bytes', async () => {
      const [ada, bob] = [await put('ada'), await put('bob')];
      const eve = await put('eve', {}, other);
      await stores.events.append([anEvent(ada), anEvent(bob), anEvent(bob)], neverAbandoned);
      await stores.events.append([anEvent(eve)], neverAbandoned);
      const { sizes, isCounted } = await directory.sizes(100_000);
      expect(isCounted).toBe(true);
      const of = (appId: string) => sizes.find((size) => size.appId === appId);
      expect(of(app)).toEqual({ appId: app, customers: 2, events: 3, bytes: expect.any(Number) });
      expect(of(other)).toEqual({ appId: other, customers: 1, events: 1, bytes: expect.any(Number) });
      expect(of(app)?.bytes).toBeGreaterThan(of(other)?.bytes ?? NaN);
      expect(of(randomId())).toBeUndefined();
    });
  });
}

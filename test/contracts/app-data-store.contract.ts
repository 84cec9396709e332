import { beforeEach, describe, expect, it } from '@jest/globals';
import { neverAbandoned } from '../../libs/kernel/abandoned.ts';
import { JsonText } from '../../libs/json-payload/json-text.ts';
import { compareInstants } from '../../libs/time/instant.ts';
import { randomId } from '../../libs/kernel/ids.ts';
import type {
  AppDataStore,
  CustomerPosition,
  Erased,
  ErasedIdPosition,
} from '../../src/customer-events/application/app-data-store.port.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import { WHOLE_TIMELINE, type ReadLimits } from '../../src/customer-events/domain/timeline.ts';
import { aCustomer, anEvent, instant, ORDER } from '../support/builders.ts';
import type { Stores } from './customer-event-store.contract.ts';

const MANY: ReadLimits = { events: 100, bytes: 1_000_000, entries: 1_000 };

/** What every AppDataStore does. `open` gives stores that may be full of other apps. */
export function appDataStoreContract(open: () => Stores & { readonly appData: AppDataStore }): void {
  describe('as an AppDataStore', () => {
    let stores: ReturnType<typeof open>;
    let appId: string;
    let others: string;

    const put = async (customer: Customer, app = appId): Promise<Customer> =>
      (await stores.customers.put(app, customer.id, () => customer)).customer;
    const customer = (name: string, app = appId, fields: Partial<Customer> = {}): Customer =>
      aCustomer(name, fields, app);
    /** All customers that a walk comes to. */
    const walked = async (app: string): Promise<Customer[]> => {
      const all: Customer[] = [];
      for (let after: CustomerPosition | null = null; ;) {
        const part = await stores.appData.customersAfter(app, after);
        all.push(...part);
        after = part.at(-1) ?? null;
        if (after === null) return all;
      }
    };
    const eraseAll = async (app: string): Promise<Erased> => {
      const erased = { customers: 0, events: 0 };
      const note = ({ customers, events }: Erased): void => {
        erased.customers += customers;
        erased.events += events;
      };
      let after: CustomerPosition | null = null;
      do after = await stores.appData.eraseAfter(app, after, note);
      while (after !== null);
      let position: ErasedIdPosition | null = null;
      do position = await stores.appData.eraseErasedIdsAfter(app, position);
      while (position !== null);
      return erased;
    };
    const eventsOf = async ({ id }: Customer): Promise<number> =>
      (await stores.timelines.page(id, { ...WHOLE_TIMELINE, order: 'asc' }, null, MANY)).events.length;

    beforeEach(() => {
      stores = open();
      [appId, others] = [randomId(), randomId()];
    });

    it('gives the customers of one app, in the order in which they were created, as they are', async () => {
      const created = [
        ...['2026-01-01T00:00:00.000002Z', '2026-01-01T00:00:00.000001Z', '2026-02-01T00:00:00Z'],
        ...['2026-01-01T00:00:00.000001Z', '2025-01-01T00:00:00Z'],
      ];
      const customers = created.map((createdAt, n) =>
        customer(`c${n}`, appId, {
          createdAt: instant(createdAt),
          metadata: new JsonText(`{"n":${n}.10000000000000000001,"__proto__":1}`),
          phone: n % 2 === 0 ? null : '+44 1',
        }),
      );
      for (const one of customers) await put(one);
      await put(customer('c0', others), others);
      const expected = customers.toSorted(
        (a, b) => compareInstants(a.createdAt, b.createdAt) || (a.id < b.id ? -1 : 1),
      );
      expect(await walked(appId)).toEqual(expected);
      expect(await walked(randomId())).toEqual([]);
    });

    it('erases the customers of one app with their events, addresses and erased ids, and counts them', async () => {
      const own = [customer('a'), customer('b'), customer('c')];
      for (const one of own) await put(one);
      const other = customer('a', others);
      await put(other, others);
      const erasedBefore = anEvent(own[0] as Customer, { eventId: 'erased-before' });
      const events = own.flatMap((one, n) => Array.from({ length: n + 1 }, () => anEvent(one)));
      await stores.events.append([...events, erasedBefore, anEvent(other)], neverAbandoned);
      await stores.timelines.eraseEvent(erasedBefore.customerId, erasedBefore.id, { ...ORDER, appId });
      expect(await eraseAll(appId)).toEqual({ customers: 3, events: 6 });
      expect(await walked(appId)).toEqual([]);
      expect(await eraseAll(appId)).toEqual({ customers: 0, events: 0 });
      expect(await Promise.all(own.map(eventsOf))).toEqual([0, 0, 0]);
      expect(await walked(others)).toEqual([other]);
      expect(await eventsOf(other)).toBe(1);
      // Nothing of them is left that could refuse what comes again: neither an address nor an erased id.
      await put({ ...customer('d'), email: (own[0] as Customer).email });
      await put({ ...(own[0] as Customer), email: 'new@example.com' });
      expect(await stores.events.append([erasedBefore], neverAbandoned)).toEqual([{ kind: 'created' }]);
    });
  });
}

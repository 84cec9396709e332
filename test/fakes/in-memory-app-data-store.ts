import { compareInstants } from '../../libs/time/instant.ts';
import {
  AppDataStore,
  type CustomerPosition,
  type Erased,
} from '../../src/customer-events/application/app-data-store.port.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import type { InMemoryCustomers } from './in-memory-customers.ts';

const PART = 2;

export class InMemoryAppDataStore extends AppDataStore {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  customersAfter(appId: string, after: CustomerPosition | null): Promise<readonly Customer[]> {
    const own = [...this.customers.byId.values()].filter((present) => present.appId === appId);
    const sorted = own.map(({ customer }) => customer).sort(comparePositions);
    return Promise.resolve(
      sorted.filter((customer) => after === null || comparePositions(customer, after) > 0).slice(0, PART),
    );
  }

  async eraseAfter(
    appId: string,
    after: CustomerPosition | null,
    note: (erased: Erased) => void,
  ): Promise<CustomerPosition | null> {
    const part = await this.customersAfter(appId, after);
    const last = part.at(-1);
    if (last === undefined) return null;
    const events = part.map(({ id }) => this.customers.byId.get(id)?.events.length ?? 0);
    for (const { id } of part) {
      this.customers.byId.delete(id);
      this.customers.forgetErased(id);
    }
    note({ customers: part.length, events: events.reduce((all, count) => all + count, 0) });
    return last;
  }

  eraseErasedIdsAfter(): Promise<null> {
    return Promise.resolve(null);
  }
}

function comparePositions(a: CustomerPosition, b: CustomerPosition): number {
  return compareInstants(a.createdAt, b.createdAt) || (a.id < b.id ? -1 : Number(a.id > b.id));
}

import { compareInstants } from '../../libs/time/instant.ts';
import {
  CustomerDirectoryStore,
  type EventSought,
  type StoredSizes,
} from '../../src/customer-events/application/customer-directory-store.port.ts';
import type { CustomerPosition } from '../../src/customer-events/domain/customer-position.ts';
import type { CustomerLimits, CustomerPart } from '../../src/customer-events/domain/customer-list.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import { emailClaim } from '../../src/customer-events/domain/email-claim.ts';
import type { InMemoryCustomers } from './in-memory-customers.ts';

export class InMemoryCustomerDirectoryStore extends CustomerDirectoryStore {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  newest(appId: string, limits: CustomerLimits, after: CustomerPosition | null): Promise<CustomerPart> {
    return Promise.resolve(fitting(this.behind(appId, after), limits));
  }

  withPrefix(appId: string, prefix: string, limits: CustomerLimits, after: string | null): Promise<CustomerPart> {
    const all = this.ofApp(appId).sort((a, b) => compareTexts(a.externalId, b.externalId));
    return Promise.resolve(
      fitting(
        all.filter(({ externalId }) => externalId.startsWith(prefix) && compareTexts(externalId, after ?? '') > 0),
        limits,
      ),
    );
  }

  ofClaim(claim: string): Promise<Customer | null> {
    const all = [...this.customers.byId.values()];
    return Promise.resolve(
      all.find(({ appId, customer }) => emailClaim(appId, customer.email) === claim)?.customer ?? null,
    );
  }

  positions(appId: string, limit: number, after: CustomerPosition | null): Promise<CustomerPosition[]> {
    const positions = this.behind(appId, after).map(({ createdAt, id }) => ({ createdAt, id }));
    return Promise.resolve(positions.slice(0, limit));
  }

  eventsAmong(customerIds: readonly string[], sought: EventSought): Promise<CustomerEvent[]> {
    const events = customerIds.flatMap((id) => this.customers.byId.get(id)?.events ?? []);
    return Promise.resolve(
      events.filter((event) => ('eventId' in sought ? event.eventId === sought.eventId : event.id === sought.id)),
    );
  }

  sizes(): Promise<StoredSizes> {
    const all = [...this.customers.byId.values()];
    const sizes = [...new Set(all.map(({ appId }) => appId))].map((appId) => {
      const own = all.filter((customer) => customer.appId === appId);
      const events = own.flatMap((customer) => customer.events);
      const bytes = Buffer.byteLength(JSON.stringify(own));
      return { appId, customers: own.length, events: events.length, bytes };
    });
    return Promise.resolve({ sizes, isCounted: true });
  }

  /** The newest first. */
  private behind(appId: string, after: CustomerPosition | null): Customer[] {
    const all = this.ofApp(appId).sort((a, b) => -comparePositions(a, b));
    return all.filter((customer) => after === null || comparePositions(customer, after) < 0);
  }

  private ofApp(appId: string): Customer[] {
    return [...this.customers.byId.values()].filter((one) => one.appId === appId).map(({ customer }) => customer);
  }
}

/** As many as fit; how many bytes one takes is about the same as in the database. */
function fitting(all: readonly Customer[], limits: CustomerLimits): CustomerPart {
  const customers: Customer[] = [];
  let bytes = 0;
  for (const customer of all.slice(0, limits.customers)) {
    bytes += Buffer.byteLength(JSON.stringify(customer));
    if (bytes > limits.bytes && customers.length > 0) break;
    customers.push(customer);
  }
  return { customers, isEnd: customers.length === all.length };
}

const comparePositions = (a: CustomerPosition, b: CustomerPosition): number =>
  compareInstants(a.createdAt, b.createdAt) || compareTexts(a.id, b.id);

/** By code point, as the "C" collation does. */
const compareTexts = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

import type { CustomerEvent } from '../domain/customer-event.ts';
import type { CustomerPosition } from '../domain/customer-position.ts';
import type { CustomerLimits, CustomerPart } from '../domain/customer-list.ts';
import type { Customer } from '../domain/customer.ts';

/** By what an event is looked for among those of several customers. */
export type EventSought =
  | { readonly eventId: string }
  /** `millis`: since the Unix epoch, the millisecond of `occurredAt`, which the id holds. */
  | { readonly id: string; readonly millis: number };

/** How much the customers of one app, and their events, are. */
export interface StoredSize {
  readonly appId: string;
  readonly customers: number;
  readonly events: number;
  /** On disk, with indexes and free space: the share of the app in the size of the tables. */
  readonly bytes: number;
}

export interface StoredSizes {
  /** Apps without a customer are not among them, nor are those that the samples missed. */
  readonly sizes: readonly StoredSize[];
  /** False: customers and events were counted in samples of the tables, and are estimates. `bytes` always is one. */
  readonly isCounted: boolean;
}

/** Looks up customers and events of an app when neither external id nor customer is known. */
export abstract class CustomerDirectoryStore {
  /** The next customers behind a position (from the newest: null), the newest first by (`createdAt`, `id`). */
  abstract newest(appId: string, limits: CustomerLimits, after: CustomerPosition | null): Promise<CustomerPart>;

  /**
   * The next customers whose external id begins with a text, behind an external id (from the first: null), in the
   * order of their external ids (by code point).
   */
  abstract withPrefix(
    appId: string,
    prefix: string,
    limits: CustomerLimits,
    after: string | null,
  ): Promise<CustomerPart>;

  /** The customer that has a claim on an address: see `emailClaim`. */
  abstract ofClaim(claim: string): Promise<Customer | null>;

  /** The next positions of {@link newest}, without their customers. */
  abstract positions(appId: string, limit: number, after: CustomerPosition | null): Promise<CustomerPosition[]>;

  /** The events sought that these customers have: at most one each. */
  abstract eventsAmong(customerIds: readonly string[], sought: EventSought): Promise<CustomerEvent[]>;

  /** Of all apps. Beyond so many pages of 8 KiB of a table it reads a sample of that many. */
  abstract sizes(pages: number): Promise<StoredSizes>;
}

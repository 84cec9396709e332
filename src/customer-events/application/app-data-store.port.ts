import type { Customer } from '../domain/customer.ts';

/** Behind which a walk over the customers of an app goes on. */
export interface CustomerPosition {
  readonly createdAt: Customer['createdAt'];
  readonly id: string;
}

/** What was erased. */
export interface Erased {
  readonly customers: number;
  readonly events: number;
}

/**
 * All customers of an app, for those who take all of it: an export, a deletion. Walks go by (`createdAt`, `id`), in parts,
 * each of them a statement or a transaction of its own. All methods throw SERVICE_UNAVAILABLE.
 */
export abstract class AppDataStore {
  /** The next customers behind a position (from the start: null), about 1 MiB of them at most, at least one; none: the end. */
  abstract customersAfter(appId: string, after: CustomerPosition | null): Promise<readonly Customer[]>;

  /**
   * Erases the next customers behind a position, with all their events, claims and erased ids: some thousand rows in a
   * transaction. Nothing is kept of them, so that an event that is sent again is a new one. A history that is too long
   * for one transaction is erased in several.
   *
   * @param note is told after each transaction what it has erased.
   * @returns where to go on; null: there was no customer.
   */
  abstract eraseAfter(
    appId: string,
    after: CustomerPosition | null,
    note: (erased: Erased) => void,
  ): Promise<CustomerPosition | null>;

  /**
   * Erases what is left of erased events of the app, also of customers that are gone: the next rows behind a position
   * (from the start: null). Rows of versions that did not write down their app are found with their customers only.
   *
   * @returns where to go on; null at the end.
   */
  abstract eraseErasedIdsAfter(appId: string, after: ErasedIdPosition | null): Promise<ErasedIdPosition | null>;
}

export interface ErasedIdPosition {
  readonly shardKey: string;
  readonly customerId: string;
  readonly sha256: Buffer;
}

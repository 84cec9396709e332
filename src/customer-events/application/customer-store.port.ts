import type { Actor } from '../../platform/audit/audit-entry.ts';
import type { CustomerPreview } from '../domain/customer-preview.ts';
import type { CustomerPut, PutOutcome } from '../domain/customer-puts.ts';
import type { Customer } from '../domain/customer.ts';

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Who erases, and when: for the record that is kept of it in the same transaction. */
export interface ErasureOrder {
  readonly appId: string;
  readonly actor: Actor;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Keeps customers. */
export abstract class CustomerStore {
  abstract find(id: string): Promise<Customer | null>;

  /**
   * Creates or changes one customer, alone against all others that try the same at that time.
   *
   * @param decide makes the new state out of the present one (null: there is none). It may throw,
   *   then nothing is stored; it may be called again if the transaction has to be repeated.
   * @throws CUSTOMER_EMAIL_EXISTS where another customer of the app has the e-mail address.
   */
  abstract put(
    appId: string,
    id: string,
    decide: (present: Customer | null) => Customer,
  ): Promise<{ customer: Customer; created: boolean }>;

  /**
   * Changes many customers of an app in one transaction, each with its own outcome, as if one after the other in
   * their order.
   *
   * @throws SERVICE_UNAVAILABLE, and then none is stored, or that is not known.
   */
  abstract putAll(appId: string, puts: readonly CustomerPut[]): Promise<PutOutcome[]>;

  /**
   * What {@link putAll} would respond now; nothing is written, and no value is tried in the database.
   *
   * @param before what earlier previews of the same run made of customers and addresses; this one is added.
   */
  abstract previewAll(appId: string, puts: readonly CustomerPut[], before: CustomerPreview): Promise<PutOutcome[]>;

  /**
   * Erases a customer and its events. A long history goes in parts, each with an audit entry of its own that counts
   * what it erased.
   *
   * @param inTurn runs each of the steps in which a long history is erased, when it is its turn; left out: at once.
   * @returns how many events there were; null: no such customer.
   */
  abstract erase(id: string, order: ErasureOrder, inTurn?: InTurn): Promise<number | null>;
}

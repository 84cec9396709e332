import type { Customer } from '../domain/customer.ts';

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

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
   * Erases a customer and its events.
   *
   * @param inTurn runs each of the steps in which a long history is erased, when it is its turn; left out: at once.
   * @returns how many events there were; null: no such customer.
   */
  abstract erase(id: string, inTurn?: InTurn): Promise<number | null>;
}

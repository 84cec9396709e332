import { customerNotFound } from '../domain/customer-events-error.ts';
import type { CustomerStore } from './customer-store.port.ts';
import type { ReadTurns } from '../../../libs/kernel/turns.ts';

/**
 * An event proves its customer, so the look-up is needed only where there is none.
 *
 * @throws CUSTOMER_NOT_FOUND
 */
export async function requireCustomer(
  reads: ReadTurns,
  customers: CustomerStore,
  appId: string,
  customerId: string,
): Promise<void> {
  if ((await reads.run(appId, () => customers.find(customerId))) === null) throw customerNotFound();
}

/** Null where there is no such customer, or none with a name. */
export async function customerNameOf(
  reads: ReadTurns,
  customers: CustomerStore,
  appId: string,
  customerId: string,
): Promise<string | null> {
  return (await reads.run(appId, () => customers.find(customerId)))?.name ?? null;
}

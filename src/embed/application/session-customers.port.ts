import type { CustomerNamed } from '../domain/customer-named.ts';

export interface SessionCustomer {
  readonly id: string;
  readonly externalId: string;
}

/** Knows the customers that sessions are made for. */
export abstract class SessionCustomers {
  /** An address is looked for exactly, in any case of its letters. @throws SERVICE_UNAVAILABLE */
  abstract find(appId: string, named: CustomerNamed): Promise<SessionCustomer | null>;

  /** By which the audit names a customer. */
  abstract pseudonym(customerId: string): string;

  /** By which the audit names the person who looks, where the app names that person by an e-mail address. */
  abstract viewerPseudonym(appId: string, address: string): string;
}

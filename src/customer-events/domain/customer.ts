import { LRUCache } from 'lru-cache';
import { atMost } from '../../../libs/kernel/at-most.ts';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import { derivedId } from '../../../libs/kernel/ids.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { invalidFields } from '../../../libs/kernel/input-error.ts';

export interface Customer {
  readonly id: string;
  readonly externalId: string;
  readonly email: string;
  readonly name: string;
  readonly phone: string | null;
  readonly avatarUrl: string | null;
  readonly metadata: JsonText;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What no PATCH changes: it follows from the request and the time. */
type FixedField = 'id' | 'externalId' | 'createdAt' | 'updatedAt';

/** What a PATCH gives: an absent field stays as it is, null clears an optional one. */
export type CustomerChanges = Partial<Omit<Customer, FixedField>>;

/**
 * The id of a customer follows from its app and its external id. So its rows are found without a
 * look-up, and the primary key keeps external ids unique per app.
 */
export function customerIdOf(appId: string, externalId: string): string {
  const name = `${appId}\0${externalId}`;
  let id = recentIds.get(name);
  if (id === undefined) recentIds.set(name, (id = derivedId(appId, externalId)));
  return id;
}

/** A hash and its digits take some 5 µs, and senders come back to the same customers. About 3 MB. */
const recentIds = new LRUCache<string, string>(atMost(20_000));

/** @throws VALIDATION_ERROR where a required field is not given. */
export function newCustomer(
  appId: string,
  externalId: string,
  changes: CustomerChanges,
  now: Instant,
  noMetadata: JsonText,
): AllFields<Customer> {
  const { email, name } = changes;
  if (email === undefined || name === undefined) {
    const missing = Object.entries({ email, name }).filter(([, value]) => value === undefined);
    throw invalidFields(Object.fromEntries(missing.map(([field]) => [field, ['is required to create a customer']])));
  }
  return {
    id: customerIdOf(appId, externalId),
    externalId,
    email,
    name,
    phone: changes.phone ?? null,
    avatarUrl: changes.avatarUrl ?? null,
    metadata: changes.metadata ?? noMetadata,
    createdAt: now,
    updatedAt: now,
  };
}

export function changedCustomer(customer: Customer, changes: CustomerChanges, now: Instant): Customer {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  return { ...customer, ...given, updatedAt: now };
}

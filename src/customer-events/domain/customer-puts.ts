import { errorAsValue, DomainError } from '../../../libs/kernel/domain-error.ts';
import { customerEmailExists } from './customer-events-error.ts';
import type { Customer } from './customer.ts';
import { emailClaim } from './email-claim.ts';

/** One of many changes. */
export interface CustomerPut {
  readonly id: string;
  /**
   * Makes the new state out of the present one (null: there is none). It may throw a DomainError, then this change
   * is refused and the others are stored. It may be called several times.
   */
  readonly decide: (present: Customer | null) => Customer;
}

/** What became of one of many changes. */
export type PutOutcome =
  | { readonly kind: 'created' }
  | { readonly kind: 'updated' }
  /** `decide` returned the present customer itself. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly error: DomainError };

/** A customer, and the claim of its address; see {@link emailClaim}. */
export interface ClaimingCustomer {
  readonly customer: Customer;
  readonly claim: string;
}

/** The customers of an app as they are before a group of changes. */
export interface PresentCustomers {
  /** Those of these customers that exist, by their ids. */
  byId(ids: readonly string[]): Promise<ReadonlyMap<string, ClaimingCustomer>>;
  /** Those of these claims that a customer has. */
  taken(claims: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A customer before and after a group of changes; null: it did not exist. */
export interface PutChange {
  readonly id: string;
  readonly before: ClaimingCustomer | null;
  readonly after: ClaimingCustomer;
}

export interface SettledPuts {
  /** In the order of the changes. */
  readonly outcomes: PutOutcome[];
  /** Of each customer that is created or updated, once. */
  readonly changes: PutChange[];
}

const CREATED: PutOutcome = { kind: 'created' };
const UPDATED: PutOutcome = { kind: 'updated' };
const UNCHANGED: PutOutcome = { kind: 'unchanged' };

/**
 * Works out what many changes do one after the other; nothing is written.
 *
 * Only a decision tells which address a customer gets, so the changes are gone through with the claims that are
 * known, and again as long as claims came up that were not.
 */
export async function settlePuts(
  appId: string,
  puts: readonly CustomerPut[],
  present: PresentCustomers,
): Promise<SettledPuts> {
  const before = await present.byId([...new Set(puts.map(({ id }) => id))]);
  const isTaken = new Map<string, boolean>();
  for (const { claim } of before.values()) isTaken.set(claim, true);
  for (;;) {
    const { unknownClaims, ...settled } = settleWith(appId, puts, before, isTaken);
    if (unknownClaims.size === 0) return settled;
    const taken = await present.taken([...unknownClaims]);
    for (const claim of unknownClaims) isTaken.set(claim, taken.has(claim));
  }
}

/**
 * What many changes do one after the other, as far as it is known who has which address.
 *
 * @param before those of the customers that exist, by their ids.
 * @param isTaken by claim. Those that are not in it are taken for free.
 * @returns also the claims that came up and are not known.
 */
export function settleWith(
  appId: string,
  puts: readonly CustomerPut[],
  before: ReadonlyMap<string, ClaimingCustomer>,
  isTaken: ReadonlyMap<string, boolean>,
): SettledPuts & { readonly unknownClaims: ReadonlySet<string> } {
  const group = new PutGroup(appId, before, isTaken);
  const outcomes = puts.map((put) => group.settle(put));
  return { outcomes, changes: group.changes(), unknownClaims: group.unknownClaims };
}

/** A group of changes, each of which sees what those before it have done. */
class PutGroup {
  readonly unknownClaims = new Set<string>();
  private readonly customers: Map<string, ClaimingCustomer>;
  private readonly isTaken: Map<string, boolean>;

  constructor(
    private readonly appId: string,
    private readonly before: ReadonlyMap<string, ClaimingCustomer>,
    isTaken: ReadonlyMap<string, boolean>,
  ) {
    this.customers = new Map(before);
    this.isTaken = new Map(isTaken);
  }

  settle({ id, decide }: CustomerPut): PutOutcome {
    const present = this.customers.get(id);
    const customer = errorAsValue(() => decide(present?.customer ?? null));
    if (customer instanceof DomainError) return { kind: 'refused', error: customer };
    if (customer === present?.customer) return UNCHANGED;
    const claim = customer.email === present?.customer.email ? present.claim : emailClaim(this.appId, customer.email);
    if (claim !== present?.claim && !this.move(present?.claim, claim)) {
      return { kind: 'refused', error: customerEmailExists() };
    }
    this.customers.set(id, { customer, claim });
    return present === undefined ? CREATED : UPDATED;
  }

  changes(): PutChange[] {
    return [...this.customers].flatMap(([id, after]) => {
      const before = this.before.get(id) ?? null;
      return after === before ? [] : [{ id, before, after }];
    });
  }

  /** Returns whether the new claim was free. */
  private move(from: string | undefined, to: string): boolean {
    const isTaken = this.isTaken.get(to);
    if (isTaken === true) return false;
    if (isTaken === undefined) this.unknownClaims.add(to);
    this.isTaken.set(to, true);
    if (from !== undefined) this.isTaken.set(from, false);
    return true;
  }
}

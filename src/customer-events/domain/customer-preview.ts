import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import type { Customer } from './customer.ts';
import type { ClaimingCustomer, PresentCustomers, PutChange } from './customer-puts.ts';

const DEFAULT_MAX_CUSTOMERS = 1_000_000;

/**
 * What a long run of changes would have done so far to customers and addresses, if it were no preview. Customers
 * that would neither be created nor get another address need not be remembered.
 */
export class CustomerPreview {
  /** Of each customer that was created or got another address: its claim now. */
  private readonly claims = new Map<string, string>();
  /** All values of `claims`. */
  private readonly taken = new Set<string>();
  /** Claims that are given up, though the database still has them. */
  private readonly freed = new Set<string>();
  private reachedMax = false;

  constructor(private readonly maxCustomers = DEFAULT_MAX_CUSTOMERS) {}

  /** More customers came up than are remembered: what is foretold from here on may be wrong. */
  get isFull(): boolean {
    return this.reachedMax;
  }

  /** Whether a customer that is not stored would be by now; of one that is stored it may say either. */
  has(id: string): boolean {
    return this.claims.has(id);
  }

  /** The customers as they would be now. */
  over(stored: PresentCustomers): PresentCustomers {
    return {
      byId: async (ids) => {
        const rest = await stored.byId(ids.filter((id) => !this.claims.has(id)));
        return new Map([...rest, ...ids.flatMap((id) => this.known(id))]);
      },
      taken: async (claims) => {
        const rest = await stored.taken(claims.filter((claim) => !this.taken.has(claim) && !this.freed.has(claim)));
        return new Set([...rest, ...claims.filter((claim) => this.taken.has(claim))]);
      },
    };
  }

  note(changes: readonly PutChange[]): void {
    const moved = changes.filter(({ before, after }) => before?.claim !== after.claim);
    const remembered = moved.filter((change) => this.remember(change));
    // When all old ones are given up: within a group, one customer may take what another gives up.
    for (const { after } of remembered) this.taken.add(after.claim);
  }

  /** Returns whether there is place for it. */
  private remember({ id, before, after }: PutChange): boolean {
    const isKnown = this.claims.has(id);
    if (!isKnown && this.claims.size >= this.maxCustomers) {
      this.reachedMax = true;
      return false;
    }
    if (isKnown && before !== null) this.taken.delete(before.claim);
    if (!isKnown && before !== null) this.freed.add(before.claim);
    this.claims.set(isKnown ? id : compact(id), after.claim);
    return true;
  }

  private known(id: string): [string, ClaimingCustomer][] {
    const claim = this.claims.get(id);
    return claim === undefined ? [] : [[id, { customer: { ...SOME_CUSTOMER, id }, claim }]];
  }
}

/** A text that was put together keeps its parts in memory; its copy does not. */
const compact = (id: string): string => Buffer.from(id, 'latin1').toString('latin1');

/**
 * Changes only ever ask whether a customer exists; its fields are not remembered. Its address is none that a
 * customer can have.
 */
const SOME_CUSTOMER: Omit<Customer, 'id'> = {
  externalId: '',
  email: '',
  name: '',
  phone: null,
  avatarUrl: null,
  metadata: new JsonText('{}'),
  createdAt: instantFromMillis(0),
  updatedAt: instantFromMillis(0),
};

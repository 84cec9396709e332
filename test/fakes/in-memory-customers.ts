import { auditEntry, type AuditEntry, type AuditFields } from '../../src/platform/audit/audit-entry.ts';
import { CustomerStore, type ErasureOrder } from '../../src/customer-events/application/customer-store.port.ts';
import { customerEmailExists } from '../../src/customer-events/domain/customer-events-error.ts';
import type { CustomerPreview } from '../../src/customer-events/domain/customer-preview.ts';
import {
  settlePuts,
  settleWith,
  type ClaimingCustomer,
  type CustomerPut,
  type PresentCustomers,
  type PutOutcome,
} from '../../src/customer-events/domain/customer-puts.ts';
import type { Customer } from '../../src/customer-events/domain/customer.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import { emailClaim } from '../../src/customer-events/domain/email-claim.ts';
import { ErasureKeys } from '../../src/customer-events/domain/erasure-keys.ts';

/** What the in-memory stores share, as the tables of one database do. */
export class InMemoryCustomers {
  readonly byId = new Map<string, { appId: string; customer: Customer; events: CustomerEvent[] }>();
  /** What was recorded, in its order. */
  readonly audit: AuditEntry[] = [];
  private readonly erasedEventIds = new Set<string>();

  constructor(readonly keys = new ErasureKeys([])) {}

  record({ appId, actor, at }: ErasureOrder, fields: Omit<AuditFields, 'appId' | 'actor'>): void {
    this.audit.push(auditEntry(at, { appId, actor, ...fields }));
  }

  wasErased({ customerId, eventId }: CustomerEvent): boolean {
    return eventId !== null && this.erasedEventIds.has(`${customerId} ${eventId}`);
  }

  noteErased({ customerId, eventId }: CustomerEvent): void {
    if (eventId !== null) this.erasedEventIds.add(`${customerId} ${eventId}`);
  }

  forgetErased(customerId: string): void {
    for (const erased of this.erasedEventIds)
      if (erased.startsWith(`${customerId} `)) this.erasedEventIds.delete(erased);
  }
}

export class InMemoryCustomerStore extends CustomerStore {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  find(id: string): Promise<Customer | null> {
    return Promise.resolve(this.customers.byId.get(id)?.customer ?? null);
  }

  async put(appId: string, id: string, decide: (present: Customer | null) => Customer) {
    const present = this.customers.byId.get(id);
    const customer = decide(present?.customer ?? null);
    for (const [otherId, other] of this.customers.byId) {
      const sameEmail = other.customer.email.toLowerCase() === customer.email.toLowerCase();
      if (otherId !== id && other.appId === appId && sameEmail) throw customerEmailExists();
    }
    this.customers.byId.set(id, { appId, customer, events: present?.events ?? [] });
    return { customer, created: present === undefined };
  }

  async putAll(appId: string, puts: readonly CustomerPut[]): Promise<PutOutcome[]> {
    const present = this.claimingCustomers(appId);
    const isTaken = new Map([...present.values()].map(({ claim }) => [claim, true]));
    const { outcomes, changes } = settleWith(appId, puts, present, isTaken);
    for (const { id, after } of changes) {
      const events = this.customers.byId.get(id)?.events ?? [];
      this.customers.byId.set(id, { appId, customer: after.customer, events });
    }
    return outcomes;
  }

  async previewAll(appId: string, puts: readonly CustomerPut[], before: CustomerPreview): Promise<PutOutcome[]> {
    const present = this.claimingCustomers(appId);
    const taken = new Set([...present.values()].map(({ claim }) => claim));
    const stored: PresentCustomers = {
      byId: (ids) => Promise.resolve(new Map([...present].filter(([id]) => ids.includes(id)))),
      taken: (claims) => Promise.resolve(new Set(claims.filter((claim) => taken.has(claim)))),
    };
    const { outcomes, changes } = await settlePuts(appId, puts, before.over(stored));
    before.note(changes);
    return outcomes;
  }

  private claimingCustomers(appId: string): Map<string, ClaimingCustomer> {
    const own = [...this.customers.byId].filter(([, present]) => present.appId === appId);
    return new Map(
      own.map(([id, { customer }]) => [id, { customer, claim: emailClaim(appId, customer.email) }] as const),
    );
  }

  erase(id: string, order: ErasureOrder): Promise<number | null> {
    const present = this.customers.byId.get(id);
    if (present === undefined) return Promise.resolve(null);
    const count = present.events.length;
    this.customers.byId.delete(id);
    present.events.forEach((event) => this.customers.noteErased(event));
    this.customers.record(order, { action: 'customer.erased', customer: this.customers.keys.pseudonym(id), count });
    return Promise.resolve(count);
  }
}

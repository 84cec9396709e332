import type { IsAbandoned } from '../../libs/kernel/abandoned.ts';
import { Abandoned } from '../../libs/kernel/abandoned.ts';
import {
  CustomerEventStore,
  type AppendOutcome,
} from '../../src/customer-events/application/customer-event-store.port.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import type { InMemoryCustomers } from './in-memory-customers.ts';

export class InMemoryCustomerEventStore extends CustomerEventStore {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  async append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned): Promise<AppendOutcome[]> {
    if (isAbandoned()) throw new Abandoned();
    return events.map((event) => this.appendOne(event));
  }

  async preview(
    events: readonly CustomerEvent[],
    isAssumed: (customerId: string) => boolean,
  ): Promise<AppendOutcome[]> {
    const copies = new Map(
      events.map(({ customerId }) => {
        const stored = this.customers.byId.get(customerId)?.events;
        return [customerId, stored === undefined && !isAssumed(customerId) ? undefined : [...(stored ?? [])]];
      }),
    );
    return events.map((event) => this.appendOne(event, copies.get(event.customerId)));
  }

  private appendOne(event: CustomerEvent, events = this.customers.byId.get(event.customerId)?.events): AppendOutcome {
    if (events === undefined) return { kind: 'customer-unknown' };
    const existing = event.eventId === null ? undefined : events.find(({ eventId }) => eventId === event.eventId);
    if (existing !== undefined) return { kind: 'existing', event: existing };
    if (this.customers.wasErased(event)) return { kind: 'erased' };
    events.push(event);
    return { kind: 'created' };
  }
}

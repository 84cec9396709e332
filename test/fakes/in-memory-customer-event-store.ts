import type { IsAbandoned } from '../../libs/kernel/abandoned.ts';
import { Abandoned } from '../../libs/kernel/abandoned.ts';
import { CustomerEventStore, type AppendOutcome } from '../../src/customer-events/application/customer-event-store.port.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import { compareInstants } from '../../src/customer-events/domain/instant.ts';
import type { TimelinePosition, TimelineQuery } from '../../src/customer-events/domain/timeline.ts';
import type { InMemoryCustomers } from './in-memory-customers.ts';

export class InMemoryCustomerEventStore extends CustomerEventStore {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  async append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned): Promise<AppendOutcome[]> {
    if (isAbandoned()) throw new Abandoned();
    return events.map((event) => this.appendOne(event));
  }

  page(customerId: string, query: TimelineQuery, after: TimelinePosition | null, limit: number): Promise<CustomerEvent[]> {
    const sign = query.order === 'asc' ? 1 : -1;
    const events = [...(this.customers.byId.get(customerId)?.events ?? [])].sort((a, b) => sign * comparePositions(a, b));
    return Promise.resolve(events.filter((event) => after === null || sign * comparePositions(event, after) > 0).slice(0, limit));
  }

  private appendOne(event: CustomerEvent): AppendOutcome {
    const events = this.customers.byId.get(event.customerId)?.events;
    if (events === undefined) return { kind: 'customer-unknown' };
    const existing = event.eventId === null ? undefined : events.find(({ eventId }) => eventId === event.eventId);
    if (existing !== undefined) return { kind: 'existing', event: existing };
    events.push(event);
    return { kind: 'created' };
  }
}

function comparePositions(a: TimelinePosition, b: TimelinePosition): number {
  return compareInstants(a.occurredAt, b.occurredAt) || (a.id < b.id ? -1 : Number(a.id > b.id));
}

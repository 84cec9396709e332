import {
  decodedEvent,
  type EncodedEvent,
  type TimelineStore,
} from '../../src/customer-events/application/timeline-store.port.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import type { TimelinePart, TimelinePosition, TimelineQuery } from '../../src/customer-events/domain/timeline.ts';

/** All events of a customer that a query finds, read in pages of so many events. */
export async function walkTimeline(
  timelines: TimelineStore,
  customerId: string,
  query: TimelineQuery,
  pageSize: number,
): Promise<CustomerEvent[]> {
  const limits = { events: pageSize, bytes: 1_000_000, entries: 1_000 };
  const found: CustomerEvent[] = [];
  let after: TimelinePosition | null = null;
  for (;;) {
    const part: TimelinePart<EncodedEvent> = await timelines.page(customerId, query, after, limits);
    found.push(...part.events.map(decodedEvent));
    if (part.next === null) return found;
    after = part.next;
  }
}

import type { CustomerEvent } from '../domain/customer-event.ts';
import type { EventOutline } from '../domain/ticket-context.ts';
import type { TimelineFilter, TimelinePosition, TimelineQuery, TypeSummary } from '../domain/timeline.ts';

/** Reads timelines, and erases single events from them. An unknown customer has an empty timeline. */
export abstract class TimelineStore {
  /** The next `limit` events behind a position (from the start: null), in the query's order. */
  abstract page(
    customerId: string,
    query: TimelineQuery,
    after: TimelinePosition | null,
    limit: number,
  ): Promise<CustomerEvent[]>;

  /** The same as {@link page} from the start, without payloads. */
  abstract outline(customerId: string, query: TimelineQuery, limit: number): Promise<EventOutline[]>;

  abstract find(customerId: string, id: string): Promise<CustomerEvent | null>;

  /** One for each type that has events, the type with the latest event first, then by name. */
  abstract summarize(customerId: string, filter: TimelineFilter): Promise<TypeSummary[]>;

  /**
   * Erases one event for good: when it resolves, no row of it is left, and an event with its
   * `eventId` cannot be appended any more. Returns false where there is no such event.
   */
  abstract eraseEvent(customerId: string, id: string): Promise<boolean>;
}

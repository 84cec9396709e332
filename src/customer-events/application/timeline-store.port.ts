import type { CustomerEvent } from '../domain/customer-event.ts';
import type { ErasureOrder } from './customer-store.port.ts';
import type { EventOutline, LatestEvent } from '../domain/ticket-context.ts';
import type {
  ReadLimits,
  TimelineFilter,
  TimelinePart,
  TimelinePosition,
  TimelineQuery,
  TypeSummary,
} from '../domain/timeline.ts';

/** See {@link TimelineStore.latest}. */
export const LATEST_PAYLOADS = 16;

/** Reads timelines, and erases single events from them. An unknown customer has an empty timeline. */
export abstract class TimelineStore {
  /**
   * The next events behind a position (from the start: null), in the query's order, as many as the limits
   * let be read at once. There may be none although more follow.
   */
  abstract page(
    customerId: string,
    query: TimelineQuery,
    after: TimelinePosition | null,
    limits: ReadLimits,
  ): Promise<TimelinePart<CustomerEvent>>;

  /**
   * The first `limit` events, without payloads of more than `maxPayloadBytes`: these are not read. Where the
   * payloads come to {@link LATEST_PAYLOADS} times as much, the list ends with an event without its payload.
   */
  abstract latest(
    customerId: string,
    query: TimelineQuery,
    limit: number,
    maxPayloadBytes: number,
  ): Promise<LatestEvent[]>;

  /** The first `limit` events, without payloads. */
  abstract outline(customerId: string, query: TimelineQuery, limit: number): Promise<EventOutline[]>;

  abstract find(customerId: string, id: string): Promise<CustomerEvent | null>;

  /** One for each type that has events, the type with the latest event first, then by name. */
  abstract summarize(customerId: string, filter: TimelineFilter): Promise<TypeSummary[]>;

  /**
   * Erases one event for good: when it resolves, no row of it is left, and an event with its
   * `eventId` cannot be appended any more. Returns false, and records nothing, where there is no such event.
   */
  abstract eraseEvent(customerId: string, id: string, order: ErasureOrder): Promise<boolean>;
}

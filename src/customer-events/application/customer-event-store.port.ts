import type { IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { TimelinePosition, TimelineQuery } from '../domain/timeline.ts';

/** What became of one event that was to be appended. */
export type AppendOutcome =
  | { readonly kind: 'created' }
  /** The customer has an event with this `eventId` already: this one. */
  | { readonly kind: 'existing'; readonly event: CustomerEvent }
  | { readonly kind: 'customer-unknown' }
  /** The database cannot hold this one; the others are stored. */
  | { readonly kind: 'refused' };

/** Keeps events. What it has answered is committed. */
export abstract class CustomerEventStore {
  /**
   * Appends all events in one transaction, each with its own outcome, in their order. Where two
   * of them have the same customer and `eventId`, the first is created, the second is `existing`.
   *
   * @param isAbandoned asked right before they are written; where it says true, none is.
   * @throws SERVICE_UNAVAILABLE, and then none of them is stored, or, if the connection broke
   *   during the commit, all of them. {@link Abandoned}
   */
  abstract append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned): Promise<AppendOutcome[]>;

  /** The next `limit` events of one timeline behind a position (from its start: null), in the query's order. */
  abstract page(
    customerId: string,
    query: TimelineQuery,
    after: TimelinePosition | null,
    limit: number,
  ): Promise<CustomerEvent[]>;
}

import type { IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';

/** What became of one event that was to be appended. */
export type AppendOutcome =
  | { readonly kind: 'created' }
  /** The customer has an event with this `eventId` already: this one. */
  | { readonly kind: 'existing'; readonly event: CustomerEvent }
  /** The customer had an event with this `eventId`, which was erased. */
  | { readonly kind: 'erased' }
  | { readonly kind: 'customer-unknown' }
  /** The database cannot hold this one; the others are stored. */
  | { readonly kind: 'refused' };

/** Takes events in. What it has returned is committed. */
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

  /**
   * What {@link append} would respond now. Nothing is written, so nothing is promised either.
   *
   * @param isAssumed whether a customer that does not exist is to be taken for one that does.
   */
  abstract preview(
    events: readonly CustomerEvent[],
    isAssumed: (customerId: string) => boolean,
  ): Promise<AppendOutcome[]>;
}

import { Injectable } from '@nestjs/common';
import { customerNotFound, validationError } from '../domain/customer-events-error.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { customerIdOf } from '../domain/customer.ts';
import { decodeCursor, encodeCursor } from '../domain/timeline-cursor.ts';
import type { TimelinePosition, TimelineQuery } from '../domain/timeline.ts';
import { CustomerEventStore } from './customer-event-store.port.ts';
import { CustomerStore } from './customer-store.port.ts';

export interface TimelinePage {
  readonly events: readonly CustomerEvent[];
  /** Where the next page begins; null at the end. */
  readonly nextCursor: string | null;
}

/** Reads what happened to a customer. */
@Injectable()
export class Timeline {
  constructor(
    private readonly customers: CustomerStore,
    private readonly events: CustomerEventStore,
  ) {}

  /** @throws CUSTOMER_NOT_FOUND; VALIDATION_ERROR for a cursor that is none of this walk. */
  async page(
    appId: string,
    externalId: string,
    query: TimelineQuery,
    limit: number,
    cursor: string | undefined,
  ): Promise<TimelinePage> {
    const customerId = customerIdOf(appId, externalId);
    const after = cursor === undefined ? null : positionOf(customerId, query, cursor);
    // One more than asked for tells whether there is a next page.
    const found = await this.events.page(customerId, query, after, limit + 1);
    // An existing event proves its customer, so the look-up is only needed for an empty page.
    if (found.length === 0 && (await this.customers.find(customerId)) === null) throw customerNotFound();
    const events = found.slice(0, limit);
    const last = events.at(-1);
    return {
      events,
      nextCursor: found.length > limit && last !== undefined ? encodeCursor(customerId, query, last) : null,
    };
  }
}

function positionOf(customerId: string, query: TimelineQuery, cursor: string): TimelinePosition {
  const position = decodeCursor(customerId, query, cursor);
  if (position === null) {
    throw validationError({
      cursor: ['is not a cursor of this timeline with these filters; take nextCursor as it is, or leave it out'],
    });
  }
  return position;
}

import { Injectable } from '@nestjs/common';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { customerNotFound, eventNotFound } from '../domain/customer-events-error.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { customerIdOf } from '../domain/customer.ts';
import { decodeCursor, encodeCursor } from '../domain/timeline-cursor.ts';
import {
  timelineSummary,
  type TimelineFilter,
  type TimelinePosition,
  type TimelineQuery,
  type TimelineSummary,
} from '../domain/timeline.ts';
import { CustomerStore } from './customer-store.port.ts';
import { TimelineStore } from './timeline-store.port.ts';

export interface TimelinePage {
  readonly events: readonly CustomerEvent[];
  /** Where the next page begins; null at the end. */
  readonly nextCursor: string | null;
}

const FIRST_EXPORT_PAGE = 100;
const MAX_EXPORT_PAGE = 1_000;
/** Characters of payload: what an export holds in memory, however large its events are. */
const EXPORT_PAGE_LENGTH = 1_000_000;
/** About what an event takes beside its payload. */
const EVENT_OVERHEAD = 300;

/** Reads what happened to a customer, and erases single events. */
@Injectable()
export class Timeline {
  constructor(
    private readonly customers: CustomerStore,
    private readonly timelines: TimelineStore,
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
    const found = await this.timelines.page(customerId, query, after, limit + 1);
    if (found.length === 0) await this.requireCustomer(customerId);
    const events = found.slice(0, limit);
    const last = events.at(-1);
    return {
      events,
      nextCursor: found.length > limit && last !== undefined ? encodeCursor(customerId, query, last) : null,
    };
  }

  /** @throws CUSTOMER_NOT_FOUND, NOT_FOUND */
  async event(appId: string, externalId: string, id: string): Promise<CustomerEvent> {
    const customerId = customerIdOf(appId, externalId);
    const event = await this.timelines.find(customerId, id);
    return event ?? this.refuseEvent(customerId);
  }

  /** @throws CUSTOMER_NOT_FOUND, NOT_FOUND */
  async eraseEvent(appId: string, externalId: string, id: string): Promise<{ deletedEvents: number }> {
    const customerId = customerIdOf(appId, externalId);
    if (!(await this.timelines.eraseEvent(customerId, id))) await this.refuseEvent(customerId);
    return { deletedEvents: 1 };
  }

  /** @throws CUSTOMER_NOT_FOUND */
  async summary(appId: string, externalId: string, filter: TimelineFilter): Promise<TimelineSummary> {
    const customerId = customerIdOf(appId, externalId);
    const types = await this.timelines.summarize(customerId, filter);
    if (types.length === 0) await this.requireCustomer(customerId);
    return timelineSummary(types);
  }

  /**
   * All events, the oldest first, as many at a time as are good to hold. It is read as it is
   * consumed, page by page, so between two pages nothing is held in the database.
   *
   * @param requireStillAllowed asked before each page but the first; where it rejects, so does the iteration.
   * @throws CUSTOMER_NOT_FOUND before the first of them.
   */
  async export(
    appId: string,
    externalId: string,
    filter: TimelineFilter,
    requireStillAllowed: () => Promise<void>,
  ): Promise<AsyncIterable<readonly CustomerEvent[]>> {
    const customerId = customerIdOf(appId, externalId);
    const query: TimelineQuery = { ...filter, order: 'asc' };
    const first = await this.timelines.page(customerId, query, null, FIRST_EXPORT_PAGE);
    if (first.length === 0) await this.requireCustomer(customerId);
    return this.pagesFrom(customerId, query, first, requireStillAllowed);
  }

  private async *pagesFrom(
    customerId: string,
    query: TimelineQuery,
    first: readonly CustomerEvent[],
    requireStillAllowed: () => Promise<void>,
  ): AsyncGenerator<readonly CustomerEvent[]> {
    let limit = FIRST_EXPORT_PAGE;
    for (let page = first; ; page = await this.timelines.page(customerId, query, page.at(-1) ?? null, limit)) {
      if (page.length > 0) yield page;
      if (page.length < limit) return;
      await requireStillAllowed();
      limit = nextExportLimit(page);
    }
  }

  /** An event proves its customer, so the look-up is needed only where there is none. */
  private async requireCustomer(customerId: string): Promise<void> {
    if ((await this.customers.find(customerId)) === null) throw customerNotFound();
  }

  private async refuseEvent(customerId: string): Promise<never> {
    await this.requireCustomer(customerId);
    throw eventNotFound();
  }
}

function nextExportLimit(page: readonly CustomerEvent[]): number {
  const length = page.reduce((sum, { payload }) => sum + payload.text.length + EVENT_OVERHEAD, 0);
  const limit = Math.floor((page.length * EXPORT_PAGE_LENGTH) / length);
  return Math.min(Math.max(limit, 1), MAX_EXPORT_PAGE);
}

function positionOf(customerId: string, query: TimelineQuery, cursor: string): TimelinePosition {
  const position = decodeCursor(customerId, query, cursor);
  if (position === null) {
    throw invalidField(
      'cursor',
      'is not a cursor of this timeline with these filters; take nextCursor as it is, or leave it out',
    );
  }
  return position;
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { auditEntry, type Actor, type AuditAction } from '../../platform/audit/audit-entry.ts';
import { AuditTrail } from '../../platform/audit/audit-trail.port.ts';
import { customerNotFound, eventNotFound } from '../domain/customer-events-error.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { customerIdOf, type Customer } from '../domain/customer.ts';
import { ErasureKeys } from '../domain/erasure-keys.ts';
import { decodeCursor, encodeCursor } from '../domain/timeline-cursor.ts';
import {
  PAGE_MAX_BYTES,
  READ_MAX_ENTRIES,
  timelineSummary,
  WHOLE_TIMELINE,
  type ReadLimits,
  type TimelineFilter,
  type TimelinePart,
  type TimelinePosition,
  type TimelineQuery,
  type TimelineSummary,
} from '../domain/timeline.ts';
import { requireCustomer } from './customer-lookups.ts';
import { CustomerStore } from './customer-store.port.ts';
import { decodedEvent, TimelineStore, type EncodedEvent } from './timeline-store.port.ts';
import { ReadTurns, WriteTurns } from '../../../libs/kernel/turns.ts';

export interface TimelinePage {
  readonly events: readonly EncodedEvent[];
  /** Where the next page begins, which may be empty; null at the end. */
  readonly nextCursor: string | null;
}

export const FIRST_EXPORT_PAGE = 100;
const MAX_EXPORT_PAGE = 1_000;
const MIN_EXPORT_PAGE = 20;
/** What an export holds in memory, however large its events are. */
const EXPORT_PAGE_BYTES = 524_288;

/** Reads what happened to a customer, and erases single events. */
@Injectable()
export class Timeline {
  constructor(
    private readonly customers: CustomerStore,
    private readonly timelines: TimelineStore,
    private readonly reads: ReadTurns,
    private readonly writes: WriteTurns,
    private readonly clock: Clock,
    private readonly audit: AuditTrail,
    private readonly keys: ErasureKeys,
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
    const limits: ReadLimits = { events: limit, bytes: PAGE_MAX_BYTES, entries: READ_MAX_ENTRIES };
    const read = () => this.timelines.page(customerId, query, after, limits);
    const isFiltered = query.types.length > 0;
    const { events, next } = await (isFiltered ? this.reads.runCostly(appId, read) : this.reads.run(appId, read));
    if (events.length === 0 && next === null) await requireCustomer(this.reads, this.customers, appId, customerId);
    return { events, nextCursor: next === null ? null : encodeCursor(customerId, query, next) };
  }

  /** @throws CUSTOMER_NOT_FOUND, NOT_FOUND */
  async event(appId: string, externalId: string, id: string): Promise<CustomerEvent> {
    const customerId = customerIdOf(appId, externalId);
    const event = await this.reads.run(appId, () => this.timelines.find(customerId, id));
    return event ?? this.refuseEvent(appId, customerId);
  }

  /** @throws CUSTOMER_NOT_FOUND, NOT_FOUND */
  async eraseEvent(appId: string, externalId: string, id: string, actor: Actor): Promise<{ deletedEvents: number }> {
    const customerId = customerIdOf(appId, externalId);
    const order = { appId, actor, at: this.clock.now() };
    const isErased = await this.writes.run(appId, () => this.timelines.eraseEvent(customerId, id, order));
    if (!isErased) await this.refuseEvent(appId, customerId);
    return { deletedEvents: 1 };
  }

  /** @throws CUSTOMER_NOT_FOUND */
  async summary(appId: string, externalId: string, filter: TimelineFilter): Promise<TimelineSummary> {
    const customerId = customerIdOf(appId, externalId);
    const types = await this.reads.runCostly(appId, () => this.timelines.summarize(customerId, filter));
    if (types.length === 0) await requireCustomer(this.reads, this.customers, appId, customerId);
    return timelineSummary(types);
  }

  /**
   * All events, the oldest first, as many at a time as are good to hold. It is read as it is
   * consumed, page by page, so between two pages nothing is held in the database. That it was asked for is recorded
   * before anything is given out.
   *
   * @param actor who asks for it.
   * @param requireStillAllowed asked before each page but the first; where it rejects, so does the iteration.
   * @throws CUSTOMER_NOT_FOUND before the first of them.
   */
  async export(
    appId: string,
    externalId: string,
    filter: TimelineFilter,
    actor: Actor,
    requireStillAllowed: () => Promise<void>,
  ): Promise<AsyncIterable<readonly EncodedEvent[]>> {
    const customerId = customerIdOf(appId, externalId);
    const pages = await this.pages(appId, customerId, filter, requireStillAllowed);
    await this.note('timeline.exported', { appId, customerId, actor });
    return pages;
  }

  /**
   * All that is kept of one person: the customer, and its events as {@link export} gives them. That it was asked for is
   * recorded before anything is given out.
   *
   * @throws CUSTOMER_NOT_FOUND
   */
  async exportCustomer(
    appId: string,
    externalId: string,
    actor: Actor,
  ): Promise<{ customer: Customer; pages: AsyncIterable<readonly CustomerEvent[]> }> {
    const customerId = customerIdOf(appId, externalId);
    const customer = await this.reads.run(appId, () => this.customers.find(customerId));
    if (customer === null) throw customerNotFound();
    const pages = await this.pages(appId, customerId, WHOLE_TIMELINE, () => Promise.resolve());
    await this.note('customer.exported', { appId, customerId, actor });
    return { customer, pages: decodedPages(pages) };
  }

  private async pages(
    appId: string,
    customerId: string,
    filter: TimelineFilter,
    requireStillAllowed: () => Promise<void>,
  ): Promise<AsyncIterable<readonly EncodedEvent[]>> {
    const query: TimelineQuery = { ...filter, order: 'asc' };
    const read: ReadPart = (after, events) =>
      this.reads.run(appId, () => this.timelines.page(customerId, query, after, exportLimits(events)));
    const first = await read(null, FIRST_EXPORT_PAGE);
    if (first.events.length === 0 && first.next === null)
      await requireCustomer(this.reads, this.customers, appId, customerId);
    return pagesFrom(first, read, requireStillAllowed);
  }

  /** How many events there are is not known before they are read. */
  private note(action: AuditAction, of: { appId: string; customerId: string; actor: Actor }): Promise<void> {
    const { appId, customerId, actor } = of;
    const customer = this.keys.pseudonym(customerId);
    return this.audit.record(auditEntry(this.clock.now(), { appId, actor, action, customer }));
  }

  private async refuseEvent(appId: string, customerId: string): Promise<never> {
    await requireCustomer(this.reads, this.customers, appId, customerId);
    throw eventNotFound();
  }
}

async function* decodedPages(pages: AsyncIterable<readonly EncodedEvent[]>): AsyncGenerator<readonly CustomerEvent[]> {
  for await (const events of pages) yield events.map(decodedEvent);
}

/** Reads a part of an export behind a position, of at most so many events. */
export type ReadPart = (after: TimelinePosition | null, events: number) => Promise<TimelinePart<EncodedEvent>>;

/** All pages of an export, from the first one on. */
export async function* pagesFrom(
  first: TimelinePart<EncodedEvent>,
  read: ReadPart,
  requireStillAllowed: () => Promise<void>,
): AsyncGenerator<readonly EncodedEvent[]> {
  for (let { events, next } = first; ;) {
    if (events.length > 0) yield events;
    if (next === null) return;
    await requireStillAllowed();
    ({ events, next } = await read(next, 2 * events.length));
  }
}

/**
 * Bytes end a page. How many events are asked for only keeps the database from measuring far more of them than
 * fit: twice as many as fitted before.
 */
export function exportLimits(events: number): ReadLimits {
  return {
    events: Math.min(Math.max(events, MIN_EXPORT_PAGE), MAX_EXPORT_PAGE),
    bytes: EXPORT_PAGE_BYTES,
    entries: READ_MAX_ENTRIES,
  };
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

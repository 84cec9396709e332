import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import { Abandoned, type IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import { FOREIGN_KEY_VIOLATION, isWorthRepeating, sqlState, storage } from '../../persistence/storage-errors.ts';
import { StorageUnavailable } from '../../persistence/storage-unavailable.ts';
import { CustomerEventStore, type AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { EVENT_COLUMNS, eventOf, type EventColumns } from './customer-event-columns.ts';
import { eventKey, insertCustomerEvents, type Settled } from './insert-customer-events.ts';

/** A customer erased, or an event erased, while we looked: the next look settles it. */
const MOST_ATTEMPTS = 5;
/** About 100 bytes each. */
const MOST_CUSTOMERS_SEEN = 100_000;

@Injectable()
export class TypeormCustomerEventStore extends CustomerEventStore {
  private readonly seenCustomers = new LRUCache<string, true>({ max: MOST_CUSTOMERS_SEEN });

  constructor(private readonly dataSource: DataSource) {
    super();
  }

  append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned): Promise<AppendOutcome[]> {
    return storage(async () => {
      if (isAbandoned()) throw new Abandoned();
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        const outcomes = await this.tryToAppend(events);
        if (outcomes !== null) return outcomes;
      }
      throw new StorageUnavailable(new Error(`no settled outcome after ${MOST_ATTEMPTS} attempts`));
    });
  }

  /** Null where something changed under our hands, so that it has to be tried again. */
  private async tryToAppend(events: readonly CustomerEvent[]): Promise<AppendOutcome[] | null> {
    const known = await this.knownCustomers(events);
    const appendable = events.filter((event) => known.has(event.customerId));
    const settled = await this.insert(appendable);
    if (settled === null) return null;
    const existing = await this.eventsByEventId(appendable.filter((event) => !settled.has(event.id)));

    const outcomes: AppendOutcome[] = [];
    for (const event of events) {
      const stored = existing.get(eventKey(event));
      const outcome = settled.get(event.id);
      if (!known.has(event.customerId)) outcomes.push({ kind: 'customer-unknown' });
      else if (outcome !== undefined) outcomes.push(outcome);
      else if (stored !== undefined) outcomes.push({ kind: 'existing', event: stored });
      else return null;
    }
    return outcomes;
  }

  /**
   * Which of the events' customers exist, as far as we know. They are looked up because one
   * unknown customer would fail the INSERT for all; those that were seen once are remembered, and
   * the foreign key tells where that is no longer true.
   */
  private async knownCustomers(events: readonly CustomerEvent[]): Promise<{ has(id: string): boolean }> {
    const unseen = new Set<string>();
    for (const { customerId } of events) if (!this.seenCustomers.has(customerId)) unseen.add(customerId);
    if (unseen.size > 0) {
      const rows = await this.dataSource.query<{ id: string }[]>(
        'SELECT c.id FROM customers AS c WHERE c.id = ANY($1)',
        [[...unseen]],
      );
      for (const { id } of rows) {
        unseen.delete(id);
        this.seenCustomers.set(id, true);
      }
    }
    // Not the cache itself: it may forget one of them before we are done.
    return { has: (id) => !unseen.has(id) };
  }

  /** Null where it has to be tried again: a customer was erased since we looked, or another transaction won. */
  private async insert(events: readonly CustomerEvent[]): Promise<Settled | null> {
    try {
      return await insertCustomerEvents(this.dataSource, events);
    } catch (error) {
      if (isWorthRepeating(error)) return null;
      if (sqlState(error) !== FOREIGN_KEY_VIOLATION) throw error;
      for (const { customerId } of events) this.seenCustomers.delete(customerId);
      return null;
    }
  }

  private async eventsByEventId(events: readonly CustomerEvent[]): Promise<Map<string, CustomerEvent>> {
    const keyed = events.filter((event) => event.eventId !== null);
    if (keyed.length === 0) return new Map();
    // Not `(customer_id, event_id) IN (…)`: on a table that was never analyzed, as after a first import,
    // a thousand pairs of a customer with 200,000 events took 2.4 s; this takes 5 ms.
    const rows = await this.dataSource.query<EventColumns[]>(
      `SELECT ${EVENT_COLUMNS} FROM unnest($1::text[], $2::text[]) AS k (customer_id, event_id)
       JOIN customer_events AS t ON t.customer_id = k.customer_id AND t.event_id = k.event_id`,
      [keyed.map((event) => event.customerId), keyed.map((event) => event.eventId)],
    );
    return new Map(rows.map(eventOf).map((event) => [eventKey(event), event]));
  }
}

import { LRUCache } from 'lru-cache';
import type { DataSource } from 'typeorm';
import { Abandoned, type IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import {
  FOREIGN_KEY_VIOLATION,
  isWorthRepeating,
  sqlState,
  storage,
  storageWrite,
} from '../../platform/postgres/storage-errors.ts';
import { storageUnavailable } from '../../platform/postgres/storage-unavailable.ts';
import { CustomerEventStore, type AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { ErasedMeanwhile, type insertCustomerEvents, type Settled } from './insert-customer-events.ts';
import { CustomerEventCopy } from './copy-customer-events.ts';
import { previewCustomerEvents } from './preview-customer-events.ts';

/** A customer erased, or an event erased, while we looked: the next look settles it. */
const MAX_ATTEMPTS = 5;
/** About 100 bytes each. */
const MAX_CUSTOMERS_SEEN = 100_000;

const CUSTOMER_UNKNOWN: AppendOutcome = { kind: 'customer-unknown' };

type InsertAll = typeof insertCustomerEvents;

export class TypeormCustomerEventStore extends CustomerEventStore {
  private readonly seenCustomers = new LRUCache<string, true>({ max: MAX_CUSTOMERS_SEEN });

  /** @param insertAll how events are inserted: by a statement, or by COPY where they are many. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly insertAll: InsertAll = new CustomerEventCopy().insert,
  ) {
    super();
  }

  append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned): Promise<AppendOutcome[]> {
    return storageWrite(async () => {
      if (isAbandoned()) throw new Abandoned();
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
        const outcomes = await this.tryToAppend(events);
        if (outcomes !== null) return outcomes;
      }
      throw storageUnavailable(new Error(`no settled outcome after ${MAX_ATTEMPTS} attempts`));
    });
  }

  preview(events: readonly CustomerEvent[]): Promise<AppendOutcome[]> {
    return storage(async () => {
      const unseen = this.unseenCustomers(events);
      const unknown = unseen.size === 0 ? unseen : await this.unknownAmong(unseen);
      const settled = await previewCustomerEvents(
        this.dataSource,
        events.filter((event) => !unknown.has(event.customerId)),
      );
      return events.map(({ id }) => settled.get(id) ?? CUSTOMER_UNKNOWN);
    });
  }

  /** Null where something changed under our hands, so that nothing was stored and it has to be tried again. */
  private async tryToAppend(events: readonly CustomerEvent[]): Promise<AppendOutcome[] | null> {
    const unseen = this.unseenCustomers(events);
    const unknown = unseen.size === 0 ? unseen : await this.unknownAmong(unseen);
    // A look-up for new customers was the first statement; with the obstacles in one, three are enough.
    const settled = await this.insert(
      events.filter((event) => !unknown.has(event.customerId)),
      unseen.size > 0,
    );
    return settled === null ? null : events.map(({ id }) => settled.get(id) ?? CUSTOMER_UNKNOWN);
  }

  private unseenCustomers(events: readonly CustomerEvent[]): ReadonlySet<string> {
    const unseen = new Set<string>();
    for (const { customerId } of events) if (!this.seenCustomers.has(customerId)) unseen.add(customerId);
    return unseen;
  }

  /**
   * Which of these customers do not exist. They are looked up because one unknown customer would
   * fail the INSERT for all; those that were seen once are remembered, and the foreign key tells
   * where that is no longer true.
   */
  private async unknownAmong(customerIds: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const rows = await this.dataSource.query<{ id: string }[]>('SELECT c.id FROM customers AS c WHERE c.id = ANY($1)', [
      [...customerIds],
    ]);
    const unknown = new Set(customerIds);
    for (const { id } of rows) {
      unknown.delete(id);
      this.seenCustomers.set(id, true);
    }
    return unknown;
  }

  /** Null where a customer was erased since we looked, or another transaction won. */
  private async insert(events: readonly CustomerEvent[], conflictsLikely: boolean): Promise<Settled | null> {
    try {
      return await this.insertAll(this.dataSource, events, conflictsLikely);
    } catch (error) {
      if (error instanceof ErasedMeanwhile || isWorthRepeating(error)) return null;
      if (sqlState(error) !== FOREIGN_KEY_VIOLATION) throw error;
      for (const { customerId } of events) this.seenCustomers.delete(customerId);
      return null;
    }
  }
}

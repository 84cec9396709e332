import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../../libs/kernel/at-most.ts';
import { DataSource } from 'typeorm';
import { Abandoned, type IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import { ChangedMeanwhile, repeated } from '../../platform/postgres/repeated.ts';
import { shardsOf } from '../../platform/postgres/shards.ts';
import { FOREIGN_KEY_VIOLATION, sqlState, storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { pipelinedTransaction, singleStatement, type Query } from '../../platform/postgres/transactions.ts';
import { CustomerEventStore, type AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { ErasureKeys } from '../domain/erasure-keys.ts';
import type { Settled } from './insert-customer-events.ts';
import { CustomerEventCopy } from './copy-customer-events.ts';
import { previewCustomerEvents } from './preview-customer-events.ts';

/** About 100 bytes each. */
const MAX_CUSTOMERS_SEEN = 100_000;

const CUSTOMER_UNKNOWN: AppendOutcome = { kind: 'customer-unknown' };

const selectCustomers = (ids: readonly string[]): Query => ({
  sql: 'SELECT c.id FROM customers AS c WHERE c.id = ANY ($1::text[])',
  parameters: [ids],
});

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormCustomerEventStore extends CustomerEventStore {
  private readonly seenCustomers = new LRUCache<string, true>(atMost(MAX_CUSTOMERS_SEEN));

  constructor(
    private readonly dataSource: DataSource,
    private readonly copy: CustomerEventCopy,
    private readonly keys: ErasureKeys,
  ) {
    super();
  }

  append(events: readonly CustomerEvent[], isAbandoned: IsAbandoned): Promise<AppendOutcome[]> {
    return storageWrite(() => {
      if (isAbandoned()) throw new Abandoned();
      // A customer erased, or an event erased, while we looked: the next look settles it.
      return repeated(() => this.appendOnce(events));
    });
  }

  preview(events: readonly CustomerEvent[], isAssumed: (customerId: string) => boolean): Promise<AppendOutcome[]> {
    return storage(async () => {
      const unseen = this.unseenCustomers(events);
      const unknown = unseen.size === 0 ? unseen : await this.unknownAmong(unseen);
      const settled = await previewCustomerEvents(
        this.dataSource,
        this.keys,
        events.filter(({ customerId }) => !unknown.has(customerId) || isAssumed(customerId)),
      );
      return events.map(({ id }) => settled.get(id) ?? CUSTOMER_UNKNOWN);
    });
  }

  /** @throws {ChangedMeanwhile}, and then nothing was stored. */
  private async appendOnce(events: readonly CustomerEvent[]): Promise<AppendOutcome[]> {
    const unseen = this.unseenCustomers(events);
    const unknown = unseen.size === 0 ? unseen : await this.unknownAmong(unseen);
    // A look-up for new customers was the first statement; with the obstacles in one, three are enough.
    const settled = await this.insert(
      events.filter((event) => !unknown.has(event.customerId)),
      unseen.size > 0,
    );
    return events.map(({ id }) => settled.get(id) ?? CUSTOMER_UNKNOWN);
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
    const shards = (await shardsOf(this.dataSource)).customers;
    const lookUps = shards.apart([...customerIds], (id) => id).map(selectCustomers);
    const results =
      lookUps.length === 1
        ? [await singleStatement(this.dataSource, lookUps[0] as Query)]
        : await pipelinedTransaction(this.dataSource, lookUps, (all) => Promise.resolve(all));
    const rows = results.flatMap((result) => result.rows as { id: string }[]);
    const unknown = new Set(customerIds);
    for (const { id } of rows) {
      unknown.delete(id);
      this.seenCustomers.set(id, true);
    }
    return unknown;
  }

  /** @throws {ChangedMeanwhile} where a customer was erased since we looked. */
  private async insert(events: readonly CustomerEvent[], conflictsLikely: boolean): Promise<Settled> {
    try {
      return await this.copy.insert(this.dataSource, this.keys, events, conflictsLikely);
    } catch (error) {
      if (sqlState(error) !== FOREIGN_KEY_VIOLATION) throw error;
      for (const { customerId } of events) this.seenCustomers.delete(customerId);
      throw new ChangedMeanwhile('a customer was erased meanwhile');
    }
  }
}

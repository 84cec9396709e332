import { Injectable } from '@nestjs/common';
import type { DomainError } from '../../../libs/kernel/domain-error.ts';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { Clock } from '../../../libs/kernel/clock.ts';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import { customerNotFound } from '../domain/customer-events-error.ts';
import type { CustomerPreview } from '../domain/customer-preview.ts';
import type { CustomerPut, PutOutcome } from '../domain/customer-puts.ts';
import { changedCustomer, customerIdOf, newCustomer, type Customer, type CustomerChanges } from '../domain/customer.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import { CustomerStore, type ErasureOrder, type InTurn } from './customer-store.port.ts';
import { ReadTurns, WriteTurns } from '../../../libs/kernel/turns.ts';

/** For the turn of a step: an erasure that has begun had better wait than break off. */
const ERASURE_WAITS_MS = 60_000;
const EMPTY_OBJECT = new JsonText('{}');

export interface CustomerEntry {
  readonly externalId: string;
  readonly changes: CustomerChanges;
}

/** What becomes of a customer that exists: `insert` leaves it as it is, `upsert` changes it. */
export type PutMode = 'insert' | 'upsert';

/** What became of one of many entries; an error: it was refused. */
export type PutResult = 'created' | 'updated' | 'unchanged' | DomainError;

/** Creates, changes, reads and erases the customers of an app. */
@Injectable()
export class Customers {
  constructor(
    private readonly store: CustomerStore,
    private readonly clock: Clock,
    private readonly reads: ReadTurns,
    private readonly writes: WriteTurns,
  ) {}

  put(appId: string, externalId: string, changes: CustomerChanges): Promise<{ customer: Customer; created: boolean }> {
    const { id, decide } = this.customerPut(appId, { externalId, changes }, 'upsert');
    return this.writes.run(appId, () => this.store.put(appId, id, decide));
  }

  /**
   * Creates or changes many customers in one transaction, as if one after the other in their order. What is refused
   * keeps none of the others back.
   *
   * @returns a result for each entry.
   */
  async putAll(appId: string, entries: readonly CustomerEntry[], mode: PutMode): Promise<PutResult[]> {
    const puts = entries.map((entry) => this.customerPut(appId, entry, mode));
    return (await this.writes.run(appId, () => this.store.putAll(appId, puts))).map(resultOf);
  }

  /**
   * What {@link putAll} would return now; nothing is written.
   *
   * @param before what earlier previews of the same run made of customers and addresses; this one is added.
   */
  async previewAll(
    appId: string,
    entries: readonly CustomerEntry[],
    mode: PutMode,
    before: CustomerPreview,
  ): Promise<PutResult[]> {
    const puts = entries.map((entry) => this.customerPut(appId, entry, mode));
    return (await this.reads.run(appId, () => this.store.previewAll(appId, puts, before))).map(resultOf);
  }

  /** @throws CUSTOMER_NOT_FOUND */
  async get(appId: string, externalId: string): Promise<Customer> {
    const customer = await this.reads.run(appId, () => this.store.find(customerIdOf(appId, externalId)));
    if (customer === null) throw customerNotFound();
    return customer;
  }

  /** @throws CUSTOMER_NOT_FOUND */
  async erase(appId: string, externalId: string, actor: Actor): Promise<{ deletedEvents: number }> {
    const order: ErasureOrder = { appId, actor, at: this.clock.now() };
    // Each step takes a turn of its own: a long history would hold up the changes of others.
    const inTurn: InTurn = (step) => this.writes.run(appId, step, ERASURE_WAITS_MS);
    const deletedEvents = await this.store.erase(customerIdOf(appId, externalId), order, inTurn);
    if (deletedEvents === null) throw customerNotFound();
    return { deletedEvents };
  }

  private customerPut(appId: string, { externalId, changes }: CustomerEntry, mode: PutMode): CustomerPut {
    const now = instantFromMillis(this.clock.now());
    const decide = (present: Customer | null): Customer => {
      if (present === null) return newCustomer(appId, externalId, changes, now, EMPTY_OBJECT);
      return mode === 'insert' ? present : changedCustomer(present, changes, now);
    };
    return { id: customerIdOf(appId, externalId), decide };
  }
}

const resultOf = (outcome: PutOutcome): PutResult => (outcome.kind === 'refused' ? outcome.error : outcome.kind);

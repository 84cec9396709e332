import { Injectable } from '@nestjs/common';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { Clock } from '../../../libs/kernel/clock.ts';
import { customerNotFound } from '../domain/customer-events-error.ts';
import { changedCustomer, customerIdOf, newCustomer, type Customer, type CustomerChanges } from '../domain/customer.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import { CustomerStore } from './customer-store.port.ts';
import { ReadTurns, WriteTurns } from './turns.ts';

/** For the turn of a step: an erasure that has begun had better wait than break off. */
const ERASURE_WAITS_MS = 60_000;
const EMPTY_OBJECT = new JsonText('{}');

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
    const now = instantFromMillis(this.clock.now());
    const decide = (present: Customer | null): Customer =>
      present === null
        ? newCustomer(appId, externalId, changes, now, EMPTY_OBJECT)
        : changedCustomer(present, changes, now);
    return this.writes.run(appId, () => this.store.put(appId, customerIdOf(appId, externalId), decide));
  }

  /** @throws CUSTOMER_NOT_FOUND */
  async get(appId: string, externalId: string): Promise<Customer> {
    const customer = await this.reads.run(appId, () => this.store.find(customerIdOf(appId, externalId)));
    if (customer === null) throw customerNotFound();
    return customer;
  }

  /** @throws CUSTOMER_NOT_FOUND */
  async erase(appId: string, externalId: string): Promise<{ deletedEvents: number }> {
    // Each step takes a turn of its own: a long history would hold up the changes of others.
    const deletedEvents = await this.store.erase(customerIdOf(appId, externalId), (step) =>
      this.writes.run(appId, step, ERASURE_WAITS_MS),
    );
    if (deletedEvents === null) throw customerNotFound();
    return { deletedEvents };
  }
}

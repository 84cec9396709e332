import { Injectable } from '@nestjs/common';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Customer } from '../domain/customer.ts';
import { customerNotFound } from '../domain/customer-events-error.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { AppDataStore, type CustomerPosition, type Erased, type ErasedIdPosition } from './app-data-store.port.ts';
import { Timeline } from './timeline.ts';

/** A part of all that an app has: customers, or events of one that came before. */
export type AppDataPart =
  | { readonly customers: readonly Customer[] }
  | { readonly customer: Customer; readonly events: readonly CustomerEvent[] };

/** Everything that an app has: its customers with their events. */
@Injectable()
export class AppData {
  constructor(
    private readonly store: AppDataStore,
    private readonly timeline: Timeline,
  ) {}

  /**
   * All customers, in the order in which they were created, and the events of each, the oldest first, in parts that are
   * read as they are consumed. What is there during the whole walk comes exactly once; what comes or goes meanwhile may
   * be in it or not. An event comes behind its customer.
   *
   * @throws SERVICE_UNAVAILABLE
   */
  async *export(appId: string): AsyncGenerator<AppDataPart> {
    for (let after: CustomerPosition | null = null; ;) {
      const customers: readonly Customer[] = await this.store.customersAfter(appId, after);
      const last = customers.at(-1);
      if (last === undefined) return;
      yield { customers };
      for (const customer of customers) yield* this.eventsOf(appId, customer);
      after = last;
    }
  }

  /**
   * Erases all customers of an app with their events, and what is left of events that were erased before. Who writes to
   * other apps waits for nothing. It may break off anywhere and be run again; new customers must not come meanwhile.
   *
   * @param onPart is told after each part what has been erased so far.
   * @throws SERVICE_UNAVAILABLE
   */
  async erase(appId: string, onPart: (erased: Erased) => void): Promise<Erased> {
    let erased: Erased = { customers: 0, events: 0 };
    const note = ({ customers, events }: Erased): void => {
      erased = { customers: erased.customers + customers, events: erased.events + events };
      onPart(erased);
    };
    for (let after: CustomerPosition | null = null; ;) {
      const next: CustomerPosition | null = await this.store.eraseAfter(appId, after, note);
      // At the end once more from the beginning, until there is nothing: of what came behind the walk.
      if (next === null && after === null) break;
      after = next;
    }
    let position: ErasedIdPosition | null = null;
    do position = await this.store.eraseErasedIdsAfter(appId, position);
    while (position !== null);
    return erased;
  }

  private async *eventsOf(appId: string, customer: Customer): AsyncGenerator<AppDataPart> {
    try {
      const pages = await this.timeline.allEvents(appId, customer.externalId);
      for await (const events of pages) yield { customer, events };
    } catch (error) {
      // Erased since it was read.
      if (!(error instanceof DomainError) || error.code !== customerNotFound.code) throw error;
    }
  }
}

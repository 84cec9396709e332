import { Injectable } from '@nestjs/common';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Customer } from '../domain/customer.ts';
import { WHOLE_TIMELINE, type TimelinePart, type TimelineQuery } from '../domain/timeline.ts';
import { AppDataStore, type CustomerPosition, type Erased, type ErasedIdPosition } from './app-data-store.port.ts';
import { decodedEvent, TimelineStore, type EncodedEvent } from './timeline-store.port.ts';
import { exportLimits, FIRST_EXPORT_PAGE, pagesFrom, type ReadPart } from './timeline.ts';
import { ReadTurns } from '../../../libs/kernel/turns.ts';

/** A part of all that an app has: customers, or events of one that came before. */
export type AppDataPart =
  | { readonly customers: readonly Customer[] }
  | { readonly customer: Customer; readonly events: readonly CustomerEvent[] };

/** Whose first events are read at a time, each beside the others: one after the other, the way to the database is most of it. */
const CUSTOMERS_AT_A_TIME = 8;
const OLDEST_FIRST: TimelineQuery = { ...WHOLE_TIMELINE, order: 'asc' };

/** Everything that an app has: its customers with their events. */
@Injectable()
export class AppData {
  constructor(
    private readonly store: AppDataStore,
    private readonly timelines: TimelineStore,
    private readonly reads: ReadTurns,
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
      for (let first = 0; first < customers.length; first += CUSTOMERS_AT_A_TIME)
        yield* this.eventsOf(appId, customers.slice(first, first + CUSTOMERS_AT_A_TIME));
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

  /** One that was erased since it was read has no events. */
  private async *eventsOf(appId: string, customers: readonly Customer[]): AsyncGenerator<AppDataPart> {
    const readerOf =
      ({ id }: Customer): ReadPart =>
      (after, events) =>
        this.reads.run(appId, () => this.timelines.page(id, OLDEST_FIRST, after, exportLimits(events)));
    const firstPages = await Promise.all(customers.map((customer) => readerOf(customer)(null, FIRST_EXPORT_PAGE)));
    for (const [index, customer] of customers.entries()) {
      const first = firstPages[index] as TimelinePart<EncodedEvent>;
      for await (const events of pagesFrom(first, readerOf(customer), allowed))
        yield { customer, events: events.map(decodedEvent) };
    }
  }
}

/** No key is asked for at the command line. */
const allowed = (): Promise<void> => Promise.resolve();

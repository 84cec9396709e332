import { Injectable } from '@nestjs/common';
import { millisOfTimeOrderedId } from '../../../libs/kernel/ids.ts';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import type { CustomerPosition } from '../domain/customer-position.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import {
  customerCursor,
  CUSTOMERS_MAX_BYTES,
  externalIdOfCursor,
  positionOfCursor,
  type CustomerLimits,
  type CustomerPart,
} from '../domain/customer-list.ts';
import type { Customer } from '../domain/customer.ts';
import { emailClaim } from '../domain/email-claim.ts';
import { CustomerDirectoryStore, type EventSought, type StoredSizes } from './customer-directory-store.port.ts';
import { CustomerStore } from './customer-store.port.ts';
import { ReadTurns } from '../../../libs/kernel/turns.ts';

const CUSTOMERS_AT_ONCE = 200;
/** Of each of them one place in an index is looked at: half a second on a busy machine with two cores. */
const SEARCHED_AT_ONCE = 5_000;
/** 16 MiB, some 50,000 events of a usual size: half a second on a busy machine, where a read may take two. */
const PAGES_OF_A_SAMPLE = 2_048;

/** What a search among all customers of an app came to. */
export interface EventSearch {
  readonly events: readonly CustomerEvent[];
  /** How many customers were looked at, the newest first. */
  readonly customers: number;
  /** False: the time was over before all were looked at. */
  readonly isComplete: boolean;
}

export interface CustomerPage {
  readonly customers: readonly Customer[];
  /** Where the next page begins; null at the end. */
  readonly nextCursor: string | null;
}

/** Finds customers and events for somebody who does not know where they are. */
@Injectable()
export class CustomerDirectory {
  constructor(
    private readonly store: CustomerDirectoryStore,
    private readonly customers: CustomerStore,
    private readonly reads: ReadTurns,
  ) {}

  /**
   * A page of the customers of an app: the newest first, or, with a prefix, those whose external id begins with it, in
   * the order of their external ids.
   *
   * @throws VALIDATION_ERROR for a cursor that is none of this list.
   */
  async page(
    appId: string,
    prefix: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<CustomerPage> {
    const read = this.pageReader(appId, prefix, cursor);
    const limits = { customers: limit, bytes: CUSTOMERS_MAX_BYTES };
    // In a distributed database it goes to all shards.
    const { customers, isEnd } = await this.reads.runCostly(appId, () => read(limits));
    const last = customers.at(-1);
    return { customers, nextCursor: isEnd || last === undefined ? null : customerCursor(appId, prefix, last) };
  }

  /** The newest first, read as they are consumed. */
  newest(appId: string, limit: number): AsyncGenerator<Customer> {
    return walk(limit, (limits, after) => this.reads.run(appId, () => this.store.newest(appId, limits, after)));
  }

  /** Those whose external id begins with a text, in the order of their external ids, read as they are consumed. */
  withPrefix(appId: string, prefix: string, limit: number): AsyncGenerator<Customer> {
    return walk(limit, (limits, after) =>
      this.reads.run(appId, () => this.store.withPrefix(appId, prefix, limits, after?.externalId ?? null)),
    );
  }

  /** The customer with exactly this address, in any case of its letters. */
  ofEmail(appId: string, email: string): Promise<Customer | null> {
    return this.reads.run(appId, () => this.store.ofClaim(emailClaim(appId, email)));
  }

  /** The event of one customer with this `eventId`. */
  async eventOf(appId: string, customerId: string, eventId: string): Promise<CustomerEvent | null> {
    const [event] = await this.reads.run(appId, () => this.store.eventsAmong([customerId], { eventId }));
    return event ?? null;
  }

  /**
   * Looks for an event at all customers of an app, the newest first, some thousands at a time. It ends where an id is
   * found, which only one event has; an `eventId` may be that of one event of each customer.
   *
   * @param isOver asked before each read but the first: the time that the search may take is over.
   */
  async search(
    appId: string,
    wanted: { id: string } | { eventId: string },
    isOver: () => boolean,
  ): Promise<EventSearch> {
    const sought = soughtOf(wanted);
    if (sought === null) return { events: [], customers: 0, isComplete: true };
    const events: CustomerEvent[] = [];
    let customers = 0;
    for (let after: CustomerPosition | null = null; ;) {
      const from: CustomerPosition | null = after;
      const positions: CustomerPosition[] = await this.reads.run(appId, () =>
        this.store.positions(appId, SEARCHED_AT_ONCE, from),
      );
      const ids = positions.map(({ id }) => id);
      events.push(...(await this.reads.run(appId, () => this.store.eventsAmong(ids, sought))));
      customers += ids.length;
      const isLast = ids.length < SEARCHED_AT_ONCE || ('id' in sought && events.length > 0);
      if (isLast || isOver()) return { events, customers, isComplete: isLast };
      after = positions.at(-1) ?? null;
    }
  }

  /** Of an event that was found; null: it was erased meanwhile. */
  customer(appId: string, id: string): Promise<Customer | null> {
    return this.reads.run(appId, () => this.customers.find(id));
  }

  /** How much the customers of each app, and their events, are; from samples where there is much. */
  sizes(): Promise<StoredSizes> {
    return this.store.sizes(PAGES_OF_A_SAMPLE);
  }

  private pageReader(
    appId: string,
    prefix: string | undefined,
    cursor: string | undefined,
  ): (limits: CustomerLimits) => Promise<CustomerPart> {
    if (prefix === undefined) {
      const after = placeOf(cursor, (text) => positionOfCursor(appId, text));
      return (limits) => this.store.newest(appId, limits, after);
    }
    const after = placeOf(cursor, (text) => externalIdOfCursor(appId, prefix, text));
    return (limits) => this.store.withPrefix(appId, prefix, limits, after);
  }
}

/** Null: no event can have this id. */
function soughtOf(wanted: { id: string } | { eventId: string }): EventSought | null {
  if ('eventId' in wanted) return wanted;
  const millis = millisOfTimeOrderedId(wanted.id);
  return millis === null ? null : { id: wanted.id, millis };
}

function placeOf<Place>(cursor: string | undefined, read: (cursor: string) => Place | null): Place | null {
  if (cursor === undefined) return null;
  const place = read(cursor);
  if (place !== null) return place;
  throw invalidField(
    'cursor',
    'is not a cursor of this list with this externalIdPrefix; take nextCursor as it is, or leave it out',
  );
}

async function* walk(
  limit: number,
  read: (limits: CustomerLimits, after: Customer | null) => Promise<CustomerPart>,
): AsyncGenerator<Customer> {
  let after: Customer | null = null;
  for (let left = limit; left > 0;) {
    const limits = { customers: Math.min(left, CUSTOMERS_AT_ONCE), bytes: CUSTOMERS_MAX_BYTES };
    const { customers, isEnd }: CustomerPart = await read(limits, after);
    yield* customers;
    if (isEnd) return;
    left -= customers.length;
    after = customers.at(-1) ?? null;
  }
}

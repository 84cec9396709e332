import { Injectable } from '@nestjs/common';
import { Abandoned, type IsAbandoned } from '../../../libs/kernel/abandoned.ts';
import { LRUCache } from 'lru-cache';
import { DataSource, type EntityManager } from 'typeorm';
import { FOREIGN_KEY_VIOLATION, isRefusedValue, isWorthRepeating, sqlState, storage } from '../../persistence/storage-errors.ts';
import { StorageUnavailable } from '../../persistence/storage-unavailable.ts';
import { CustomerEventStore, type AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { TimelinePosition, TimelineQuery } from '../domain/timeline.ts';
import { EVENT_COLUMNS, eventOf, INSERTED_COLUMN_COUNT, INSERTED_COLUMNS, insertedValues, type EventColumns } from './customer-event-columns.ts';

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
      // What one attempt has committed stays so, whatever the next one finds.
      const settled = new Map<string, AppendOutcome>();
      for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
        const outcomes = await this.tryToAppend(events, settled);
        if (outcomes !== null) return outcomes;
      }
      throw new StorageUnavailable(new Error(`no settled outcome after ${MOST_ATTEMPTS} attempts`));
    });
  }

  async page(
    customerId: string,
    query: TimelineQuery,
    after: TimelinePosition | null,
    limit: number,
  ): Promise<CustomerEvent[]> {
    const [direction, beyond] = query.order === 'asc' ? ['ASC', '>'] : ['DESC', '<'];
    const parameters: unknown[] = [customerId, limit];
    let keyset = '';
    if (after !== null) {
      parameters.push(after.occurredAt, after.id);
      // The first condition follows from the second, and lets a partitioned table leave out partitions.
      keyset = `AND t.occurred_at ${beyond}= $3 AND (t.occurred_at, t.id) ${beyond} ($3, $4)`;
    }
    const rows = await storage(() =>
      this.dataSource.query<EventColumns[]>(
        `SELECT ${EVENT_COLUMNS} FROM customer_events AS t
         WHERE t.customer_id = $1 ${keyset}
         ORDER BY t.occurred_at ${direction}, t.id ${direction}
         LIMIT $2`,
        parameters,
      ),
    );
    return rows.map(eventOf);
  }

  /**
   * Null where something changed under our hands, so that it has to be tried again.
   *
   * @param settled event id → the outcome that an attempt has committed; those of this one are added.
   */
  private async tryToAppend(
    events: readonly CustomerEvent[],
    settled: Map<string, AppendOutcome>,
  ): Promise<AppendOutcome[] | null> {
    const open = settled.size === 0 ? events : events.filter((event) => !settled.has(event.id));
    const known = await this.knownCustomers(open);
    const appendable = open.filter((event) => known.has(event.customerId));
    const inserted = await this.insert(appendable);
    if (inserted === null) return null;
    for (const [id, outcome] of inserted) settled.set(id, outcome);
    const existing = await this.eventsByEventId(appendable.filter((event) => !settled.has(event.id)));

    const outcomes: AppendOutcome[] = [];
    for (const event of events) {
      const stored = existing.get(eventKey(event));
      const outcome = settled.get(event.id);
      if (outcome !== undefined) outcomes.push(outcome);
      else if (!known.has(event.customerId)) outcomes.push({ kind: 'customer-unknown' });
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

  /**
   * Inserts all that can be, in one statement or one transaction, so all or nothing.
   *
   * @returns event id → created or refused; an event that is not there has an `eventId` that
   *   exists. Null where it has to be tried again: a customer was erased since we looked, or
   *   another transaction won.
   */
  private async insert(events: readonly CustomerEvent[]): Promise<Map<string, AppendOutcome> | null> {
    try {
      return await insertTogether(this.dataSource, events);
    } catch (error) {
      if (sqlState(error) === FOREIGN_KEY_VIOLATION) {
        for (const { customerId } of events) this.seenCustomers.delete(customerId);
        return null;
      }
      if (isWorthRepeating(error)) return null;
      if (isRefusedValue(error)) return this.dataSource.transaction((manager) => insertApart(manager, events));
      throw error;
    }
  }

  private async eventsByEventId(events: readonly CustomerEvent[]): Promise<Map<string, CustomerEvent>> {
    const keyed = events.filter((event) => event.eventId !== null);
    if (keyed.length === 0) return new Map();
    const pairs = keyed.map((_, pair) => `($${2 * pair + 1}, $${2 * pair + 2})`).join(',');
    const rows = await this.dataSource.query<EventColumns[]>(
      `SELECT ${EVENT_COLUMNS} FROM customer_events AS t WHERE (t.customer_id, t.event_id) IN (${pairs})`,
      keyed.flatMap((event) => [event.customerId, event.eventId]),
    );
    return new Map(rows.map(eventOf).map((event) => [eventKey(event), event]));
  }
}

const CREATED: AppendOutcome = { kind: 'created' };
const REFUSED: AppendOutcome = { kind: 'refused' };

type Queryable = Pick<EntityManager, 'query'>;

async function insertTogether(database: Queryable, events: readonly CustomerEvent[]): Promise<Map<string, AppendOutcome>> {
  if (events.length === 0) return new Map();
  // In one order everywhere, or two statements with the same keys could wait for each other. The
  // sort is stable: of equal keys, the first in the request is the one that is created.
  const sorted = [...events].sort((a, b) => compareText(eventKey(a), eventKey(b)));
  const rows = sorted.map((_, row) => `(${placeholders(row)})`).join(',');
  const inserted = await database.query<{ id: string }[]>(
    `INSERT INTO customer_events AS t (${INSERTED_COLUMNS}) VALUES ${rows} ON CONFLICT DO NOTHING RETURNING t.id`,
    sorted.flatMap(insertedValues),
  );
  return new Map(inserted.map(({ id }) => [id, CREATED]));
}

/** Finds the values that PostgreSQL refuses by halving, behind savepoints, so that the others are stored. */
async function insertApart(manager: EntityManager, events: readonly CustomerEvent[]): Promise<Map<string, AppendOutcome>> {
  try {
    return await manager.transaction((savepoint) => insertTogether(savepoint, events));
  } catch (error) {
    const [only] = events;
    if (!isRefusedValue(error) || sqlState(error) === FOREIGN_KEY_VIOLATION || only === undefined) throw error;
    if (events.length === 1) return new Map([[only.id, REFUSED]]);
    const half = Math.ceil(events.length / 2);
    const first = await insertApart(manager, events.slice(0, half));
    const second = await insertApart(manager, events.slice(half));
    return new Map([...first, ...second]);
  }
}

/** Within a customer an `eventId` is unique; neither part contains a space. */
const eventKey = (event: CustomerEvent): string => `${event.customerId} ${event.eventId ?? ''}`;

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function placeholders(row: number): string {
  const first = row * INSERTED_COLUMN_COUNT + 1;
  return Array.from({ length: INSERTED_COLUMN_COUNT }, (_, column) => `$${first + column}`).join(',');
}

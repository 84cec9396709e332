import type { DataSource } from 'typeorm';
import type { AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { eventOf, type EventRow } from './customer-event-columns.ts';
import type { ErasureKeys } from '../domain/erasure-keys.ts';
import { ErasedAmong, selectWithErasedIds } from './erased-event-ids.ts';
import { eventKey, selectTaken, type Settled } from './insert-customer-events.ts';

/** What insertCustomerEvents would make of each event now; it writes nothing, and looks at no values. */
export async function previewCustomerEvents(
  dataSource: DataSource,
  keys: ErasureKeys,
  events: readonly CustomerEvent[],
): Promise<Settled> {
  const keyed = events.filter(({ eventId }) => eventId !== null);
  const [erased, taken] =
    keyed.length === 0
      ? [new Set<CustomerEvent>(), new Map<string, CustomerEvent>()]
      : [await erasedAmong(dataSource, keys, keyed), await takenBy(dataSource, keyed)];
  const settled: Settled = new Map();
  for (const event of events) settled.set(event.id, outcomeOf(event, erased, taken));
  return settled;
}

async function erasedAmong(
  dataSource: DataSource,
  keys: ErasureKeys,
  keyed: readonly CustomerEvent[],
): Promise<Set<CustomerEvent>> {
  const customers = selectWithErasedIds(keyed, keys);
  const rows = await dataSource.query<{ customer: string }[]>(customers.sql, [...customers.parameters]);
  if (rows.length === 0) return new Set();
  const erased = new ErasedAmong(keyed, new Set(rows.map(({ customer }) => customer)), keys);
  const { sql, parameters } = erased.query;
  return new Set(erased.eventsOf(await dataSource.query(sql, [...parameters])));
}

async function takenBy(dataSource: DataSource, keyed: readonly CustomerEvent[]): Promise<Map<string, CustomerEvent>> {
  const taken = selectTaken(keyed);
  const rows = await dataSource.query<EventRow[]>(taken.sql, [...taken.parameters]);
  return new Map(rows.map(eventOf).map((event) => [eventKey(event), event]));
}

/** The first of two with the same `eventId` takes it. */
function outcomeOf(
  event: CustomerEvent,
  erased: ReadonlySet<CustomerEvent>,
  taken: Map<string, CustomerEvent>,
): AppendOutcome {
  if (event.eventId === null) return { kind: 'created' };
  if (erased.has(event)) return { kind: 'erased' };
  const key = eventKey(event);
  const stored = taken.get(key);
  if (stored !== undefined) return { kind: 'existing', event: stored };
  taken.set(key, event);
  return { kind: 'created' };
}

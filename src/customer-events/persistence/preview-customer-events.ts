import type { DataSource } from 'typeorm';
import type { AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { eventOf, type EventRow } from './customer-event-columns.ts';
import { eventKey, hashOf, selectErased, selectTaken, type Settled } from './insert-customer-events.ts';

/** What insertCustomerEvents would make of each event now; it writes nothing, and looks at no values. */
export async function previewCustomerEvents(
  dataSource: DataSource,
  events: readonly CustomerEvent[],
): Promise<Settled> {
  const keyed = events.filter(({ eventId }) => eventId !== null);
  const [erased, taken] =
    keyed.length === 0 ? [new Set<string>(), new Map<string, CustomerEvent>()] : await obstaclesOf(dataSource, keyed);
  const settled: Settled = new Map();
  for (const event of events) settled.set(event.id, outcomeOf(event, erased, taken));
  return settled;
}

async function obstaclesOf(
  dataSource: DataSource,
  keyed: readonly CustomerEvent[],
): Promise<[Set<string>, Map<string, CustomerEvent>]> {
  const [erased, taken] = [selectErased(keyed), selectTaken(keyed)];
  const hashes = await dataSource.query<{ sha256: Buffer }[]>(erased.sql, [...erased.parameters]);
  const rows = await dataSource.query<EventRow[]>(taken.sql, [...taken.parameters]);
  return [
    new Set(hashes.map(({ sha256 }) => sha256.toString('latin1'))),
    new Map(rows.map(eventOf).map((event) => [eventKey(event), event])),
  ];
}

/** The first of two with the same `eventId` takes it. */
function outcomeOf(
  event: CustomerEvent,
  erased: ReadonlySet<string>,
  taken: Map<string, CustomerEvent>,
): AppendOutcome {
  if (event.eventId === null) return { kind: 'created' };
  if (erased.size > 0 && erased.has(hashOf(event).toString('latin1'))) return { kind: 'erased' };
  const key = eventKey(event);
  const stored = taken.get(key);
  if (stored !== undefined) return { kind: 'existing', event: stored };
  taken.set(key, event);
  return { kind: 'created' };
}

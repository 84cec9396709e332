import type { DataSource } from 'typeorm';
import type { AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { eventOf, type EventRow } from './customer-event-columns.ts';
import type { ErasureKeys } from '../domain/erasure-keys.ts';
import { shardsOf } from '../../platform/postgres/shards.ts';
import { singleStatement, type RunStatement } from '../../platform/postgres/transactions.ts';
import { ErasedAmong, selectWithErasedIds } from './erased-event-ids.ts';
import {
  eventKey,
  groupsByShard,
  inTurn,
  selectTaken,
  type Settled,
  type ShardGroup,
} from './insert-customer-events.ts';

/** What insertCustomerEvents would make of each event now; it writes nothing, and looks at no values. */
export async function previewCustomerEvents(
  dataSource: DataSource,
  keys: ErasureKeys,
  events: readonly CustomerEvent[],
): Promise<Settled> {
  const shards = (await shardsOf(dataSource)).customers;
  const run: RunStatement = (statement) => singleStatement(dataSource, statement);
  return inTurn(groupsByShard(events, shards), async (group) => {
    const [erased, taken] =
      group.keyed.length === 0
        ? [new Set<CustomerEvent>(), new Map<string, CustomerEvent>()]
        : [await erasedAmong(run, keys, group), await takenBy(run, group)];
    return new Map(group.events.map((event) => [event.id, outcomeOf(event, erased, taken)]));
  });
}

async function erasedAmong(run: RunStatement, keys: ErasureKeys, group: ShardGroup): Promise<Set<CustomerEvent>> {
  const rows = (await run(selectWithErasedIds(group.keyed, keys, group.shards))).rows as { customer: string }[];
  if (rows.length === 0) return new Set();
  const customers = new Set(rows.map(({ customer }) => customer));
  const erased = new ErasedAmong(group.keyed, customers, keys, group.shards);
  return new Set(erased.eventsOf((await run(erased.query)).rows as { sha256: Buffer }[]));
}

async function takenBy(run: RunStatement, { keyed, shards }: ShardGroup): Promise<Map<string, CustomerEvent>> {
  const rows = (await run(selectTaken(keyed, shards))).rows as EventRow[];
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

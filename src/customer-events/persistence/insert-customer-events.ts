import type { DataSource } from 'typeorm';
import {
  pipelinedTransaction,
  singleStatement,
  type RunStatement,
  type Query,
  type Statement,
} from '../../platform/postgres/transactions.ts';
import { ChangedMeanwhile } from '../../platform/postgres/repeated.ts';
import { Parameters } from '../../platform/postgres/parameters.ts';
import { oneShard, type Shards } from '../../platform/postgres/shards.ts';
import { isRefusedValue } from '../../platform/postgres/storage-errors.ts';
import type { AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import {
  EVENT_COLUMNS,
  eventOf,
  INSERTED_COLUMNS,
  insertedValues,
  NO_EVENT_COLUMNS,
  placeholders,
  type EventRow,
} from './customer-event-columns.ts';
import type { ErasureKeys } from '../domain/erasure-keys.ts';
import { customersWithErasedIds, ErasedAmong, selectWithErasedIds } from './erased-event-ids.ts';

/** Event id → what became of it. */
export type Settled = Map<string, AppendOutcome>;

/**
 * Groups of concurrent single events are about as many as there are connections. Larger ones come
 * from batches, in many sizes, and spend little of their time on being parsed and planned.
 */
export const MAX_PREPARED_EVENTS = 64;

export const CREATED: AppendOutcome = { kind: 'created' };
const ERASED: AppendOutcome = { kind: 'erased' };
const REFUSED: AppendOutcome = { kind: 'refused' };

interface IdColumn {
  readonly id: string;
}

/** What may stand in the way of an event: its customer has erased ids, by its pseudonym; or an event has its `eventId`. */
export type Obstacle = { readonly customer: string } | (EventRow & { readonly customer: null });

/**
 * Inserts all events that can be, in one statement for each shard and one transaction, so all or nothing.
 *
 * Whether an `eventId` was erased is asked after its insert, not before: an INSERT waits for a
 * transaction that is erasing the event of the same `eventId`, and only what is asked after that
 * sees what it has left. An event that should not have come back is taken out again in the same
 * transaction, so that nobody ever sees it.
 *
 * @param keys by which erased ids are known.
 * @param conflictsLikely also ask, in one statement with the erased ones, which `eventId`s are taken;
 *   otherwise that takes a statement of its own, where it is needed. Asked for each event in vain, it
 *   costs a group of new events a seventh of its speed.
 * @returns an outcome for each event.
 * @throws {ErasedMeanwhile}, and what PostgreSQL says, but for values that it refuses: those become
 *   outcomes.
 */
export async function insertCustomerEvents(
  dataSource: DataSource,
  keys: ErasureKeys,
  groups: readonly ShardGroup[],
  conflictsLikely: boolean,
): Promise<Settled> {
  const [first] = groups;
  if (first === undefined) return new Map();
  try {
    if (groups.length === 1 && first.keyed.length === 0) {
      return createdOf((await singleStatement(dataSource, insertStatement(first.events))).rows as IdColumn[]);
    }
    return await insertGroups(dataSource, keys, groups, conflictsLikely);
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    return pipelinedTransaction(dataSource, [], (_, run) =>
      inTurn(groups, async (group) => {
        const settled = await insertApart(run, group.events);
        return settleErased(run, keys, group, settled);
      }),
    );
  }
}

/** Events whose rows are all on one shard; all there are where the database is not distributed. */
export interface ShardGroup {
  readonly events: readonly CustomerEvent[];
  /** Those of them with an `eventId`. */
  readonly keyed: readonly CustomerEvent[];
  readonly shards: Shards;
}

/** In the order of the shards, which is the same for all transactions: so no two of them wait for each other. */
export const groupsByShard = (events: readonly CustomerEvent[], shards: Shards): ShardGroup[] =>
  shards.apart(events, customerIdOf).map((part) => ({
    events: part,
    keyed: part.filter(({ eventId }) => eventId !== null),
    shards,
  }));

/** What `settleGroup` makes of each group, one after the other. */
export async function inTurn(
  groups: readonly ShardGroup[],
  settleGroup: (group: ShardGroup) => Promise<Settled>,
): Promise<Settled> {
  let all: Settled | undefined;
  for (const group of groups) {
    const settled = await settleGroup(group);
    if (all === undefined) all = settled;
    else for (const [id, outcome] of settled) all.set(id, outcome);
  }
  return all ?? new Map();
}

function insertGroups(
  dataSource: DataSource,
  keys: ErasureKeys,
  groups: readonly ShardGroup[],
  conflictsLikely: boolean,
): Promise<Settled> {
  const statementsOf = ({ events, keyed, shards }: ShardGroup): Query[] => {
    if (keyed.length === 0) return [insertStatement(events)];
    const select = conflictsLikely ? selectObstacles : selectWithErasedIds;
    return [insertStatement(events), select(keyed, keys, shards)];
  };
  return pipelinedTransaction(dataSource, groups.flatMap(statementsOf), (results, run) => {
    let next = 0;
    return inTurn(groups, async (group) => {
      const settled = createdOf(results[next++]?.rows as IdColumn[]);
      if (group.keyed.length === 0) return settled;
      return settle(run, keys, group, settled, results[next++]?.rows as Obstacle[]);
    });
  });
}

/** Finds the values that PostgreSQL refuses by halving, behind savepoints, so that the others are stored. */
async function insertApart(run: RunStatement, events: readonly CustomerEvent[]): Promise<Settled> {
  await run(savepoint('SAVEPOINT'));
  try {
    const { rows } = await run(insertStatement(events));
    await run(savepoint('RELEASE SAVEPOINT'));
    return createdOf(rows as IdColumn[]);
  } catch (error) {
    const [only] = events;
    if (!isRefusedValue(error) || only === undefined) throw error;
    await run(savepoint('ROLLBACK TO SAVEPOINT'));
    if (events.length === 1) return new Map([[only.id, REFUSED]]);
    const half = Math.ceil(events.length / 2);
    const first = await insertApart(run, events.slice(0, half));
    const second = await insertApart(run, events.slice(half));
    return new Map([...first, ...second]);
  }
}

const savepoint = (command: string): Query => ({ sql: `${command} before_insert`, parameters: [] });

/** Adds the outcomes of those events whose `eventId` was erased, or is taken. */
async function settle(
  run: RunStatement,
  keys: ErasureKeys,
  { keyed, shards }: ShardGroup,
  settled: Settled,
  obstacles: readonly Obstacle[],
): Promise<Settled> {
  const customers = new Set(obstacles.flatMap(({ customer }) => (customer === null ? [] : [customer])));
  if (customers.size > 0) await takeErasedOut(run, new ErasedAmong(keyed, customers, keys, shards), settled);
  settleTaken(
    keyed,
    settled,
    obstacles.filter((obstacle) => obstacle.customer === null),
  );
  const open = keyed.filter(({ id }) => !settled.has(id));
  if (open.length > 0) settleTaken(open, settled, (await run(selectTaken(open, shards))).rows as EventRow[]);
  if (open.some(({ id }) => !settled.has(id))) {
    throw new ChangedMeanwhile('the event that has the eventId was erased before it could be read');
  }
  return settled;
}

/**
 * Like {@link settle}, after a look at what was erased, where an event has an `eventId`.
 *
 * @param before what is run before that, in one round trip with it.
 */
export async function settleErased(
  run: RunStatement,
  keys: ErasureKeys,
  group: ShardGroup,
  settled: Settled,
  before?: Statement,
): Promise<Settled> {
  const { keyed, shards } = group;
  const statements = [
    ...(before === undefined ? [] : [before]),
    ...(keyed.length === 0 ? [] : [selectWithErasedIds(keyed, keys, shards)]),
  ];
  const results = await Promise.all(statements.map(run));
  return keyed.length === 0 ? settled : settle(run, keys, group, settled, results.at(-1)?.rows as Obstacle[]);
}

/** Adds the outcomes of those events whose `eventId` another event has. */
export function settleTaken(events: readonly CustomerEvent[], settled: Settled, rows: readonly EventRow[]): void {
  const taken = new Map(rows.map(eventOf).map((event) => [eventKey(event), event]));
  for (const event of taken.size === 0 ? [] : events) {
    const stored = taken.get(eventKey(event));
    if (stored !== undefined && !settled.has(event.id)) settled.set(event.id, { kind: 'existing', event: stored });
  }
}

async function takeErasedOut(run: RunStatement, erased: ErasedAmong, settled: Settled): Promise<void> {
  const { rows } = await run(erased.query);
  for (const event of erased.eventsOf(rows as { sha256: Buffer }[])) {
    if (settled.get(event.id) === CREATED) {
      await run({
        sql: 'DELETE FROM customer_events AS t WHERE t.customer_id = $1 AND t.occurred_at = $2 AND t.id = $3',
        parameters: [event.customerId, event.occurredAt, event.id],
      });
    }
    settled.set(event.id, ERASED);
  }
}

/**
 * Of events on one shard, those that are stored: each is looked for by itself, in the unique index.
 *
 * A join with the table would leave the way to PostgreSQL. For 1,500 `eventId`s it read and sorted a table of 120,000
 * events as a whole, 145 ms against 7 ms, for as long as 12,000 pages seemed cheaper to it; a thousand pairs
 * `IN (…)` of a customer with 200,000 events took 2.4 s. A subquery with a LIMIT stays what it is.
 */
export function selectTaken(keyed: readonly CustomerEvent[], shards: Shards): Query {
  const customerIds = keyed.map(customerIdOf);
  const parameters = new Parameters(
    customerIds,
    keyed.map(({ eventId }) => eventId),
  );
  const condition = oneShard(shards, 't.customer_id', customerIds, parameters);
  const sql = `
      SELECT t.* FROM unnest($1::text[], $2::text[]) AS k (customer_id, event_id)
      CROSS JOIN LATERAL (SELECT ${EVENT_COLUMNS} FROM customer_events AS t
        WHERE t.customer_id = k.customer_id AND t.event_id = k.event_id ${condition} LIMIT 1) AS t`;
  return { sql, parameters: parameters.values };
}

/** Both in one statement; an event that was just inserted is not in its own way. */
export function selectObstacles(keyed: readonly CustomerEvent[], keys: ErasureKeys, shards: Shards): Query {
  const customerIds = keyed.map(customerIdOf);
  const parameters = new Parameters(
    customerIds,
    keyed.map(({ eventId }) => eventId),
    keyed.map(({ id }) => id),
  );
  const condition = oneShard(shards, 't.customer_id', customerIds, parameters);
  const sql = `
      SELECT NULL::text AS customer, t.*
      FROM unnest($1::text[], $2::text[], $3::text[]) AS k (customer_id, event_id, id)
      CROSS JOIN LATERAL (SELECT ${EVENT_COLUMNS} FROM customer_events AS t
        WHERE t.customer_id = k.customer_id AND t.event_id = k.event_id AND t.id <> k.id ${condition} LIMIT 1) AS t
      UNION ALL
      SELECT o.customer, ${NO_EVENT_COLUMNS} FROM (${customersWithErasedIds(keyed, keys, shards, parameters)}) AS o`;
  return { sql, parameters: parameters.values };
}

const customerIdOf = ({ customerId }: CustomerEvent): string => customerId;

/** Within a customer an `eventId` is unique; neither part contains a space. */
export const eventKey = (event: CustomerEvent): string => `${event.customerId} ${event.eventId ?? ''}`;

export const createdOf = (rows: readonly { readonly id: string }[]): Settled =>
  new Map(rows.map(({ id }) => [id, CREATED]));

function insertStatement(events: readonly CustomerEvent[]): Query {
  // In one order everywhere, or two statements with the same keys could wait for each other. The
  // sort is stable: of equal keys, the first in the request is the one that is created.
  const sorted = inKeyOrder(events);
  return {
    name: events.length > MAX_PREPARED_EVENTS ? undefined : `insert_customer_events_${events.length}`,
    sql: `INSERT INTO customer_events AS t (${INSERTED_COLUMNS}) VALUES ${placeholders(sorted.length)} ON CONFLICT DO NOTHING RETURNING t.id`,
    parameters: sorted.flatMap(insertedValues),
  };
}

/** Each key is made once: made in the comparison, they cost a thousand events 3 ms. */
export function inKeyOrder(events: readonly CustomerEvent[]): CustomerEvent[] {
  const keyed = events.map((event) => ({ key: eventKey(event), event }));
  return keyed.sort((a, b) => compareText(a.key, b.key)).map(({ event }) => event);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

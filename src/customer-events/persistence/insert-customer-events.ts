import type { DataSource, EntityManager } from 'typeorm';
import { pipelinedTransaction, type RunStatement, type Statement } from '../../persistence/pipelined-transaction.ts';
import { FOREIGN_KEY_VIOLATION, isRefusedValue, sqlState } from '../../persistence/storage-errors.ts';
import type { AppendOutcome } from '../application/customer-event-store.port.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { INSERTED_COLUMNS, insertedValues, placeholders } from './customer-event-columns.ts';
import { erasedEventIdHash, SELECT_ERASED_EVENT_IDS } from './erased-event-ids.ts';

/** Event id → what became of it; an event that is not there has an `eventId` that is taken. */
export type Settled = Map<string, AppendOutcome>;

const CREATED: AppendOutcome = { kind: 'created' };
const ERASED: AppendOutcome = { kind: 'erased' };
const REFUSED: AppendOutcome = { kind: 'refused' };

interface IdColumn {
  readonly id: string;
}

/** Within a customer an `eventId` is unique; neither part contains a space. */
export const eventKey = (event: CustomerEvent): string => `${event.customerId} ${event.eventId ?? ''}`;

/**
 * Inserts all events that can be, in one statement or one transaction, so all or nothing.
 *
 * Whether an `eventId` was erased is asked after its insert, not before: an INSERT waits for a
 * transaction that is erasing the event of the same `eventId`, and only what is asked after that
 * sees what it has left. An event that should not have come back is taken out again in the same
 * transaction, so that nobody ever sees it.
 *
 * @throws what PostgreSQL says, but for values that it refuses: those become outcomes.
 */
export async function insertCustomerEvents(dataSource: DataSource, events: readonly CustomerEvent[]): Promise<Settled> {
  if (events.length === 0) return new Map();
  const keyed = events.filter(({ eventId }) => eventId !== null);
  const insert = insertStatement(events);
  try {
    if (keyed.length === 0) return createdOf(await dataSource.query<IdColumn[]>(insert.sql, [...insert.parameters]));
    return await pipelinedTransaction(dataSource, [insert, selectErased(keyed)], ([inserted, erased], run) =>
      takeErasedOut(run, keyed, createdOf(inserted?.rows as IdColumn[]), erased?.rows as ErasedColumn[]),
    );
  } catch (error) {
    if (!isRefusedValue(error) || sqlState(error) === FOREIGN_KEY_VIOLATION) throw error;
    return dataSource.transaction(async (manager) => {
      const run: RunStatement = async ({ sql, parameters }) => manager.query(sql, [...parameters]);
      const settled = await insertApart(manager, events);
      const { sql, parameters } = selectErased(keyed);
      return takeErasedOut(run, keyed, settled, await manager.query<ErasedColumn[]>(sql, [...parameters]));
    });
  }
}

/** Finds the values that PostgreSQL refuses by halving, behind savepoints, so that the others are stored. */
async function insertApart(manager: EntityManager, events: readonly CustomerEvent[]): Promise<Settled> {
  const { sql, parameters } = insertStatement(events);
  try {
    return createdOf(await manager.transaction((savepoint) => savepoint.query<IdColumn[]>(sql, [...parameters])));
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

interface ErasedColumn {
  readonly sha256: Buffer;
}

function selectErased(keyed: readonly CustomerEvent[]): Statement {
  return {
    sql: SELECT_ERASED_EVENT_IDS,
    parameters: [keyed.map(({ customerId }) => customerId), keyed.map(hashOf)],
  };
}

async function takeErasedOut(
  run: RunStatement,
  keyed: readonly CustomerEvent[],
  settled: Settled,
  rows: readonly ErasedColumn[],
): Promise<Settled> {
  if (rows.length === 0) return settled;
  const hashes = new Set(rows.map(({ sha256 }) => sha256.toString('latin1')));
  for (const event of keyed) {
    if (!hashes.has(hashOf(event).toString('latin1'))) continue;
    if (settled.get(event.id) === CREATED) {
      await run({
        sql: 'DELETE FROM customer_events AS t WHERE t.customer_id = $1 AND t.occurred_at = $2 AND t.id = $3',
        parameters: [event.customerId, event.occurredAt, event.id],
      });
    }
    settled.set(event.id, ERASED);
  }
  return settled;
}

const hashOf = (event: CustomerEvent): Buffer => erasedEventIdHash(event.customerId, event.eventId ?? '');

const createdOf = (rows: readonly IdColumn[]): Settled => new Map(rows.map(({ id }) => [id, CREATED]));

function insertStatement(events: readonly CustomerEvent[]): Statement {
  // In one order everywhere, or two statements with the same keys could wait for each other. The
  // sort is stable: of equal keys, the first in the request is the one that is created.
  const sorted = inKeyOrder(events);
  return {
    sql: `INSERT INTO customer_events AS t (${INSERTED_COLUMNS}) VALUES ${placeholders(sorted.length)} ON CONFLICT DO NOTHING RETURNING t.id`,
    parameters: sorted.flatMap(insertedValues),
  };
}

/** Each key is made once: made in the comparison, they cost a thousand events 3 ms. */
function inKeyOrder(events: readonly CustomerEvent[]): CustomerEvent[] {
  const keyed = events.map((event) => ({ key: eventKey(event), event }));
  return keyed.sort((a, b) => compareText(a.key, b.key)).map(({ event }) => event);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

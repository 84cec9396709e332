import type { DataSource } from 'typeorm';
import { deleteSessionsOfCustomers } from '../../platform/postgres/embed-sessions.ts';
import { longTransaction, type RunQuery } from '../../platform/postgres/transactions.ts';
import type { Erased } from '../application/app-data-store.port.ts';
import { emailClaim } from '../domain/email-claim.ts';
import { shardKeyOf } from '../domain/shard-key.ts';
import { endOfPart, LIMIT_MS, MAX_EVENTS_OF_PART, partOf, type PartEnd } from './erase-events.ts';
import { claimBytes } from './stored-customers.ts';

interface AppCustomer {
  readonly id: string;
  readonly email: string;
}

/** One at a time: Citus locks rows only where they are all in one shard. A few milliseconds more for a hundred. */
const LOCK_CUSTOMER = 'SELECT c.id, c.email FROM customers AS c WHERE c.app_id = $1 AND c.id = $2 FOR UPDATE';

const DELETE_CLAIMS = `
  DELETE FROM customer_emails AS e
  USING unnest($1::bytea[], $2::text[]) AS k (sha256, customer_id)
  WHERE e.sha256 = k.sha256 AND e.customer_id = k.customer_id`;

const DELETE_EVENTS = 'DELETE FROM customer_events AS t WHERE t.customer_id = ANY ($1::text[])';
/** Those that no secret was used for: they bear the customer's own id. */
const DELETE_ERASED_IDS = `
  DELETE FROM erased_event_ids AS e
  USING unnest($1::text[], $2::text[]) AS k (shard_key, customer_id)
  WHERE e.shard_key = k.shard_key AND e.customer_id = k.customer_id`;
const DELETE_CUSTOMERS = 'DELETE FROM customers AS c WHERE c.id = ANY ($1::text[])';

/** Erases customers of an app with all that they have, in a transaction that keeps new events of theirs out. */
export async function eraseCustomersOfApp(run: RunQuery, appId: string, ids: readonly string[]): Promise<Erased> {
  const customers = await lockCustomers(run, appId, ids);
  const present = [customers.map(({ id }) => id)];
  const { rowCount: events } = await run({ sql: DELETE_EVENTS, parameters: present });
  const claims = customers.map(({ email }) => claimBytes(emailClaim(appId, email)));
  await run({ sql: DELETE_CLAIMS, parameters: [claims, ...present] });
  await run({ sql: DELETE_ERASED_IDS, parameters: [customers.map(({ id }) => shardKeyOf(id)), ...present] });
  await run(deleteSessionsOfCustomers(customers.map(({ id }) => id)));
  await run({ sql: DELETE_CUSTOMERS, parameters: present });
  return { customers: customers.length, events: events ?? 0 };
}

/** Makes inserts of their events wait, and then find no customer. */
async function lockCustomers(run: RunQuery, appId: string, ids: readonly string[]): Promise<AppCustomer[]> {
  const locked: AppCustomer[] = [];
  // In the order in which everybody locks them.
  for (const id of ids.toSorted()) {
    const { rows } = await run({ sql: LOCK_CUSTOMER, parameters: [appId, id] });
    locked.push(...(rows as AppCustomer[]));
  }
  return locked;
}

/** Whether these customers have more events than a transaction should erase. */
export async function haveMany(run: RunQuery, ids: readonly string[]): Promise<boolean> {
  const { rows } = await run({
    sql: `SELECT 1 FROM customer_events AS t WHERE t.customer_id = ANY ($1::text[]) OFFSET ${MAX_EVENTS_OF_PART} LIMIT 1`,
    parameters: [ids],
  });
  return rows.length > 0;
}

/**
 * Erases the events of one customer in parts, but for less than one part.
 *
 * @param note is told after each part how many they were.
 */
export async function eraseLongHistory(
  dataSource: DataSource,
  customerId: string,
  note: (events: number) => void,
): Promise<void> {
  let before: PartEnd | null = null;
  for (;;) {
    const end: PartEnd | null = await endOfPart(dataSource, customerId, before);
    if (end === null && before === null) return;
    if (end !== null) note(await deletePart(dataSource, customerId, before, end));
    before = end;
  }
}

async function deletePart(
  dataSource: DataSource,
  customerId: string,
  before: PartEnd | null,
  end: PartEnd,
): Promise<number> {
  const { sql, parameters } = partOf(customerId, before, end);
  const part = { sql: `DELETE FROM customer_events AS t WHERE ${sql}`, parameters };
  const { rowCount } = await longTransaction(dataSource, LIMIT_MS, (run) => run(part));
  return rowCount ?? 0;
}

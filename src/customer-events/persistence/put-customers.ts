import {
  arrayList,
  arraysOf,
  columnList,
  parametersOf,
  placeholderList,
} from '../../platform/postgres/record-columns.ts';
import { ChangedMeanwhile } from '../../platform/postgres/repeated.ts';
import { isRefusedValue } from '../../platform/postgres/storage-errors.ts';
import { Parameters } from '../../platform/postgres/parameters.ts';
import { oneShard, type Shards, type ShardsOfTables } from '../../platform/postgres/shards.ts';
import type { Query, RunQuery } from '../../platform/postgres/transactions.ts';
import { customerRefused } from '../domain/customer-events-error.ts';
import { settlePuts, type CustomerPut, type PutChange, type PutOutcome } from '../domain/customer-puts.ts';
import type { Customer } from '../domain/customer.ts';
import { CHANGED_FIELDS, CUSTOMER_COLUMNS } from './customer-columns.ts';
import { claimBytes, StoredCustomers } from './stored-customers.ts';

const INSERT_CUSTOMERS = `INSERT INTO customers AS c (app_id, ${columnList(CUSTOMER_COLUMNS)})`;

const UPDATED_FIELDS = ['id' as const, ...CHANGED_FIELDS];
const CHANGED_VALUES = CHANGED_FIELDS.map((field) => `k.${CUSTOMER_COLUMNS[field].name}`).join(', ');
const UPDATE_CUSTOMERS = `
  UPDATE customers AS c
  SET (${columnList(CUSTOMER_COLUMNS, CHANGED_FIELDS)}) = ROW (${CHANGED_VALUES})
  FROM unnest(${arrayList(CUSTOMER_COLUMNS, 1, UPDATED_FIELDS)})
    AS k (${columnList(CUSTOMER_COLUMNS, UPDATED_FIELDS)})
  WHERE c.id = k.id`;

const DELETE_CLAIMS = `
  DELETE FROM customer_emails AS e
  USING unnest($1::bytea[], $2::text[]) AS k (sha256, customer_id)
  WHERE e.sha256 = k.sha256 AND e.customer_id = k.customer_id`;

const INSERT_CLAIMS = 'INSERT INTO customer_emails AS e (sha256, customer_id)';

/**
 * Changes many customers within a transaction.
 *
 * Rows are locked, and then inserted, in one order everywhere, or two groups could wait for each other.
 *
 * @throws {ChangedMeanwhile}, and what PostgreSQL says, also of values that it refuses.
 */
export async function putCustomers(
  run: RunQuery,
  shards: ShardsOfTables,
  appId: string,
  puts: readonly CustomerPut[],
): Promise<PutOutcome[]> {
  const { outcomes, changes } = await settlePuts(appId, puts, new StoredCustomers(run, 'FOR NO KEY UPDATE', shards));
  const sorted = changes.toSorted((a, b) => compareText(a.id, b.id));
  for (const part of shards.customers.apart(sorted, ({ id }) => id)) {
    await insertCustomers(run, shards.customers, appId, customersAfter(part.filter(({ before }) => before === null)));
    await updateCustomers(run, shards.customers, customersAfter(part.filter(({ before }) => before !== null)));
  }
  await moveClaims(run, shards.emails, changes);
  return outcomes;
}

/**
 * Like {@link putCustomers}, for a group in which PostgreSQL refuses values: it finds them by halving, behind
 * savepoints, so that only their changes are refused.
 */
export async function putCustomersApart(
  run: RunQuery,
  shards: ShardsOfTables,
  appId: string,
  puts: readonly CustomerPut[],
): Promise<PutOutcome[]> {
  await run(savepoint('SAVEPOINT'));
  try {
    const outcomes = await putCustomers(run, shards, appId, puts);
    await run(savepoint('RELEASE SAVEPOINT'));
    return outcomes;
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    await run(savepoint('ROLLBACK TO SAVEPOINT'));
    if (puts.length === 1) return [{ kind: 'refused', error: customerRefused() }];
    const half = Math.ceil(puts.length / 2);
    const first = await putCustomersApart(run, shards, appId, puts.slice(0, half));
    return [...first, ...(await putCustomersApart(run, shards, appId, puts.slice(half)))];
  }
}

const savepoint = (command: string): Query => ({ sql: `${command} before_puts`, parameters: [] });

const customersAfter = (changes: readonly PutChange[]): Customer[] => changes.map(({ after }) => after.customer);

/** The rows that were inserted come back: of an INSERT … SELECT, Citus counts those that were in the way, too. */
async function insertCustomers(
  run: RunQuery,
  shards: Shards,
  appId: string,
  customers: readonly Customer[],
): Promise<void> {
  if (customers.length === 0) return;
  const rows = shards.isDistributed
    ? valuesOf(customers.map((customer) => [appId, ...parametersOf(CUSTOMER_COLUMNS, customer)]))
    : {
        sql: `SELECT $1::text, k.* FROM unnest(${arrayList(CUSTOMER_COLUMNS, 2)}) AS k`,
        parameters: [appId, ...arraysOf(CUSTOMER_COLUMNS, customers)],
      };
  const sql = `${INSERT_CUSTOMERS} ${rows.sql} ON CONFLICT DO NOTHING RETURNING 1`;
  const inserted = (await run({ sql, parameters: rows.parameters })).rows;
  if (inserted.length !== customers.length) throw new ChangedMeanwhile('a customer was created meanwhile');
}

/** `VALUES ($1, $2), …`, which Citus sends on as they are. What is unnested goes by the coordinator, in several times the time. */
const valuesOf = (records: readonly (readonly unknown[])[]): { sql: string; parameters: readonly unknown[] } => ({
  sql: `VALUES ${records.map((record, index) => `(${placeholderList(record.length, index * record.length + 1)})`).join(', ')}`,
  parameters: records.flat(),
});

async function updateCustomers(run: RunQuery, shards: Shards, customers: readonly Customer[]): Promise<void> {
  if (customers.length === 0) return;
  const parameters = new Parameters(...arraysOf(CUSTOMER_COLUMNS, customers, UPDATED_FIELDS));
  const ids = customers.map(({ id }) => id);
  const condition = oneShard(shards, 'c.id', ids, parameters);
  await run({ sql: `${UPDATE_CUSTOMERS} ${condition}`, parameters: parameters.values });
}

/** The old ones first: within a group, one customer may take what another gives up. */
async function moveClaims(run: RunQuery, shards: Shards, changes: readonly PutChange[]): Promise<void> {
  const moved = changes.filter(({ before, after }) => before?.claim !== after.claim);
  for (const [claims, customerIds] of claimsOf(shards, moved, 'before')) {
    const parameters = new Parameters(claims, customerIds);
    const condition = oneShard(shards, 'e.sha256', claims, parameters);
    await run({ sql: `${DELETE_CLAIMS} ${condition}`, parameters: parameters.values });
  }
  for (const [claims, customerIds] of claimsOf(shards, moved, 'after')) {
    const rows = shards.isDistributed
      ? valuesOf(claims.map((claim, index) => [claim, customerIds[index]]))
      : { sql: 'SELECT k.* FROM unnest($1::bytea[], $2::text[]) AS k', parameters: [claims, customerIds] };
    const sql = `${INSERT_CLAIMS} ${rows.sql} ON CONFLICT DO NOTHING RETURNING 1`;
    const inserted = (await run({ sql, parameters: rows.parameters })).rows;
    if (inserted.length !== claims.length) throw new ChangedMeanwhile('an e-mail address was taken meanwhile');
  }
}

/** The parameters of a statement for each shard that has any of the claims. */
function claimsOf(
  shards: Shards,
  changes: readonly PutChange[],
  side: 'before' | 'after',
): (readonly [claims: Buffer[], customerIds: string[]])[] {
  const claims = changes.flatMap((change) => {
    const customer = change[side];
    return customer === null ? [] : [{ id: change.id, claim: customer.claim }];
  });
  claims.sort((a, b) => compareText(a.claim, b.claim));
  const parts = shards.apart(claims, ({ claim }) => claimBytes(claim));
  return parts.map((part) => [part.map(({ claim }) => claimBytes(claim)), part.map(({ id }) => id)]);
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

import type { CustomerEvent } from '../domain/customer-event.ts';
import type { ErasedId, ErasureKeys, KeptErasedId } from '../domain/erasure-keys.ts';
import {
  arrayList,
  arraysOf,
  bytesColumn,
  column,
  columnList,
  millisColumn,
  selectList,
  type RecordColumns,
} from '../../platform/postgres/record-columns.ts';
import { Parameters } from '../../platform/postgres/parameters.ts';
import { oneShard, type Shards } from '../../platform/postgres/shards.ts';
import type { Query } from '../../platform/postgres/transactions.ts';

export const ERASED_ID_COLUMNS = {
  shardKey: column('shard_key'),
  customer: column('customer_id'),
  key: bytesColumn('sha256'),
  secretId: column('secret_id'),
  appId: column<string | null>('app_id'),
  erasedAt: millisColumn('erased_at'),
} satisfies RecordColumns<KeptErasedId>;

/** The order of the primary key, of `erased_event_ids AS e`. */
export const ERASED_ID_ORDER = 'e.shard_key, e.customer_id, e.sha256';

/** What a SELECT from `erased_event_ids AS e` reads, for `recordOfRow`. */
export const SELECTED_ERASED_ID = selectList(ERASED_ID_COLUMNS, 'e');

/** What is there already stays as it is. */
export const insertErasedIds = (ids: readonly KeptErasedId[]): Query => ({
  sql: `
    INSERT INTO erased_event_ids AS e (${columnList(ERASED_ID_COLUMNS)})
    SELECT i.* FROM unnest(${arrayList(ERASED_ID_COLUMNS, 1)}) AS i
    ON CONFLICT DO NOTHING`,
  parameters: arraysOf(ERASED_ID_COLUMNS, ids),
});

/**
 * A SELECT of the pseudonyms of those customers of these events, all on one shard, of whom anything was erased. Hardly any
 * has one, and this asks once for a customer, not once for an event. Each is looked for by itself, in the index: a join
 * would read the whole table, as `selectTaken` tells.
 */
export function customersWithErasedIds(
  events: readonly CustomerEvent[],
  keys: ErasureKeys,
  shards: Shards,
  parameters: Parameters,
): string {
  const shardKeys: string[] = [];
  const pseudonyms: string[] = [];
  for (const customerId of new Set(events.map((event) => event.customerId))) {
    const customer = keys.customer(customerId);
    for (const pseudonym of customer.pseudonyms) {
      shardKeys.push(customer.shardKey);
      pseudonyms.push(pseudonym);
    }
  }
  return `
      SELECT c.customer FROM unnest(${parameters.add(shardKeys)}::text[], ${parameters.add(pseudonyms)}::text[]) AS c (shard_key, customer)
      CROSS JOIN LATERAL (SELECT FROM erased_event_ids AS e WHERE e.shard_key = c.shard_key AND e.customer_id = c.customer
        ${oneShard(shards, 'e.shard_key', shardKeys, parameters)} LIMIT 1) AS e`;
}

/**
 * {@link customersWithErasedIds} alone, prepared: its plan is kept, so it must be one by the index whatever the statistics are. Sessions
 * have no sequential scans: with one, made while few ids were erased, 200,000 erased since then took 6 s instead of 1 ms.
 */
export function selectWithErasedIds(events: readonly CustomerEvent[], keys: ErasureKeys, shards: Shards): Query {
  const parameters = new Parameters();
  const sql = customersWithErasedIds(events, keys, shards, parameters);
  // One name for each text. Several parts of a shard are named by an array: see oneShard.
  const [, , part] = parameters.values;
  const form = part === undefined ? 'any_shard' : Array.isArray(part) ? 'parts' : 'part';
  return { name: `select_customers_with_erased_ids_of_${form}`, sql, parameters: parameters.values };
}

/** Which of these events, all on one shard, were erased. */
export class ErasedAmong {
  private readonly candidates: readonly (readonly [CustomerEvent, readonly ErasedId[]])[];

  /** @param customers pseudonyms of those whose events are looked for; the others have none. */
  constructor(
    events: readonly CustomerEvent[],
    customers: ReadonlySet<string>,
    keys: ErasureKeys,
    private readonly shards: Shards,
  ) {
    const concerned = events.filter(({ customerId }) =>
      keys.pseudonyms(customerId).some((pseudonym) => customers.has(pseudonym)),
    );
    this.candidates = concerned.map((event) => [event, keys.erasedIds(event.customerId, event.eventId ?? '')] as const);
  }

  get query(): Query {
    const ids = this.candidates.flatMap(([, erasedIds]) => erasedIds);
    const shardKeys = ids.map(({ shardKey }) => shardKey);
    const parameters = new Parameters(
      shardKeys,
      ids.map(({ customer }) => customer),
      ids.map(({ key }) => key),
    );
    const sql = `
      SELECT e.sha256 FROM unnest($1::text[], $2::text[], $3::bytea[]) AS i (shard_key, customer_id, sha256)
      CROSS JOIN LATERAL (SELECT e.sha256 FROM erased_event_ids AS e
        WHERE e.shard_key = i.shard_key AND e.customer_id = i.customer_id AND e.sha256 = i.sha256
        ${oneShard(this.shards, 'e.shard_key', shardKeys, parameters)} LIMIT 1) AS e`;
    return { sql, parameters: parameters.values };
  }

  /** @param rows of {@link query} */
  eventsOf(rows: readonly { readonly sha256: Buffer }[]): CustomerEvent[] {
    const found = new Set(rows.map(({ sha256 }) => sha256.toString('latin1')));
    const isFound = ({ key }: ErasedId): boolean => found.has(key.toString('latin1'));
    return this.candidates.filter(([, ids]) => ids.some(isFound)).map(([event]) => event);
  }
}

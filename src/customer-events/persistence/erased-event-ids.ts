import type { CustomerEvent } from '../domain/customer-event.ts';
import type { ErasedId, ErasureKeys, KeptErasedId } from '../domain/erasure-keys.ts';
import type { Query } from '../../platform/postgres/transactions.ts';

const INSERT_ERASED_EVENT_IDS = `
  INSERT INTO erased_event_ids AS e (customer_id, sha256, secret_id, app_id, erased_at)
  SELECT i.customer_id, i.sha256, i.secret_id, i.app_id, i.erased_at
  FROM unnest($1::text[], $2::bytea[], $3::text[], $4::text[], $5::timestamptz[])
    AS i (customer_id, sha256, secret_id, app_id, erased_at)
  ON CONFLICT DO NOTHING`;

/** What is there already stays as it is. */
export const insertErasedIds = (ids: readonly KeptErasedId[]): Query => ({
  sql: INSERT_ERASED_EVENT_IDS,
  parameters: [
    ids.map(({ customer }) => customer),
    ids.map(({ key }) => key),
    ids.map(({ secretId }) => secretId),
    ids.map(({ appId }) => appId),
    ids.map(({ erasedAt }) => new Date(erasedAt)),
  ],
});

/** What a SELECT from `erased_event_ids AS e` reads. */
export const KEPT_COLUMNS =
  'e.customer_id, e.sha256, e.secret_id, e.app_id, (extract(epoch FROM e.erased_at) * 1000)::float8 AS erased_at';

export interface KeptRow {
  readonly customer_id: string;
  readonly sha256: Buffer;
  readonly secret_id: string;
  readonly app_id: string | null;
  readonly erased_at: number;
}

export const keptErasedIdOf = (row: KeptRow): KeptErasedId => ({
  customer: row.customer_id,
  key: row.sha256,
  secretId: row.secret_id,
  appId: row.app_id,
  erasedAt: row.erased_at,
});

/** Parameters: an array of pseudonyms. Those of which anything was erased come back. */
export const SELECT_WITH_ERASED_IDS = `
  SELECT c.customer FROM unnest($1::text[]) AS c (customer)
  WHERE EXISTS (SELECT 1 FROM erased_event_ids AS e WHERE e.customer_id = c.customer)`;

/**
 * Of which customers of these events any `eventId` was erased, by their pseudonyms. Hardly any has one, and this asks
 * once for a customer, not once for an event.
 */
export const selectWithErasedIds = (events: readonly CustomerEvent[], keys: ErasureKeys): Query => ({
  name: 'select_customers_with_erased_ids',
  sql: SELECT_WITH_ERASED_IDS,
  parameters: [pseudonymsOf(events, keys)],
});

/** All of all customers of these events. */
export function pseudonymsOf(events: readonly CustomerEvent[], keys: ErasureKeys): string[] {
  const customers = new Set(events.map(({ customerId }) => customerId));
  return [...customers].flatMap((customerId) => keys.pseudonyms(customerId));
}

/** Parameters: an array of pseudonyms, and one of the keys that belong to them. */
const SELECT_ERASED_IDS = `
  SELECT e.sha256 FROM unnest($1::text[], $2::bytea[]) AS i (customer_id, sha256)
  JOIN erased_event_ids AS e ON e.customer_id = i.customer_id AND e.sha256 = i.sha256`;

/** Which of these events were erased. */
export class ErasedAmong {
  private readonly candidates: readonly (readonly [CustomerEvent, readonly ErasedId[]])[];

  /** @param customers pseudonyms of those whose events are looked for; the others have none. */
  constructor(events: readonly CustomerEvent[], customers: ReadonlySet<string>, keys: ErasureKeys) {
    const concerned = events.filter(({ customerId }) =>
      keys.pseudonyms(customerId).some((pseudonym) => customers.has(pseudonym)),
    );
    this.candidates = concerned.map((event) => [event, keys.erasedIds(event.customerId, event.eventId ?? '')] as const);
  }

  get query(): Query {
    const ids = this.candidates.flatMap(([, erasedIds]) => erasedIds);
    return { sql: SELECT_ERASED_IDS, parameters: [ids.map(({ customer }) => customer), ids.map(({ key }) => key)] };
  }

  /** @param rows of {@link query} */
  eventsOf(rows: readonly { readonly sha256: Buffer }[]): CustomerEvent[] {
    const found = new Set(rows.map(({ sha256 }) => sha256.toString('latin1')));
    const isFound = ({ key }: ErasedId): boolean => found.has(key.toString('latin1'));
    return this.candidates.filter(([, ids]) => ids.some(isFound)).map(([event]) => event);
  }
}

import { hash } from 'node:crypto';

import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import { ErasureKeys } from '../../src/customer-events/domain/erasure-keys.ts';
import {
  EVENT_COLUMNS,
  INSERTED_COLUMNS,
  insertedValues,
  placeholders,
  type EventRow,
} from '../../src/customer-events/persistence/customer-event-columns.ts';
import { selectWithErasedIds } from '../../src/customer-events/persistence/erased-event-ids.ts';
import {
  CREATED,
  createdOf,
  inKeyOrder,
  selectTaken,
  settleTaken,
  type Settled,
} from '../../src/customer-events/persistence/insert-customer-events.ts';
import { Shards } from '../../src/platform/postgres/shards.ts';
import { copyRow } from '../../src/platform/postgres/copy-in.ts';
import {
  pipelinedTransaction,
  singleStatement,
  type Copy,
  type Query,
  type Statement,
} from '../../src/platform/postgres/transactions.ts';
import type { LayoutName } from './layouts.ts';

/** Of the service's TypeORM; the peers have one of their own. */
export type ServiceDataSource = Parameters<typeof singleStatement>[0];

/** The statements in which layouts differ. */
interface Statements {
  /** Inserts events whose `eventId` is not taken, and gives the ids of the others. The last one gives them. */
  insert(events: readonly CustomerEvent[]): readonly Statement[];
  /** Events none of whose `eventId`s is taken. */
  copies(events: readonly CustomerEvent[]): readonly Copy[];
  /** Which events have the `eventId`s of these. */
  selectTaken(keyed: readonly CustomerEvent[]): Query;
}

/** As the service does: see `copy-customer-events.ts`. */
const MIN_COPIED_EVENTS = 16;
/** None of these databases is distributed. */
const IN_ONE_PIECE = new Shards([]);
const keys = new ErasureKeys(['a secret of the benchmark']);

/**
 * Writes events into a layout as the service's store does, in the same transactions and round trips: fewer than 16 by
 * INSERT, more by COPY after a look at what is taken, and after both a look at what was erased.
 */
export async function writeEvents(
  dataSource: ServiceDataSource,
  layout: LayoutName,
  events: readonly CustomerEvent[],
): Promise<Settled> {
  const statements = STATEMENTS[layout];
  const keyed = events.filter(({ eventId }) => eventId !== null);
  if (events.length >= MIN_COPIED_EVENTS) return copyEvents(dataSource, statements, events, keyed);
  const inserts = statements.insert(events);
  if (keyed.length === 0)
    return createdOf((await singleStatement(dataSource, inserts[0] as Statement)).rows as IdRow[]);
  return pipelinedTransaction(
    dataSource,
    [...inserts, selectWithErasedIds(keyed, keys, IN_ONE_PIECE)],
    async (results, run) => {
      const settled = createdOf(results.at(-2)?.rows as IdRow[]);
      const open = keyed.filter(({ id }) => !settled.has(id));
      if (open.length > 0) settleTaken(open, settled, (await run(statements.selectTaken(open))).rows as EventRow[]);
      return settled;
    },
  );
}

interface IdRow {
  readonly id: string;
}

async function copyEvents(
  dataSource: ServiceDataSource,
  statements: Statements,
  events: readonly CustomerEvent[],
  keyed: readonly CustomerEvent[],
): Promise<Settled> {
  if (keyed.length === 0) {
    for (const copy of statements.copies(events)) await singleStatement(dataSource, copy);
    return createdOf(events);
  }
  return pipelinedTransaction(dataSource, [statements.selectTaken(keyed)], async ([taken], run) => {
    const settled: Settled = new Map();
    settleTaken(keyed, settled, taken?.rows as EventRow[]);
    const open = events.filter(({ id }) => !settled.has(id));
    // Sent at once: whoever fails, fails the transaction.
    if (open.length > 0) await Promise.all(statements.copies(open).map(run));
    for (const { id } of open) settled.set(id, CREATED);
    await run(selectWithErasedIds(keyed, keys, IN_ONE_PIECE));
    return settled;
  });
}

const VALUES_OF_EVENT = 7;

const insertEvents = (events: readonly CustomerEvent[]): Statement => ({
  name: `insert_customer_events_${events.length}`,
  sql: `INSERT INTO customer_events AS t (${INSERTED_COLUMNS}) VALUES ${placeholders(events.length)}
    ON CONFLICT DO NOTHING RETURNING t.id`,
  parameters: inKeyOrder(events).flatMap(insertedValues),
});

const copyOfEvents = (events: readonly CustomerEvent[]): Copy => ({
  sql: `COPY customer_events (${INSERTED_COLUMNS}) FROM STDIN`,
  rows: inKeyOrder(events)
    .map((event) => copyRow(insertedValues(event)))
    .join(''),
});

const TODAY: Statements = {
  insert: (events) => [insertEvents(events)],
  copies: (events) => [copyOfEvents(events)],
  selectTaken: (keyed) => selectTaken(keyed, IN_ONE_PIECE),
};

const UUIDS: Statements = {
  ...TODAY,
  selectTaken: (keyed) => ({
    sql: `SELECT ${EVENT_COLUMNS} FROM unnest($1::uuid[], $2::text[]) AS k (customer_id, event_id)
      JOIN customer_events AS t ON t.customer_id = k.customer_id AND t.event_id = k.event_id`,
    parameters: selectTaken(keyed, IN_ONE_PIECE).parameters.slice(0, 2),
  }),
};

const HASH_BYTES = 16;
const sha256 = ({ eventId }: CustomerEvent): Buffer => hash('sha256', eventId ?? '', 'buffer').subarray(0, HASH_BYTES);

/** The claim and the event in one transaction; the event only where the claim is its own. */
const CLAIMS: Statements = {
  insert: (events) => {
    if (events.every(({ eventId }) => eventId === null)) return [insertEvents(events)];
    const sorted = inKeyOrder(events);
    return [
      {
        name: `insert_claims_and_events_${events.length}`,
        sql: `WITH v (customer_id, occurred_at, id, type, payload, event_id, created_at, sha256) AS (VALUES ${claimRows(events.length)}),
            claimed AS (
              INSERT INTO event_claims AS c (customer_id, sha256, occurred_at, id)
              SELECT v.customer_id, v.sha256, v.occurred_at, v.id FROM v WHERE v.sha256 IS NOT NULL
              ON CONFLICT DO NOTHING RETURNING c.id)
          INSERT INTO customer_events AS t (${INSERTED_COLUMNS})
          SELECT ${INSERTED_COLUMNS} FROM v WHERE v.sha256 IS NULL OR v.id IN (SELECT c.id FROM claimed AS c)
          RETURNING t.id`,
        parameters: sorted.flatMap((event) => [
          ...insertedValues(event),
          event.eventId === null ? null : sha256(event),
        ]),
      },
    ];
  },
  copies: (events) => {
    const keyed = inKeyOrder(events.filter(({ eventId }) => eventId !== null));
    const claims = keyed.map((event) =>
      copyRow([event.customerId, `\\x${sha256(event).toString('hex')}`, event.occurredAt, event.id]),
    );
    const copy = { sql: 'COPY event_claims (customer_id, sha256, occurred_at, id) FROM STDIN', rows: claims.join('') };
    return [...(keyed.length === 0 ? [] : [copy]), copyOfEvents(events)];
  },
  selectTaken: (keyed) => ({
    sql: `SELECT ${EVENT_COLUMNS} FROM unnest($1::text[], $2::bytea[]) AS k (customer_id, sha256)
      JOIN event_claims AS c ON c.customer_id = k.customer_id AND c.sha256 = k.sha256
      JOIN customer_events AS t ON t.customer_id = c.customer_id AND t.occurred_at = c.occurred_at AND t.id = c.id`,
    parameters: [keyed.map(({ customerId }) => customerId), keyed.map(sha256)],
  }),
};

const CLAIM_TYPES = ['text', 'timestamptz', 'text', 'text', 'json', 'text', 'timestamptz', 'bytea'];

const claimRows = (rows: number): string =>
  Array.from({ length: rows }, (_, row) => {
    const first = row * (VALUES_OF_EVENT + 1) + 1;
    return `(${CLAIM_TYPES.map((type, column) => `$${first + column}::${type}`).join(',')})`;
  }).join(',');

const STATEMENTS: Readonly<Record<LayoutName, Statements>> = {
  today: TODAY,
  claims: CLAIMS,
  months: CLAIMS,
  uuids: UUIDS,
};

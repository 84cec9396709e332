import type pg from 'pg';
import { withClient } from '../bare-writer.ts';
import type { Database, Engine } from '../engine.ts';
import { ADD_EVENT_ID_KEY, ADD_TIMELINE_KEY, ALONE, databaseWithHistory, FILLFACTOR, MONTHS } from './history.ts';
import { packedId } from './packed-id.ts';

/**
 * - `today`: the schema of the service.
 * - `claims`: each `eventId` in a table of its own, as a hash, so that events need no unique key besides the primary one.
 * - `months`: the same, and events partitioned by month of `occurred_at`.
 * - `uuids`: the schema of the service with ids of 16 bytes.
 */
export type LayoutName = 'today' | 'claims' | 'months' | 'uuids';

/** The same history in different schemas, as many of them as are compared. */
export type Layouts = ReadonlyMap<LayoutName, Database>;

/** Makes those of these that an earlier run has not left in the data folder. */
export async function makeLayouts(engine: Engine, rows: number, names: readonly LayoutName[]): Promise<Layouts> {
  const layouts = new Map<LayoutName, Database>();
  for (const name of names) layouts.set(name, await madeLayout(engine, rows, name));
  return layouts;
}

async function madeLayout(engine: Engine, rows: number, layout: LayoutName): Promise<Database> {
  const name = `years_${layout}_${rows}`;
  const complete = await engine.completeDatabase(name);
  if (complete !== null) return complete;
  const { source, change } = CHANGES[layout];
  const from = source === null ? null : await madeLayout(engine, rows, source);
  const start = performance.now();
  const database =
    from === null ? await databaseWithHistory(engine, name, rows) : await engine.copyDatabase(from, name);
  await withClient(database.url, async (client) => {
    await client.query(ALONE);
    await change(client);
  });
  await engine.markComplete(database);
  console.log(`  ${layout}: made in ${Math.round((performance.now() - start) / 1000)} s`);
  return database;
}

const inTurn =
  (statements: readonly string[]) =>
  async (client: pg.Client): Promise<void> => {
    for (const statement of statements) await client.query(statement);
  };

/** 16 bytes of SHA-256: two of a customer's `eventId`s meet once in 2⁶⁴. The row leads to the event by its primary key. */
const CLAIMS: readonly string[] = [
  `CREATE TABLE event_claims (
     customer_id text COLLATE "C" NOT NULL,
     sha256 bytea NOT NULL,
     occurred_at timestamptz NOT NULL,
     id text COLLATE "C" NOT NULL)`,
  `INSERT INTO event_claims (customer_id, sha256, occurred_at, id)
   SELECT t.customer_id, substr(sha256(t.event_id::bytea), 1, 16), t.occurred_at, t.id
   FROM customer_events AS t WHERE t.event_id IS NOT NULL`,
  `ALTER TABLE event_claims ADD CONSTRAINT event_claims_pkey
   PRIMARY KEY (customer_id, sha256) WITH (fillfactor = ${FILLFACTOR})`,
  `ALTER TABLE event_claims SET (autovacuum_enabled = off)`,
  'DROP INDEX customer_events_event_id_key',
  'VACUUM (FREEZE, ANALYZE) event_claims',
];

const FIRST_MONTH = `date_trunc('month', now() - interval '${MONTHS} months')`;
const MONTHLY: readonly string[] = [
  'ALTER TABLE customer_events RENAME TO unpartitioned',
  'CREATE TABLE customer_events (LIKE unpartitioned) PARTITION BY RANGE (occurred_at)',
  // The current month, and the next one, as a service would keep ready.
  `DO $$ BEGIN FOR month IN 0..${MONTHS + 1} LOOP
     EXECUTE format('CREATE TABLE customer_events_%s PARTITION OF customer_events FOR VALUES FROM (%L) TO (%L)', month,
       ${FIRST_MONTH} + make_interval(months => month), ${FIRST_MONTH} + make_interval(months => month + 1));
     EXECUTE format('ALTER TABLE customer_events_%s SET (autovacuum_enabled = off)', month);
   END LOOP; END $$`,
  'INSERT INTO customer_events SELECT * FROM unpartitioned',
  'DROP TABLE unpartitioned',
  ADD_TIMELINE_KEY,
  `ALTER TABLE customer_events ADD CONSTRAINT customer_events_customer_id_fkey
   FOREIGN KEY (customer_id) REFERENCES customers (id)`,
  'VACUUM (FREEZE, ANALYZE) customer_events',
];

/** The customers' ids are packed as the service would; those of the history are hexadecimal, so PostgreSQL packs them. */
async function toUuids(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ id: string }>('SELECT c.id FROM customers AS c');
  await client.query('CREATE TABLE packed (id text COLLATE "C" PRIMARY KEY, uuid uuid NOT NULL)');
  await client.query('INSERT INTO packed SELECT * FROM unnest($1::text[], $2::uuid[])', [
    rows.map(({ id }) => id),
    rows.map(({ id }) => packedId(id)),
  ]);
  await inTurn(UUIDS)(client);
}

/** What {@link toUuids} makes of the id of an event of the history. */
export const packedHistoryId = (id: string): string => `00000000${id.slice(1)}`;

const UUIDS: readonly string[] = [
  'ANALYZE packed',
  'ALTER TABLE customer_events RENAME TO events_of_texts',
  'ALTER TABLE events_of_texts DROP CONSTRAINT customer_events_customer_id_fkey',
  `CREATE TABLE customers_of_uuids (LIKE customers)`,
  'ALTER TABLE customers_of_uuids ALTER COLUMN id TYPE uuid USING NULL::uuid',
  `INSERT INTO customers_of_uuids SELECT p.uuid, c.app_id, c.external_id, c.email, c.name, c.phone, c.avatar_url,
     c.metadata, c.created_at, c.updated_at FROM customers AS c JOIN packed AS p USING (id)`,
  'DROP TABLE customers',
  'ALTER TABLE customers_of_uuids RENAME TO customers',
  'ALTER TABLE customers ADD PRIMARY KEY (id)',
  `CREATE TABLE customer_events (
     customer_id uuid NOT NULL, occurred_at timestamptz NOT NULL, id uuid NOT NULL, type text COLLATE "C" NOT NULL,
     payload json NOT NULL, event_id text COLLATE "C", created_at timestamptz NOT NULL)`,
  `INSERT INTO customer_events
   SELECT p.uuid, t.occurred_at, ('00000000' || substr(t.id, 2))::uuid, t.type, t.payload, t.event_id, t.created_at
   FROM events_of_texts AS t JOIN packed AS p ON p.id = t.customer_id ORDER BY t.occurred_at`,
  'DROP TABLE events_of_texts, packed',
  ADD_TIMELINE_KEY,
  ADD_EVENT_ID_KEY,
  `ALTER TABLE customer_events ADD CONSTRAINT customer_events_customer_id_fkey
   FOREIGN KEY (customer_id) REFERENCES customers (id)`,
  'ALTER TABLE customer_events SET (autovacuum_enabled = off)',
  'VACUUM (FREEZE, ANALYZE) customer_events',
];

/** Of which layout each is a copy, and what is changed in it. */
const CHANGES: Readonly<
  Record<LayoutName, { source: LayoutName | null; change: (client: pg.Client) => Promise<void> }>
> = {
  today: { source: null, change: inTurn([]) },
  claims: { source: 'today', change: inTurn(CLAIMS) },
  months: { source: 'claims', change: inTurn(MONTHLY) },
  uuids: { source: 'today', change: toUuids },
};

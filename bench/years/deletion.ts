import type { Context } from '../context.ts';
import type { Database, Engine } from '../engine.ts';
import { figure, table } from '../report.ts';
import { connect } from './comparison.ts';
import { makeLayouts, type LayoutName, type Layouts } from './layouts.ts';
import { postsDuring } from './posts.ts';
import { deleteClaims, deleteEvents, dropFirstPartition } from './removal.ts';
import { walPosition } from './rounds.ts';
import { sampleOf, type Sample } from './workloads.ts';
import type { ServiceDataSource } from './writer.ts';

const MILLIS_BEFORE = 20_000;
/** About as many claims as a slice of 5,000 events has. */
const BLOCKS_OF_CLAIMS = 64;

/** A way to let a month of old events go. */
interface Way {
  readonly name: string;
  readonly layout: LayoutName;
  readonly table: 'customer_events' | 'event_claims';
  /** Gives the number of rows that are gone. */
  readonly remove: (database: Database) => Promise<number>;
}

const WAYS: readonly Way[] = [
  { name: 'slices of 1,000', layout: 'today', table: 'customer_events', remove: (on) => deleteEvents(on, 1_000, 1) },
  { name: 'slices of 5,000', layout: 'today', table: 'customer_events', remove: (on) => deleteEvents(on, 5_000, 2) },
  { name: 'a partition', layout: 'months', table: 'customer_events', remove: dropFirstPartition },
  {
    name: 'the claims of that partition',
    layout: 'months',
    table: 'event_claims',
    remove: (on) => deleteClaims(on, BLOCKS_OF_CLAIMS),
  },
];

const HEAD = [
  'a month of events',
  'rows',
  'seconds',
  'WAL, bytes of each row',
  'p50 of posts beside',
  'p99 of posts beside',
  'longest post, ms',
  'vacuum, seconds',
  'WAL of the vacuum, bytes of each row',
  'smaller on disk, MB',
];

/** What it takes to let a month go, without a pause, while single events with an `eventId` are written. */
export async function measureDeletion({ engine, options }: Pick<Context, 'engine' | 'options'>): Promise<string> {
  const layouts = await makeLayouts(engine, options.rows, ['today', 'months']);
  const sample = await sampleOf(layouts);
  const copies = await copiesOf(engine, layouts);
  const rows: string[][] = [];
  for (const way of WAYS) rows.push(await measureWay(engine, way, copies.get(way.layout) as Database, sample));
  return table(HEAD, rows);
}

/** Nothing is deleted in the layouts themselves, which are kept. */
async function copiesOf(engine: Engine, layouts: Layouts): Promise<Layouts> {
  const copies = new Map<LayoutName, Database>();
  for (const [layout, database] of layouts) {
    copies.set(layout, await engine.copyDatabase(database, `years_deletion_${layout}`));
  }
  return copies;
}

async function measureWay(engine: Engine, way: Way, database: Database, sample: Sample): Promise<string[]> {
  const connections = await connect(new Map([[way.layout, database]]));
  const dataSource = connections.get(way.layout) as ServiceDataSource;
  const posting = { database, dataSource, layout: way.layout, sample };
  await engine.checkpoint();
  const before = await postsDuring(posting, () => new Promise((resolve) => setTimeout(resolve, MILLIS_BEFORE)));
  await engine.checkpoint();
  const size = await sizeOf(database);
  const start = performance.now();
  let rows = 0;
  const beside = await postsDuring(posting, async () => {
    rows = await way.remove(database);
  });
  const seconds = (performance.now() - start) / 1000;
  const vacuum = await vacuumed(database, way.table);
  const smaller = size - (await sizeOf(database));
  await dataSource.destroy();
  console.log(`  ${way.name}: ${rows.toLocaleString('en')} rows in ${seconds.toFixed(1)} s`);
  const walOfPosts = (beside.count * before.walBytes) / before.count;
  return [
    way.name,
    rows.toLocaleString('en'),
    figure(seconds),
    figure((beside.walBytes - walOfPosts) / rows),
    `${(beside.p50Ms / before.p50Ms).toFixed(2)}×`,
    `${(beside.p99Ms / before.p99Ms).toFixed(2)}×`,
    figure(beside.maxMs),
    figure(vacuum.seconds),
    figure(vacuum.walBytes / rows),
    figure(smaller / 1e6),
  ];
}

async function sizeOf({ query }: Database): Promise<number> {
  const [row] = await query<{ bytes: number }>('SELECT pg_database_size(current_database())::float8 AS bytes');
  return row?.bytes ?? Number.NaN;
}

async function vacuumed(database: Database, name: Way['table']): Promise<{ seconds: number; walBytes: number }> {
  const wal = await walPosition(database);
  const start = performance.now();
  await database.query(`VACUUM ${name}`);
  return { seconds: (performance.now() - start) / 1000, walBytes: (await walPosition(database)) - wal };
}

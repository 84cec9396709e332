import { createDataSource } from '../../src/app/data-source.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine.ts';
import { median } from '../measurement.ts';
import { figure, table } from '../report.ts';
import { CUSTOMERS } from './history.ts';
import { makeLayouts, type LayoutName, type Layouts } from './layouts.ts';
import { measureRounds, medianOf, speedRatios, type Connections, type Runs } from './rounds.ts';
import { sizesOf } from './sizes.ts';
import { sampleOf, workloadsOf, type Workload } from './workloads.ts';
import type { ServiceDataSource } from './writer.ts';

/** Nothing that runs on one machine may become slower than this. */
const AT_LEAST = 0.95;

/** Writing, reading, WAL and size in the schema of the service and in others, as Markdown. */
export async function compareLayouts(
  { engine, options }: Pick<Context, 'engine' | 'options'>,
  others: readonly LayoutName[],
): Promise<string> {
  const layouts = await makeLayouts(engine, options.rows, ['today', ...others]);
  const sizes = await sizesOf(layouts, options.rows);
  const workloads = workloadsOf(await sampleOf(layouts));
  await warmUp(layouts);
  const connections = await connect(layouts);
  try {
    const results = await measureRounds(engine, layouts, connections, workloads, {
      rounds: options.pairs,
      warmUps: 1,
      // A round takes minutes, and the ratios are what somebody waits for.
      onRound: (round, soFar) => console.log(`round ${round}\n\n${speedTable(soFar, others)}\n`),
    });
    const writing = workloads.filter(({ writes }) => writes);
    const longAfter = await withoutFullPages(engine, () =>
      measureRounds(engine, layouts, connections, writing, { rounds: 1, warmUps: 0, onRound: () => {} }),
    );
    return [
      speedTable(results, others),
      '### WAL',
      walTable(writing, results, longAfter, [...layouts.keys()]),
      '### Size',
      sizes,
    ].join('\n\n');
  } finally {
    for (const connection of connections.values()) await connection.destroy();
  }
}

export const titleOf = ({ options }: Pick<Context, 'options'>): string =>
  `${options.rows.toLocaleString('en')} events of ${CUSTOMERS.toLocaleString('en')} customers over two years, half of ` +
  `them with an \`eventId\`; shared_buffers ${options.sharedBuffers ?? '128MB'}. Statements over one connection, without ` +
  `HTTP. Medians of ${options.pairs} rounds; ratios to today's schema in the same round, above 1 is faster.`;

/**
 * Reads all of it once, so that every layout begins with what the memory of the machine can hold: the sample was read from
 * one of them only.
 */
async function warmUp(layouts: Layouts): Promise<void> {
  for (const { query } of layouts.values()) {
    await query('CREATE EXTENSION IF NOT EXISTS pg_prewarm');
    await query(`SELECT pg_prewarm(c.oid::regclass, 'read') FROM pg_class AS c
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i')`);
  }
}

/** With the service's own settings of a connection, but for the time that a statement may take. */
export async function connect(layouts: Layouts): Promise<Connections> {
  const limitMs = 600_000;
  const settings = {
    databasePoolSize: 1,
    databaseReadTimeoutMs: limitMs,
    databaseConnectTimeoutMs: 10_000,
    databaseStatementTimeoutMs: limitMs,
    databaseLockTimeoutMs: limitMs,
    databasePreparedStatements: true,
  };
  const connections = new Map<LayoutName, ServiceDataSource>();
  for (const [layout, { url }] of layouts) {
    connections.set(layout, await createDataSource(url, settings).initialize());
  }
  return connections;
}

/** As it is long after a checkpoint: no page is written into the WAL as a whole. Only WAL is counted so, never speed. */
async function withoutFullPages<T>({ configure }: Engine, measure: () => Promise<T>): Promise<T> {
  await configure('full_page_writes', 'off');
  try {
    return await measure();
  } finally {
    await configure('full_page_writes', 'on');
  }
}

function speedTable(results: Map<string, Runs>, others: readonly LayoutName[]): string {
  return table(
    [
      '',
      'today, µs each',
      ...others.map((layout) => `${layout} : today (least to most)`),
      'today, CPU µs each',
      ...others.map((layout) => `${layout} : today, CPU (least to most)`),
    ],
    [...results].map(([name, runs]) => [
      name,
      ...(['microsEach', 'cpuEach'] as const).flatMap((value) => [
        figure(medianOf(runs, 'today', value)),
        ...others.map((layout) => ratioCell(speedRatios(runs, layout, value))),
      ]),
    ]),
  );
}

function ratioCell(ratios: readonly number[]): string {
  const middle = median(ratios);
  const text = middle < AT_LEAST ? `**${middle.toFixed(2)}**` : middle.toFixed(2);
  return `${text} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
}

function walTable(
  workloads: readonly Workload[],
  afterCheckpoint: Map<string, Runs>,
  longAfter: Map<string, Runs>,
  layouts: readonly LayoutName[],
): string {
  return table(
    [
      'bytes of WAL of each event',
      ...layouts.map((layout) => `${layout}, after a checkpoint`),
      ...layouts.map((layout) => `${layout}, long after it`),
    ],
    workloads.map(({ name }) => [
      name,
      ...[afterCheckpoint, longAfter].flatMap((results) => {
        const runs = results.get(name);
        return layouts.map((layout) => figure(runs === undefined ? undefined : medianOf(runs, layout, 'walEach')));
      }),
    ]),
  );
}

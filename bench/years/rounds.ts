import { readFileSync } from 'node:fs';
import type { Database, Engine } from '../engine.ts';
import { median } from '../measurement.ts';
import type { LayoutName, Layouts } from './layouts.ts';
import type { Workload } from './workloads.ts';
import type { ServiceDataSource } from './writer.ts';

/** One run of a workload on one layout. */
export interface Run {
  readonly microsEach: number;
  /** Microseconds that PostgreSQL's process computed for each. Other work on the machine moves it least. NaN where nothing tells. */
  readonly cpuEach: number;
  /** Bytes of WAL of each event. */
  readonly walEach: number;
}

/** All runs of a workload; those with the same index were made in the same round. */
export type Runs = ReadonlyMap<LayoutName, Run[]>;

/** A connection to each layout, as the service opens it. */
export type Connections = ReadonlyMap<LayoutName, ServiceDataSource>;

export interface RoundOptions {
  readonly rounds: number;
  /** Rounds before them that fill the caches, and do not count. */
  readonly warmUps: number;
  /** Told after each round that counts what all of them gave so far. */
  readonly onRound: (round: number, soFar: Map<string, Runs>) => void;
}

/** Every workload on every layout, so many times, side by side in time: each round begins with another layout. */
export async function measureRounds(
  engine: Engine,
  layouts: Layouts,
  connections: Connections,
  workloads: readonly Workload[],
  { rounds, warmUps, onRound }: RoundOptions,
): Promise<Map<string, Runs>> {
  const results = new Map<string, Runs>(workloads.map(({ name }) => [name, noRuns(layouts)]));
  for (let round = 1 - warmUps; round <= rounds; round++) {
    for (const [place, workload] of workloads.entries()) {
      const seed = (round + warmUps) * workloads.length + place;
      for (const [layout, database] of rotated([...layouts], round + warmUps)) {
        const dataSource = connections.get(layout) as ServiceDataSource;
        const run = await measureRun(engine, database, dataSource, layout, workload, seed);
        if (round > 0) results.get(workload.name)?.get(layout)?.push(run);
      }
    }
    if (round > 0) onRound(round, results);
  }
  return results;
}

const noRuns = (layouts: Layouts): Runs => new Map([...layouts.keys()].map((layout) => [layout, []]));

async function measureRun(
  engine: Engine,
  database: Database,
  dataSource: ServiceDataSource,
  layout: LayoutName,
  workload: Workload,
  seed: number,
): Promise<Run> {
  const work = workload.prepare(dataSource, layout, seed);
  const [backend] = await dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
  const pid = backend?.pid ?? 0;
  if (workload.writes) await engine.checkpoint();
  const walBefore = await walPosition(database);
  const cpuBefore = cpuMicros(pid);
  const start = performance.now();
  await work();
  const micros = (performance.now() - start) * 1000;
  return {
    microsEach: micros / workload.units,
    cpuEach: (cpuMicros(pid) - cpuBefore) / workload.units,
    walEach: ((await walPosition(database)) - walBefore) / workload.units,
  };
}

/** What Linux counts for a process: https://docs.kernel.org/scheduler/sched-stats.html. NaN elsewhere. */
function cpuMicros(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1000;
  } catch {
    return Number.NaN;
  }
}

export async function walPosition({ query }: Database): Promise<number> {
  const [row] = await query<{ bytes: string }>(`SELECT pg_current_wal_insert_lsn() - '0/0' AS bytes`);
  return Number(row?.bytes);
}

const rotated = <T>(items: readonly T[], by: number): T[] =>
  items.map((_, index) => items[(index + by) % items.length] as T);

/** How fast a layout is by the schema of today, in each round. Above 1 it is faster. */
export function speedRatios(runs: Runs, layout: LayoutName, value: 'microsEach' | 'cpuEach'): number[] {
  const others = runs.get(layout) ?? [];
  return (runs.get('today') ?? []).map((run, round) => run[value] / (others[round]?.[value] ?? Number.NaN));
}

export const medianOf = (runs: Runs, layout: LayoutName, value: keyof Run): number =>
  median((runs.get(layout) ?? []).map((run) => run[value]));

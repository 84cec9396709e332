/** What one run of a subject gave. What cannot be said of it is absent. */
export interface Measurement {
  /** Events, or requests, a second. */
  readonly perSecond: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Microseconds of CPU of the server's Node process for each event (or request), all threads. */
  readonly cpuMicros?: number;
  /** Share of one core that the load generator took. */
  readonly loadCpu?: number;
  /** Megabytes (10⁶) by which the server's memory was larger, at most, than before. */
  readonly rssGrowthMb?: number;
}

export type Metric = keyof Measurement;

/** One of the two that are compared. */
export interface Subject {
  readonly name: string;
  /** Brings it to where every run begins; not measured. */
  readonly prepare?: (() => Promise<void>) | undefined;
  measure(seconds: number): Promise<Measurement>;
  /** Where a short run is not a matter of seconds. */
  readonly warmUp?: (() => Promise<void>) | undefined;
}

export interface PairOptions {
  readonly pairs: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** All runs of two subjects; those with the same index are a pair, run one after the other. */
export interface Comparison {
  readonly first: Subject;
  readonly second: Subject;
  readonly firstRuns: readonly Measurement[];
  readonly secondRuns: readonly Measurement[];
}

/**
 * Runs A B A B …: the machine's mood changes over minutes, so what is compared is run side by side
 * in time, and each pair gives a ratio of its own.
 */
export async function runPairs(first: Subject, second: Subject, options: PairOptions): Promise<Comparison> {
  const firstRuns: Measurement[] = [];
  const secondRuns: Measurement[] = [];
  for (const subject of [first, second]) {
    if (subject.warmUp === undefined) await run(subject, options.warmUpSeconds, 'warm-up');
    else await subject.warmUp();
  }
  for (let pair = 1; pair <= options.pairs; pair++) {
    firstRuns.push(await run(first, options.seconds, `pair ${pair}`));
    secondRuns.push(await run(second, options.seconds, `pair ${pair}`));
  }
  return { first, second, firstRuns, secondRuns };
}

async function run(subject: Subject, seconds: number, label: string): Promise<Measurement> {
  await subject.prepare?.();
  const measurement = await subject.measure(seconds);
  console.log(`  ${label}  ${subject.name}: ${Math.round(measurement.perSecond).toLocaleString('en')}/s`);
  return measurement;
}

/** The ratio of each pair: the first subject's value to the second's. */
export function ratios({ firstRuns, secondRuns }: Comparison, metric: Metric): number[] {
  return firstRuns.map((run, pair) => (run[metric] ?? Number.NaN) / (secondRuns[pair]?.[metric] ?? Number.NaN));
}

/** The median of each metric over the runs. */
export function medians(runs: readonly Measurement[]): Measurement {
  const metrics = Object.keys(runs[0] ?? {}) as Metric[];
  return Object.fromEntries(
    metrics.map((metric) => [metric, median(runs.map((run) => run[metric] ?? Number.NaN))]),
  ) as unknown as Measurement;
}

export function median(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

/** @param sorted ascending; of an even number, 0.5 gives the mean of the middle two. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  return below + ((sorted[Math.ceil(at)] ?? Number.NaN) - below) * (at % 1);
}

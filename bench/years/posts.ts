import type { Database } from '../engine.ts';
import { randomSource } from '../events.ts';
import { quantile } from '../measurement.ts';
import type { LayoutName } from './layouts.ts';
import { walPosition } from './rounds.ts';
import { newEvents, type Sample } from './workloads.ts';
import { writeEvents, type ServiceDataSource } from './writer.ts';

/** Of single events, one after the other. */
export interface Latencies {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Bytes of WAL, of all that was written meanwhile. */
  readonly walBytes: number;
}

/** Writes single events with an `eventId`, of now, without a pause, while something else happens. */
export async function postsDuring(
  {
    database,
    dataSource,
    layout,
    sample,
  }: { database: Database; dataSource: ServiceDataSource; layout: LayoutName; sample: Sample },
  work: () => Promise<void>,
): Promise<Latencies> {
  const random = randomSource(Date.now());
  const millis: number[] = [];
  const walBefore = await walPosition(database);
  let isOver = false;
  const posting = (async () => {
    while (!isOver) {
      const events = newEvents(sample, 1, true, true, random);
      const start = performance.now();
      await writeEvents(dataSource, layout, events);
      millis.push(performance.now() - start);
    }
  })();
  await work().finally(() => (isOver = true));
  await posting;
  const sorted = Float64Array.from(millis).sort();
  return {
    count: millis.length,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? Number.NaN,
    walBytes: (await walPosition(database)) - walBefore,
  };
}

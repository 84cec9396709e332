import { setTimeout as after } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';

const LOOK_EVERY_MS = 5_000;

/** What `/metrics` told of the service at one moment. */
export interface Gauges {
  readonly rssMb: number;
  readonly heapMb: number;
  /** 99th percentile of the delays of the event loop since the look before. */
  readonly lagMs: number;
  /** Of the service to its database, in both pools. */
  readonly connections: number;
}

/** @returns ends the watch, and gives what was seen every five seconds. */
export function watchGauges(server: ServerProcess): () => Promise<readonly Gauges[]> {
  const seen: Gauges[] = [];
  const end = new AbortController();
  const watch = (async () => {
    while (!end.signal.aborted) {
      seen.push(await gaugesOf(server));
      await after(LOOK_EVERY_MS, undefined, { signal: end.signal }).catch(() => {});
    }
  })();
  return async () => {
    end.abort();
    await watch;
    return seen;
  };
}

async function gaugesOf({ origin }: ServerProcess): Promise<Gauges> {
  const response = await fetch(`${origin}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`GET /metrics: ${response.status} ${text}`);
  return {
    rssMb: sumOf(text, 'process_resident_memory_bytes') / 1e6,
    heapMb: sumOf(text, 'nodejs_heap_size_used_bytes') / 1e6,
    lagMs: sumOf(text, 'nodejs_eventloop_lag_p99_seconds') * 1000,
    connections: sumOf(text, 'database_pool_connections'),
  };
}

/** All series of a metric, added up. */
function sumOf(text: string, metric: string): number {
  const values = [...text.matchAll(new RegExp(String.raw`^${metric}(?:\{[^\n]*\})? (\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  if (values.length === 0) throw new Error(`/metrics has no ${metric}`);
  return values.reduce((sum, value) => sum + value, 0);
}

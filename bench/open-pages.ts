import { setTimeout as after } from 'node:timers/promises';
import { quantile } from './measurement.ts';

/** How a page asks that is visible, with its newest end in sight. */
export const POLL_EVERY_MS = 10_000;
/** As a part of the interval: so that pages that were opened together do not ask together. */
const JITTER = 0.1;

export interface Polling {
  readonly requests: number;
  readonly perSecond: number;
  /** The part of them that was answered with 304. */
  readonly notModified: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

/**
 * Lets pages ask for their newest entries as the agent page does: each with the ETag that it has, at its own moments.
 * What they ask first, when they are opened, is not counted.
 *
 * @param tokens of the pages' sessions.
 */
export async function polled(url: string, tokens: readonly string[], seconds: number): Promise<Polling> {
  const times: number[] = [];
  let notModified = 0;
  const until = performance.now() + POLL_EVERY_MS + seconds * 1000;
  const countedFrom = until - seconds * 1000;
  const page = async (token: string): Promise<void> => {
    let etag: string | null = null;
    await after(Math.random() * POLL_EVERY_MS);
    while (performance.now() < until) {
      const began = performance.now();
      const headers = { Authorization: `Bearer ${token}`, ...(etag !== null && { 'If-None-Match': etag }) };
      const response: Response = await fetch(url, { headers });
      await response.arrayBuffer();
      if (response.status !== 200 && response.status !== 304) throw new Error(`a page was answered ${response.status}`);
      if (began >= countedFrom) {
        times.push(performance.now() - began);
        if (response.status === 304) notModified++;
      }
      etag = response.headers.get('ETag') ?? etag;
      await after(POLL_EVERY_MS * (1 + (2 * Math.random() - 1) * JITTER));
    }
  };
  await Promise.all(tokens.map(page));
  const sorted = Float64Array.from(times).sort();
  return {
    requests: times.length,
    perSecond: times.length / seconds,
    notModified: notModified / times.length,
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
  };
}

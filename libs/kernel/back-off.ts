import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

/** The pauses between attempts at something that is expected to work again: each twice as long as the one before. */
export class BackOff {
  private nextMs = FIRST_PAUSE_MS;
  private startedAt: number | undefined;

  /**
   * @param limitMs from the first failure on; no attempt begins later.
   * @param signal aborted: there is no further attempt.
   */
  constructor(
    private readonly limitMs: number,
    private readonly signal: AbortSignal,
  ) {}

  /** Waits after a failure. @returns whether to try again. */
  async pause(): Promise<boolean> {
    this.startedAt ??= performance.now();
    const leftMs = this.startedAt + this.limitMs - performance.now();
    // Timers cut off parts of milliseconds, and may be early by one.
    if (leftMs < 1 || this.signal.aborted) return false;
    const pauseMs = Math.min(this.nextMs, leftMs);
    this.nextMs = Math.min(2 * this.nextMs, MAX_PAUSE_MS);
    // Aborted: it rejects, and the loop of attempts ends.
    await sleep(Math.ceil(pauseMs), undefined, { signal: this.signal }).catch(() => {});
    return !this.signal.aborted;
  }
}

import { Injectable } from '@nestjs/common';
import { prolongedBySeconds, RateStore, type CountedWindow, type Taken, type WindowState } from './rate-store.ts';

const SWEEP_EVERY_MS = 10_000;

interface Count {
  used: number;
  endsAt: number;
}

/**
 * Counts in this process, on the monotonic clock: a wall clock that is set back would make a window of a second
 * last an hour. Nothing happens between the question whether there is room and the taking of it.
 */
@Injectable()
export class MemoryRateStore extends RateStore {
  private readonly counts = new Map<string, Count>();
  private sweepAt = 0;

  take(windows: readonly CountedWindow[], units: number): Taken {
    const now = monotonicMs();
    this.sweep(now);
    const states = windows.map((window) => this.stateOf(window, now));
    const full = states.filter(({ used }, index) => used >= (windows[index] as CountedWindow).units);
    if (full.length > 0) return { states, waitMs: Math.max(...full.map(({ msLeft }) => msLeft)) };
    return { states: windows.map((window) => this.count(window, units, now)), waitMs: 0 };
  }

  add(windows: readonly CountedWindow[], units: number): WindowState[] {
    const now = monotonicMs();
    return windows.map((window) => this.count(window, units, now));
  }

  /** Windows that are held, the ended ones too until they are swept. */
  get size(): number {
    return this.counts.size;
  }

  private stateOf({ key, seconds }: CountedWindow, now: number): WindowState {
    const count = this.counts.get(key);
    return count === undefined || count.endsAt <= now
      ? { used: 0, msLeft: seconds * 1000 }
      : { used: count.used, msLeft: count.endsAt - now };
  }

  private count(window: CountedWindow, units: number, now: number): WindowState {
    let count = this.counts.get(window.key);
    if (count === undefined || count.endsAt <= now) {
      count = { used: 0, endsAt: now + window.seconds * 1000 };
      this.counts.set(window.key, count);
    }
    count.used += units;
    count.endsAt += prolongedBySeconds(window, count.used, units) * 1000;
    return { used: count.used, msLeft: count.endsAt - now };
  }

  /** Forgets windows that have ended, some time after: a timer for each would cost every request more. */
  private sweep(now: number): void {
    if (now < this.sweepAt) return;
    this.sweepAt = now + SWEEP_EVERY_MS;
    for (const [key, { endsAt }] of this.counts) if (endsAt <= now) this.counts.delete(key);
  }
}

/** Whole milliseconds, so that differences are exact. */
const monotonicMs = (): number => Math.floor(performance.now());

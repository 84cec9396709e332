import { ProblemError } from '../api/problem.ts';
import type { Surroundings } from './surroundings.ts';

const NEAR_MS = 10_000;
const FAR_MS = 60_000;
const LONGEST_MS = 300_000;
/** By up to so much each wait is longer, that pages opened together do not ask together. */
const JITTER = 0.2;

/** Asks again and again: often where the newest end is in sight, seldom elsewhere, never while nobody sees the page. */
export class Live {
  private callOff: () => void = () => {};
  private isAtNewest = true;
  private failures = 0;
  private isAsking = false;
  private hasEnded = false;

  /** @param ask rejects with ProblemError where nothing came. */
  constructor(
    private readonly surroundings: Surroundings,
    private readonly ask: () => Promise<void>,
  ) {
    surroundings.onVisibilityChange(() => this.plan(surroundings.isVisible() && this.failures === 0 ? 0 : this.wait()));
  }

  start(): void {
    this.plan(this.wait());
  }

  stop(): void {
    this.hasEnded = true;
    this.callOff();
  }

  seen(isAtNewest: boolean): void {
    if (isAtNewest === this.isAtNewest) return;
    this.isAtNewest = isAtNewest;
    this.plan(this.wait());
  }

  /** When it asks again after a failure, in milliseconds from now. */
  wait(): number {
    const usual = this.isAtNewest ? NEAR_MS : FAR_MS;
    const backedOff = Math.min(LONGEST_MS, usual * 2 ** this.failures);
    return backedOff * (1 + JITTER * this.surroundings.random());
  }

  private plan(wait: number): void {
    this.callOff();
    if (this.hasEnded || !this.surroundings.isVisible()) return;
    this.callOff = this.surroundings.after(wait, () => void this.now());
  }

  private async now(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    let least = 0;
    try {
      await this.ask();
      this.failures = 0;
    } catch (error) {
      this.failures++;
      least = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0;
    } finally {
      this.isAsking = false;
    }
    this.plan(Math.max(least, this.wait()));
  }
}

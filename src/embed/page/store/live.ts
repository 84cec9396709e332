import { ProblemError } from '../api/problem.ts';
import type { Surroundings } from './surroundings.ts';

const NEAR_MS = 10_000;
const FAR_MS = 60_000;
const MAX_MS = 300_000;
/** By up to so much each wait is longer, that pages opened together do not ask together. */
const JITTER = 0.2;

/** Asks again and again: often where the newest end is in sight, seldom elsewhere, never while nobody sees the page. */
export class Live {
  private callOff: () => void = () => {};
  private isAtNewest = true;
  private failures = 0;
  private isAsking = false;
  private isRunning = false;
  /** The service does not want to be asked earlier. */
  private notBefore = Number.NEGATIVE_INFINITY;

  /**
   * @param ask rejects with ProblemError where nothing came.
   * @param failed told of it, and after how many milliseconds it asks again.
   */
  constructor(
    private readonly surroundings: Surroundings,
    private readonly ask: () => Promise<void>,
    private readonly failed: (error: unknown, wait: number) => void,
  ) {
    surroundings.onVisibilityChange(() => this.plan(surroundings.isVisible() && this.failures === 0 ? 0 : this.wait()));
  }

  start(): void {
    this.isRunning = true;
    this.plan(this.wait());
  }

  stop(): void {
    this.isRunning = false;
    this.callOff();
  }

  seen(isAtNewest: boolean): void {
    if (isAtNewest === this.isAtNewest) return;
    this.isAtNewest = isAtNewest;
    this.plan(this.wait());
  }

  private wait(): number {
    const usual = this.isAtNewest ? NEAR_MS : FAR_MS;
    const backedOff = Math.min(MAX_MS, usual * 2 ** this.failures);
    return backedOff * (1 + JITTER * this.surroundings.random());
  }

  /** Without waiting. */
  async askNow(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    let wait: number;
    try {
      await this.ask();
      this.failures = 0;
      wait = this.wait();
    } catch (error) {
      wait = this.waitAfter(error);
      this.failed(error, wait);
    } finally {
      this.isAsking = false;
    }
    this.plan(wait);
  }

  private waitAfter(error: unknown): number {
    this.failures++;
    const asked = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0;
    this.notBefore = this.surroundings.now() + asked;
    return Math.max(asked, this.wait());
  }

  private plan(wait: number): void {
    this.callOff();
    if (!this.isRunning || !this.surroundings.isVisible()) return;
    const least = this.notBefore - this.surroundings.now();
    this.callOff = this.surroundings.after(Math.max(wait, least), () => void this.askNow());
  }
}

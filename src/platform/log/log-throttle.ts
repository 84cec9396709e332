const WINDOW_MS = 1_000;

/**
 * Lets the first few of a kind through in every second, and counts the others: what a flood says
 * a thousand times is said a few times, with the number of those that were left out.
 */
export class LogThrottle {
  private windowEndsAt = 0;
  private passed = 0;
  private leftOut = 0;

  constructor(private readonly perSecond: number) {}

  /** @returns null: leave it out. Otherwise how many were left out since the last one that passed. */
  pass(nowMs = performance.now()): number | null {
    if (nowMs >= this.windowEndsAt) {
      this.windowEndsAt = nowMs + WINDOW_MS;
      this.passed = 0;
    }
    if (this.passed === this.perSecond) {
      this.leftOut++;
      return null;
    }
    this.passed++;
    const { leftOut } = this;
    this.leftOut = 0;
    return leftOut;
  }
}

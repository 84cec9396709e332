import { Counts } from './counts.ts';

interface Waiting {
  readonly start: () => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Runs so many works at a time, and shares the places among owners: where some wait, owners take turns, and no owner has
 * the last of several places: others need not wait for what it is at. Works of one owner run in their order.
 */
export class FairQueue {
  private running = 0;
  private readonly runningOf = new Counts();
  private readonly waitingOf = new Map<string, Waiting[]>();
  private waitingCount = 0;

  /**
   * @param places works at a time. Of three and more, an owner never has the last one.
   * @param maxWaitMs for a place, where nothing else is said.
   * @param tooLate makes the error of a work that did not get its turn in time.
   */
  constructor(
    private readonly places: number,
    private readonly maxWaitMs: number,
    private readonly tooLate: () => Error,
  ) {}

  /** Works that wait for their turn. */
  get waiting(): number {
    return this.waitingCount;
  }

  /** @throws what `tooLate` makes, and then the work was not begun; what the work throws. */
  async run<T>(owner: string, work: () => Promise<T>, maxWaitMs = this.maxWaitMs): Promise<T> {
    if (this.hasPlaceFor(owner)) this.take(owner);
    else await this.turn(owner, maxWaitMs);
    try {
      return await work();
    } finally {
      this.release(owner);
    }
  }

  private hasPlaceFor(owner: string): boolean {
    const most = this.places > 2 ? this.places - 1 : this.places;
    return this.running < this.places && this.runningOf.of(owner) < most;
  }

  private take(owner: string): void {
    this.running++;
    this.runningOf.add(owner);
  }

  private release(owner: string): void {
    this.running--;
    this.runningOf.remove(owner);
    if (this.waitingCount > 0) this.startNext();
  }

  /** The owner that has waited longest since its last turn, of those that may have one more place. */
  private startNext(): void {
    for (const [owner, waiting] of this.waitingOf) {
      if (!this.hasPlaceFor(owner)) continue;
      const [next] = waiting.splice(0, 1);
      this.waitingOf.delete(owner);
      if (waiting.length > 0) this.waitingOf.set(owner, waiting);
      this.waitingCount--;
      clearTimeout(next?.timer);
      this.take(owner);
      next?.start();
      return;
    }
  }

  private turn(owner: string, maxWaitMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.giveUp(owner, waiting);
        reject(this.tooLate());
      }, maxWaitMs).unref();
      const waiting: Waiting = { start: resolve, timer };
      const others = this.waitingOf.get(owner);
      if (others === undefined) this.waitingOf.set(owner, [waiting]);
      else others.push(waiting);
      this.waitingCount++;
    });
  }

  private giveUp(owner: string, waiting: Waiting): void {
    const others = this.waitingOf.get(owner) ?? [];
    others.splice(others.indexOf(waiting), 1);
    if (others.length === 0) this.waitingOf.delete(owner);
    this.waitingCount--;
  }
}

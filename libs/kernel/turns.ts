import { FairQueue } from './fair-queue.ts';

/** What goes through much of a history at a time keeps a core of the database busy for as long as it lasts. */
const COSTLY_AT_A_TIME = 2;

/** The reads of apps take turns: no app can have all connections that read. */
export class ReadTurns extends FairQueue {
  private readonly costly: FairQueue;

  constructor(
    places: number,
    private readonly maxWaitForBothMs: number,
    tooLate: () => Error,
  ) {
    super(places, maxWaitForBothMs, tooLate);
    this.costly = new FairQueue(COSTLY_AT_A_TIME, maxWaitForBothMs, tooLate);
  }

  override get waiting(): number {
    return super.waiting + this.costly.waiting;
  }

  /** A read that goes through much of a history: of these there are even fewer at a time. */
  runCostly<T>(appId: string, work: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.maxWaitForBothMs;
    return this.costly.run(appId, () => this.run(appId, work, Math.max(0, deadline - performance.now())));
  }
}

/** The changes of apps other than live events take turns: the connection of the live events is not among theirs. */
export class WriteTurns extends FairQueue {}

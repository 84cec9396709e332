/** Live events have come in within this time: somebody waits for them. */
const LIVE_FOR_MS = 100;

/** Knows whether live events come in: history gives way to them. */
export class LiveTraffic {
  private lastEventAt = -Infinity;

  /** A live event is to be written. */
  note(): void {
    this.lastEventAt = performance.now();
  }

  get isThere(): boolean {
    return performance.now() - this.lastEventAt < LIVE_FOR_MS;
  }
}

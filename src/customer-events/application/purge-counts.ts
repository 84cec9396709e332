/** Each app adds a series to the metrics, so that their number has to have a limit. */
const MAX_APPS = 200;
/** No slug looks like it. */
const OTHER_APPS = '(others)';

/** What was purged since the start, and whether the purge comes along; metrics read it. */
export class PurgeCounts {
  /** Slug of an app → events. The first 200 apps that have any are told apart. */
  readonly events = new Map<string, number>([[OTHER_APPS, 0]]);
  total = 0;
  /** That were spent on it, pauses included. */
  seconds = 0;
  private behindSince = Infinity;

  /** @param app its slug. */
  add(app: string, events: number): void {
    if (events === 0) return;
    const isKnown = this.events.has(app) || this.events.size <= MAX_APPS;
    const name = isKnown ? app : OTHER_APPS;
    this.events.set(name, (this.events.get(name) ?? 0) + events);
    this.total += events;
  }

  /** @param now milliseconds since the Unix epoch. */
  noteBehind(milliseconds: number, now: number): void {
    this.behindSince = milliseconds === 0 ? Infinity : now - milliseconds;
  }

  /** For how long the app that waits longest has been behind, in seconds; 0: none is. */
  behindSeconds(now: number): number {
    return Math.max(0, now - this.behindSince) / 1000;
  }
}

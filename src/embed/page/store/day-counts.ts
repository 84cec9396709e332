import type { Day, Days } from '../api/types.ts';
import { dayAfter, LAST_DAY } from './local-day.ts';
import type { FeedItem } from './state.ts';

/** Days whose events are counted at once, at least and at most. */
const MIN_DAYS = 92;
const MAX_DAYS = 366;

/** How many events the days have that are shown. */
export class DayCounts {
  private days: ReadonlyMap<Day, number> = new Map();
  /** What is known, in one piece: from a day, to before another one. */
  private from: Day = '';
  private to: Day = '';

  /** @param read from a day, to before another one. */
  constructor(
    private readonly read: (from: Day, to: Day) => Promise<Days>,
    private readonly changed: (days: ReadonlyMap<Day, number>) => unknown,
  ) {}

  /** Counts what is not known yet of the days of some items, the newest of them first. */
  async cover(items: readonly FeedItem[]): Promise<void> {
    // What is said to be on the last day there is (often: never) would be all that is counted, far from the rest.
    const days = items.map(({ day }) => day).filter((day) => day !== LAST_DAY);
    const [newest, oldest] = [days[0], days.at(-1)];
    if (newest === undefined || oldest === undefined || (oldest >= this.from && newest < this.to)) return;
    const isNextTo = newest >= this.from && newest < this.to;
    const to = isNextTo ? this.from : dayAfter(newest, 1);
    const from = [oldest, dayAfter(to, -MIN_DAYS)].sort()[0] as Day;
    await this.count(from < dayAfter(to, -MAX_DAYS) ? dayAfter(to, -MAX_DAYS) : from, to, isNextTo);
  }

  private async count(from: Day, to: Day, isNextTo: boolean): Promise<void> {
    try {
      const counted = await this.read(from, to);
      const days = new Map(this.days);
      for (const { day, count } of counted.days) days.set(day, count);
      this.days = days;
      this.from = from;
      if (!isNextTo) this.to = to;
      this.changed(days);
    } catch {
      // The counts are an addition: without them the page is whole.
    }
  }
}

import type { Day, Days } from '../api/types.ts';
import { dayAfter } from './local-day.ts';
import type { FeedItem } from './state.ts';

/** Days whose events are counted at once, at least and at most. */
const MIN_DAYS = 92;
const MAX_DAYS = 366;

/** Those of which the service tells how many events they have; the last one only as the end of those before it. */
const [FIRST_DAY, LAST_DAY] = ['0001-01-01', '9999-12-31'];

/** Days are compared as texts; those of other years are longer, or below the first. */
const isCounted = (day: Day): boolean => day.length === LAST_DAY.length && day >= FIRST_DAY;
const earlier = (a: Day, b: Day): Day => (a < b ? a : b);
const later = (a: Day, b: Day): Day => (a > b ? a : b);

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
    const days = items.map(({ day }) => day).filter(isCounted);
    const [newest, oldest] = [days[0], days.at(-1)];
    if (newest === undefined || oldest === undefined || (oldest >= this.from && newest < this.to)) return;
    const isNextTo = newest >= this.from && newest < this.to;
    const to = isNextTo ? this.from : newest === LAST_DAY ? LAST_DAY : dayAfter(newest, 1);
    const wanted = earlier(oldest, dayAfter(to, -MIN_DAYS));
    await this.count(later(later(wanted, dayAfter(to, -MAX_DAYS)), FIRST_DAY), to, isNextTo);
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

import { Injectable } from '@nestjs/common';
import { commonTypes, type TypeFilter } from '../../../libs/kernel/type-filter.ts';
import { daySpans, type Day } from '../../../libs/time/zone-days.ts';
import { customerIdOf } from '../domain/customer.ts';
import { requireCustomer } from './customer-lookups.ts';
import { CustomerStore } from './customer-store.port.ts';
import { TimelineStore } from './timeline-store.port.ts';
import { ReadTurns } from '../../../libs/kernel/turns.ts';

/** So many days may be asked for at once. */
export const MAX_DAYS = 366;

export interface DaysQuery {
  readonly from: Day;
  /** Exclusive; at most {@link MAX_DAYS} days after `from`. */
  readonly to: Day;
  /** The name of the time zone in which the days are. */
  readonly timeZone: string;
  /** Only events of these types; none: of all. */
  readonly types: readonly TypeFilter[];
}

export interface DayCount {
  readonly day: Day;
  readonly count: number;
}

/** Counts the events of each day. */
@Injectable()
export class TimelineDays {
  constructor(
    private readonly customers: CustomerStore,
    private readonly timelines: TimelineStore,
    private readonly reads: ReadTurns,
  ) {}

  /**
   * The days that have events, the newest first.
   *
   * @param seen the types that the caller may see; none: all.
   * @throws CUSTOMER_NOT_FOUND
   */
  async of(appId: string, externalId: string, query: DaysQuery, seen: readonly TypeFilter[]): Promise<DayCount[]> {
    const customerId = customerIdOf(appId, externalId);
    const types = commonTypes(query.types, seen);
    const counts = types === null ? [] : await this.count(appId, customerId, { ...query, types });
    if (counts.length === 0) await requireCustomer(this.reads, this.customers, appId, customerId);
    return counts;
  }

  private async count(
    appId: string,
    customerId: string,
    { timeZone, types, from, to }: DaysQuery,
  ): Promise<DayCount[]> {
    const { spans, end } = daySpans(timeZone, from, to);
    const starts = spans.map((span) => span.from);
    const counts = await this.reads.runCostly(appId, () => this.timelines.countParts(customerId, types, starts, end));
    const byDay = new Map<Day, number>();
    for (const [index, { day }] of spans.entries()) byDay.set(day, (byDay.get(day) ?? 0) + (counts[index] as number));
    return [...byDay]
      .filter(([day, count]) => count > 0 && day >= from && day < to)
      .map(([day, count]) => ({ day, count }))
      .sort((a, b) => (a.day < b.day ? 1 : -1));
  }
}

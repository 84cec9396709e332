import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { compareInstants, instantFromMillis, type Instant } from '../../../libs/time/instant.ts';
import { customerNotFound } from '../domain/customer-events-error.ts';
import { customerIdOf, type Customer } from '../domain/customer.ts';
import type { TypeDisplay } from '../domain/event-display.ts';
import { CONTEXT_DEFAULT_WINDOW_SECONDS } from '../domain/ticket-context.ts';
import { timelineSummary, type OutlineQuery, type TimelineFilter, type TypeSummary } from '../domain/timeline.ts';
import { attentionOf, needsAttention, windowBefore, type Attention } from './attention.ts';
import { CustomerStore } from './customer-store.port.ts';
import { EventDisplayRules, type EventDisplays } from './event-displays.port.ts';
import { TimelineStore, type NewestSummary } from './timeline-store.port.ts';
import { ReadTurns } from '../../../libs/kernel/turns.ts';

/** So many types of warnings and errors are named, those with the latest events. */
export const HEAD_ATTENTION_TYPES = 3;

/** So many events are looked at for each part of a head: one of a million took 0.4 s when it counted them all. */
export const HEAD_MAX_ENTRIES = 50_000;

/** What stands above a timeline. */
export interface TimelineHead {
  readonly customer: Customer;
  /** The latest first, at most {@link HEAD_ATTENTION_TYPES}. */
  readonly attention: readonly Attention[];
  /** The type with the latest event first, then by name. */
  readonly types: readonly TypeOfTimeline[];
  /** `types` counts the newest so many events, of whatever type they are; null: all events. */
  readonly countedEvents: number | null;
  /** Null where there is no event, or none that may be seen among the oldest {@link HEAD_MAX_ENTRIES}. */
  readonly firstOccurredAt: Instant | null;
}

export interface TypeOfTimeline extends TypeSummary, TypeDisplay {
  readonly title: string;
}

/** Whose head is asked for, and what of the timeline may be seen. */
export interface HeadQuery extends Pick<TimelineFilter, 'types'> {
  /** When the ticket was opened; null: there is none, `attention` ends now. */
  readonly at: Instant | null;
}

/** Tells what stands above the timeline of a customer. */
@Injectable()
export class TimelineHeads {
  constructor(
    private readonly customers: CustomerStore,
    private readonly timelines: TimelineStore,
    private readonly displayRules: EventDisplayRules,
    private readonly clock: Clock,
    private readonly reads: ReadTurns,
  ) {}

  /** @throws CUSTOMER_NOT_FOUND */
  async of(appId: string, externalId: string, { at, types }: HeadQuery): Promise<TimelineHead> {
    const customerId = customerIdOf(appId, externalId);
    const [customer, newest, displays] = await Promise.all([
      this.reads.run(appId, () => this.customers.find(customerId)),
      this.newest(appId, customerId, { types }),
      this.displayRules.of(appId),
    ]);
    if (customer === null) throw customerNotFound();
    const asOf = at ?? instantFromMillis(this.clock.now());
    const [attention, firstOccurredAt] = await Promise.all([
      this.attention(appId, customerId, asOf, types, newest, displays),
      newest.isWhole ? timelineSummary(newest.types).firstOccurredAt : this.first(appId, customerId, types),
    ]);
    return {
      customer,
      attention,
      types: newest.types.map((summary) => ({
        ...summary,
        ...displays.ofType(summary.type),
        title: displays.titleOfType(summary.type),
      })),
      countedEvents: newest.isWhole ? null : HEAD_MAX_ENTRIES,
      firstOccurredAt,
    };
  }

  /** The same as the attention of a ticket's context, of the types that may be seen. */
  private async attention(
    appId: string,
    customerId: string,
    asOf: Instant,
    types: TimelineFilter['types'],
    newest: NewestSummary,
    displays: EventDisplays,
  ): Promise<Attention[]> {
    const window = windowBefore(asOf, CONTEXT_DEFAULT_WINDOW_SECONDS);
    const isSevere = ({ type }: TypeSummary): boolean => needsAttention(displays.ofType(type));
    // Most customers had none for long: then there is nothing to be counted once more.
    const mayHaveSome = !newest.isWhole || newest.types.some((one) => isSevere(one) && mayBeIn(window, one));
    if (!mayHaveSome) return [];
    const inWindow = await this.newest(appId, customerId, { types, ...window });
    const severe = inWindow.types.filter(isSevere).slice(0, HEAD_ATTENTION_TYPES);
    const latest = await this.reads.run(appId, () => this.timelines.latestOfTypes(customerId, window.from, severe, 0));
    return attentionOf(severe, latest, displays);
  }

  private newest(appId: string, customerId: string, filter: TimelineFilter): Promise<NewestSummary> {
    return this.reads.runCostly(appId, () => this.timelines.summarizeNewest(customerId, filter, HEAD_MAX_ENTRIES));
  }

  /** Of the types that may be seen, where one is among the oldest {@link HEAD_MAX_ENTRIES} events. */
  private async first(appId: string, customerId: string, types: TimelineFilter['types']): Promise<Instant | null> {
    const query: OutlineQuery = { types, exceptTypes: [], order: 'asc' };
    const limits = { events: 1, entries: HEAD_MAX_ENTRIES };
    const { events } = await this.reads.runCostly(appId, () =>
      this.timelines.outlines(customerId, query, null, limits),
    );
    return events[0]?.occurredAt ?? null;
  }
}

/** Whether an event of the type may lie in a time: some of them do not all lie before it, or behind it. */
function mayBeIn({ from, to }: ReturnType<typeof windowBefore>, summary: TypeSummary): boolean {
  const { firstOccurredAt, lastOccurredAt } = summary;
  return (
    (from === undefined || compareInstants(lastOccurredAt, from) >= 0) &&
    (to === undefined || compareInstants(firstOccurredAt, to) < 0)
  );
}

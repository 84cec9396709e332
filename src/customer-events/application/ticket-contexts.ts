import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import type { TypeCount, Rank } from '../domain/context-fitting.ts';
import { customerNotFound } from '../domain/customer-events-error.ts';
import { customerIdOf, type Customer } from '../domain/customer.ts';
import { instantFromMillis, type Instant } from '../../../libs/time/instant.ts';
import {
  CONTEXT_ATTENTION_TYPES,
  CONTEXT_MAX_BYTES,
  CONTEXT_OUTLINED_EVENTS,
  countsBetween,
  eventRuns,
  type EventOutline,
  type EventRun,
  type LatestEvent,
} from '../domain/ticket-context.ts';
import { isOlder, WHOLE_TIMELINE, type TimelineQuery, type TypeSummary } from '../domain/timeline.ts';
import { attentionOf, needsAttention, windowBefore, type Attention } from './attention.ts';
import { CustomerStore } from './customer-store.port.ts';
import type { EventDisplay, TypeDisplay } from '../domain/event-display.ts';
import { displayedEvent, type DisplayContext } from './entry-displays.ts';
import { EventDisplayRules } from './event-displays.port.ts';
import { TimelineStore } from './timeline-store.port.ts';
import { ReadTurns } from '../../../libs/kernel/turns.ts';

/** What had happened to a customer when a ticket was opened. Nothing in it is later than `asOf`. */
export interface TicketContext {
  readonly asOf: Instant;
  /** Null where it was not asked for. */
  readonly customer: Customer | null;
  /** Whether the app says how its events are displayed. */
  readonly hasRules: boolean;
  /** The types of warnings and errors in the window, the latest first, at most {@link CONTEXT_ATTENTION_TYPES}. */
  readonly attention: readonly Attention[];
  /** How many more such types there are. */
  readonly moreAttention: number;
  /** The newest first: the latest events, and behind them the latest of each type in `attention`. */
  readonly events: readonly ContextEvent[];
  /** Where the events repeat themselves, the latest first. */
  readonly runs: readonly EventRun[];
  /** What happened in the time before `asOf` that was asked for. */
  readonly summary: readonly TypeSummary[];
}

export interface ContextEvent {
  readonly event: LatestEvent;
  /** Of the payload as it is here; where it was not read, of the type alone. */
  readonly display: EventDisplay;
  readonly rank: Rank;
  /** It is the latest of a type in `attention`. */
  readonly isReserved: boolean;
  /** The events that were not read between this one and the next. */
  readonly missingBehind: readonly TypeCount[];
}

export interface TicketTime {
  /** When the ticket was opened; undefined: now. */
  readonly at: Instant | undefined;
  /** How far the summary and `attention` look back. */
  readonly windowSeconds: number;
  /** How many of the latest events. */
  readonly limit: number;
}

export interface ContextOptions {
  /** Whether the caller may know the customer's name, and wants it. */
  readonly customer: boolean;
  /** Whether payloads are without what the app's rules mask. */
  readonly masked: boolean;
}

/** Tells what had happened to a customer at the time of a ticket. */
@Injectable()
export class TicketContexts {
  constructor(
    private readonly customers: CustomerStore,
    private readonly timelines: TimelineStore,
    private readonly displayRules: EventDisplayRules,
    private readonly clock: Clock,
    private readonly reads: ReadTurns,
  ) {}

  /** @throws CUSTOMER_NOT_FOUND */
  async at(appId: string, externalId: string, ticket: TicketTime, options: ContextOptions): Promise<TicketContext> {
    const customerId = customerIdOf(appId, externalId);
    const asOf = ticket.at ?? instantFromMillis(this.clock.now());
    const { from, to } = windowBefore(asOf, ticket.windowSeconds);
    const query: TimelineQuery = { ...WHOLE_TIMELINE, to, order: 'desc' };
    const findCustomer = () => this.reads.run(appId, () => this.customers.find(customerId));
    const [latest, outline, summary, displays, customer] = await Promise.all([
      this.reads.run(appId, () => this.timelines.latest(customerId, query, ticket.limit, CONTEXT_MAX_BYTES)),
      this.reads.run(appId, () => this.outline(customerId, query)),
      this.reads.runCostly(appId, () => this.timelines.summarize(customerId, { ...WHOLE_TIMELINE, from, to })),
      this.displayRules.of(appId),
      options.customer ? findCustomer() : null,
    ]);
    if (latest.length === 0 && (customer ?? (await findCustomer())) === null) throw customerNotFound();
    const severe = summary.filter(({ type }) => needsAttention(displays.ofType(type)));
    const named = severe.slice(0, CONTEXT_ATTENTION_TYPES);
    const beyond = await this.latestBeyond(appId, customerId, from, named, latest);
    const missing = await this.missingBefore(appId, customerId, latest, beyond, outline);
    const attention = attentionOf(named, [...latest, ...beyond], displays);
    const customerName = customer?.name ?? null;
    const display = displayed({ displays, customerName, masked: options.masked }, attention);
    return {
      asOf,
      customer,
      hasRules: displays.hasRules,
      attention,
      moreAttention: severe.length - named.length,
      events: [...latest, ...beyond].map((event, index) => display(event, missing[index - latest.length + 1] ?? [])),
      runs: eventRuns(outline, ticket.limit),
      summary,
    };
  }

  private async outline(customerId: string, query: TimelineQuery): Promise<readonly EventOutline[]> {
    const limits = { events: CONTEXT_OUTLINED_EVENTS, entries: CONTEXT_OUTLINED_EVENTS };
    return (await this.timelines.outlines(customerId, { ...query, exceptTypes: [] }, null, limits)).events;
  }

  /** The latest event of each of the types that none of the latest events has. */
  private async latestBeyond(
    appId: string,
    customerId: string,
    from: Instant | undefined,
    types: readonly TypeSummary[],
    latest: readonly LatestEvent[],
  ): Promise<LatestEvent[]> {
    const end = latest.at(-1);
    const missing = types.filter(({ type }) => !latest.some((event) => event.type === type));
    if (end === undefined || missing.length === 0) return [];
    const found = await this.reads.run(appId, () =>
      this.timelines.latestOfTypes(customerId, from, missing, CONTEXT_MAX_BYTES),
    );
    // One that was recorded while this was read is not behind them.
    return found.filter((event) => isOlder(event, end));
  }

  /** What lies between the latest events, and each of those beyond them. */
  private async missingBefore(
    appId: string,
    customerId: string,
    latest: readonly LatestEvent[],
    beyond: readonly LatestEvent[],
    outline: readonly EventOutline[],
  ): Promise<readonly (readonly TypeCount[])[]> {
    const [end, oldest, outlineEnd] = [latest.at(-1), beyond.at(-1), outline.at(-1)];
    if (end === undefined || oldest === undefined) return [];
    const positions = [end, ...beyond];
    if (outlineEnd === undefined || isOlder(oldest, outlineEnd)) {
      return this.reads.runCostly(appId, () => this.timelines.countBetween(customerId, positions));
    }
    return countsBetween(outline, positions);
  }
}

function rankOf(display: TypeDisplay): Rank {
  if (needsAttention(display)) return 'severe';
  return display.quiet || display.hidden ? 'quiet' : 'ordinary';
}

function displayed(
  context: DisplayContext,
  attention: readonly Attention[],
): (event: LatestEvent, missingBehind: readonly TypeCount[]) => ContextEvent {
  const reserved = new Set(attention.map(({ id }) => id));
  return (read, missingBehind) => {
    const { event, payload, display } = displayedEvent(read, context);
    return {
      event: { ...event, payload },
      display,
      rank: rankOf(display),
      isReserved: reserved.has(event.id),
      missingBehind,
    };
  };
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { customerNotFound } from '../domain/customer-events-error.ts';
import { customerIdOf } from '../domain/customer.ts';
import { instantFromMillis, shiftInstant, type Instant } from '../../../libs/time/instant.ts';
import { CONTEXT_MAX_BYTES, CONTEXT_OUTLINED_EVENTS, eventRuns, type TicketContext } from '../domain/ticket-context.ts';
import { WHOLE_TIMELINE, type TimelineQuery } from '../domain/timeline.ts';
import { CustomerStore } from './customer-store.port.ts';
import { TimelineStore } from './timeline-store.port.ts';
import { ReadTurns } from './turns.ts';

const MICROS_OF_SECOND = 1_000_000n;

/** Tells what had happened to a customer at the time of a ticket. */
@Injectable()
export class TicketContexts {
  constructor(
    private readonly customers: CustomerStore,
    private readonly timelines: TimelineStore,
    private readonly clock: Clock,
    private readonly reads: ReadTurns,
  ) {}

  /**
   * @param at the time of the ticket; undefined: now.
   * @param windowSeconds what the summary looks back.
   * @param limit how many of the latest events.
   * @throws CUSTOMER_NOT_FOUND
   */
  async at(
    appId: string,
    externalId: string,
    at: Instant | undefined,
    windowSeconds: number,
    limit: number,
  ): Promise<TicketContext> {
    const customerId = customerIdOf(appId, externalId);
    const asOf = at ?? instantFromMillis(this.clock.now());
    // Where time itself ends, there is nothing to be kept out.
    const to = shiftInstant(asOf, 1n) ?? undefined;
    const from = shiftInstant(asOf, -BigInt(windowSeconds) * MICROS_OF_SECOND) ?? undefined;
    const latest: TimelineQuery = { ...WHOLE_TIMELINE, to, order: 'desc' };
    const [events, outline, summary] = await Promise.all([
      this.reads.run(appId, () => this.timelines.latest(customerId, latest, limit, CONTEXT_MAX_BYTES)),
      this.reads.run(appId, () => this.timelines.outline(customerId, latest, CONTEXT_OUTLINED_EVENTS)),
      this.reads.runCostly(appId, () => this.timelines.summarize(customerId, { ...WHOLE_TIMELINE, from, to })),
    ]);
    if (events.length === 0 && (await this.reads.run(appId, () => this.customers.find(customerId))) === null)
      throw customerNotFound();
    return { asOf, events, runs: eventRuns(outline, limit), summary };
  }
}

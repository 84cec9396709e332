import { Injectable } from '@nestjs/common';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { customerIdOf } from '../domain/customer.ts';
import { encodeCursor } from '../domain/timeline-cursor.ts';
import { PAGE_MAX_BYTES, type TimelineFilter, type TimelineQuery } from '../domain/timeline.ts';
import { customerNameOf } from './customer-lookups.ts';
import { CustomerStore } from './customer-store.port.ts';
import { EventDisplayRules, type EventDisplays } from './event-displays.port.ts';
import { Timeline } from './timeline.ts';
import type { EncodedEvent } from './timeline-store.port.ts';
import { ReadTurns } from '../../../libs/kernel/turns.ts';

/** An event, and the JSON of how it is displayed; null: that was not asked for. */
export interface Shown<Event> {
  readonly event: Event;
  readonly display: JsonText | null;
}

export type ShownEvent = Shown<CustomerEvent>;
export type ShownEncodedEvent = Shown<EncodedEvent>;

export interface ShownPage {
  readonly events: readonly ShownEncodedEvent[];
  /** Where the next page begins, which may be empty; null at the end. */
  readonly nextCursor: string | null;
}

export interface DisplayOptions {
  /** Whether events come with how they are displayed. */
  readonly isWanted: boolean;
  /** Whether the caller may know the name of the customer, which a title may have in it. */
  readonly knowsCustomer: boolean;
}

/** Gives the events of {@link Timeline} together with how they are displayed, where that is asked for. */
@Injectable()
export class DisplayedTimeline {
  constructor(
    private readonly timeline: Timeline,
    private readonly customers: CustomerStore,
    private readonly rules: EventDisplayRules,
    private readonly reads: ReadTurns,
  ) {}

  /** As {@link Timeline.page}. What the displays take counts among the bytes of the page. */
  async page(
    appId: string,
    externalId: string,
    query: TimelineQuery,
    limit: number,
    cursor: string | undefined,
    options: DisplayOptions,
  ): Promise<ShownPage> {
    const [{ events, nextCursor }, customerName] = await Promise.all([
      this.timeline.page(appId, externalId, query, limit, cursor),
      this.customerName(appId, externalId, options),
    ]);
    const displays = await this.displays(appId, options);
    if (displays === null) return { events: events.map(withoutDisplay), nextCursor };
    const page = withinPage(events.map((event) => ({ event, display: displays.encodedOfPage(event, customerName) })));
    if (page.length === events.length) return { events: page, nextCursor };
    const last = (page.at(-1) as ShownEncodedEvent).event.decoded();
    return { events: page, nextCursor: encodeCursor(last.customerId, query, last) };
  }

  /** As {@link Timeline.event}. */
  async event(appId: string, externalId: string, id: string, options: DisplayOptions): Promise<ShownEvent> {
    const [event, customerName] = await Promise.all([
      this.timeline.event(appId, externalId, id),
      this.customerName(appId, externalId, options),
    ]);
    const displays = await this.displays(appId, options);
    return { event, display: displays?.encoded(event, customerName) ?? null };
  }

  /** As {@link Timeline.export}. The rules are asked for at each page, and an event is displayed only as it is taken. */
  async export(
    appId: string,
    externalId: string,
    filter: TimelineFilter,
    actor: Actor,
    requireStillAllowed: () => Promise<void>,
    options: DisplayOptions,
  ): Promise<AsyncIterable<Iterable<ShownEncodedEvent>>> {
    const [pages, customerName] = await Promise.all([
      this.timeline.export(appId, externalId, filter, actor, requireStillAllowed),
      this.customerName(appId, externalId, options),
    ]);
    return this.shownPages(appId, pages, customerName, options);
  }

  private async *shownPages(
    appId: string,
    pages: AsyncIterable<readonly EncodedEvent[]>,
    customerName: string | null,
    options: DisplayOptions,
  ): AsyncGenerator<Iterable<ShownEncodedEvent>> {
    for await (const events of pages) yield shown(events, await this.displays(appId, options), customerName);
  }

  /** Null where it is not asked for, where the caller may not know it, and where no rule shows it. */
  private async customerName(appId: string, externalId: string, options: DisplayOptions): Promise<string | null> {
    if (!options.isWanted || !options.knowsCustomer || !(await this.rules.of(appId)).showsCustomer) return null;
    return customerNameOf(this.reads, this.customers, appId, customerIdOf(appId, externalId));
  }

  /** Null where they are not asked for. */
  private async displays(appId: string, { isWanted }: DisplayOptions): Promise<EventDisplays | null> {
    return isWanted ? this.rules.of(appId) : null;
  }
}

const withoutDisplay = (event: EncodedEvent): ShownEncodedEvent => ({ event, display: null });

function* shown(
  events: readonly EncodedEvent[],
  displays: EventDisplays | null,
  customerName: string | null,
): Generator<ShownEncodedEvent> {
  for (const event of events)
    yield displays === null
      ? withoutDisplay(event)
      : { event, display: displays.encoded(event.decoded(), customerName) };
}

/** The first events, as many as fit on a page with their displays; the first one always does. */
function withinPage(events: readonly ShownEncodedEvent[]): readonly ShownEncodedEvent[] {
  let bytes = 0;
  for (const [index, { event, display }] of events.entries()) {
    bytes += Buffer.byteLength(event.json.text) + Buffer.byteLength(display?.text ?? '');
    if (bytes > PAGE_MAX_BYTES && index > 0) return events.slice(0, index);
  }
  return events;
}

import type { ErasureOrder } from '../../src/customer-events/application/customer-store.port.ts';
import {
  LATEST_PAYLOADS,
  TimelineStore,
  type EncodedEvent,
  type NewestSummary,
  type TypeMoment,
} from '../../src/customer-events/application/timeline-store.port.ts';
import type { CustomerEvent } from '../../src/customer-events/domain/customer-event.ts';
import { matchesTypes } from '../../libs/kernel/type-filter.ts';
import { compareInstants, type Instant } from '../../libs/time/instant.ts';
import { mergedCounts, type TypeCount } from '../../src/customer-events/domain/context-fitting.ts';
import type { EventOutline, LatestEvent } from '../../src/customer-events/domain/ticket-context.ts';
import {
  EVENT_OVERHEAD_BYTES,
  type OutlineQuery,
  type ReadLimits,
  type TimelineFilter,
  type TimelinePart,
  type TimelinePosition,
  type TimelineQuery,
  type TypeFilter,
  type TypeSummary,
} from '../../src/customer-events/domain/timeline.ts';
import { customerEventResponse } from '../../src/customer-events/http/customer-event.response.ts';
import type { InMemoryCustomers } from './in-memory-customers.ts';

/** The event as a store would read it. */
export const encoded = (event: CustomerEvent): EncodedEvent => ({
  id: event.id,
  json: customerEventResponse(event),
  decoded: () => event,
});

export class InMemoryTimelineStore extends TimelineStore {
  constructor(private readonly customers: InMemoryCustomers) {
    super();
  }

  page(
    customerId: string,
    query: TimelineQuery,
    after: TimelinePosition | null,
    limits: ReadLimits,
  ): Promise<TimelinePart<EncodedEvent>> {
    const matching = new Set(this.matching(customerId, query));
    const range = this.sorted(customerId, { ...query, types: [] }, after);
    const walk = query.types.length === 0 ? range : range.slice(0, limits.entries);
    const events: CustomerEvent[] = [];
    let bytes = 0;
    let last: TimelinePosition | null = null;
    const part = (next: TimelinePosition | null) => Promise.resolve({ events: events.map(encoded), next });
    for (const event of walk) {
      if (matching.has(event)) {
        bytes += Math.min(Buffer.byteLength(event.payload.text) + EVENT_OVERHEAD_BYTES, limits.bytes);
        if (events.length === limits.events || bytes > limits.bytes) return part(last);
        events.push(event);
        last = event;
      }
    }
    return part(walk !== range && walk.length === limits.entries ? (walk.at(-1) ?? null) : null);
  }

  latest(customerId: string, query: TimelineQuery, limit: number, maxPayloadBytes: number): Promise<LatestEvent[]> {
    return Promise.resolve(withinBudget(this.sorted(customerId, query, null).slice(0, limit), maxPayloadBytes));
  }

  latestOfTypes(
    customerId: string,
    from: Instant | undefined,
    lasts: readonly TypeMoment[],
    maxPayloadBytes: number,
  ): Promise<LatestEvent[]> {
    const newestFirst = this.sorted(customerId, { types: [], from, order: 'desc' }, null);
    const found = lasts.flatMap(
      ({ type, lastOccurredAt }) =>
        newestFirst.find((event) => event.type === type && compareInstants(event.occurredAt, lastOccurredAt) <= 0) ??
        [],
    );
    return Promise.resolve(
      withinBudget(
        found.sort((a, b) => comparePositions(b, a)),
        maxPayloadBytes,
      ),
    );
  }

  countBetween(customerId: string, positions: readonly TimelinePosition[]): Promise<TypeCount[][]> {
    const events = this.eventsOf(customerId);
    return Promise.resolve(
      positions.slice(1).map((oldest, index) => {
        const newest = positions[index] as TimelinePosition;
        const between = events.filter(
          (event) => comparePositions(event, newest) < 0 && comparePositions(event, oldest) > 0,
        );
        return mergedCounts(between.map(({ type }) => ({ type, count: 1 })));
      }),
    );
  }

  eventsAt(
    customerId: string,
    positions: readonly TimelinePosition[],
    maxPayloadBytes: number,
  ): Promise<LatestEvent[]> {
    const newestFirst = this.sorted(customerId, { types: [], order: 'desc' }, null);
    const found = newestFirst.filter((event) => positions.some((position) => comparePositions(event, position) === 0));
    return Promise.resolve(withinBudget(found, maxPayloadBytes));
  }

  outlines(
    customerId: string,
    query: OutlineQuery,
    after: TimelinePosition | null,
    limits: Pick<ReadLimits, 'events' | 'entries'>,
  ): Promise<TimelinePart<EventOutline>> {
    const range = this.sorted(customerId, { ...query, types: [] }, after);
    const isFiltered = query.types.length > 0 || query.exceptTypes.length > 0;
    const looked = isFiltered ? range.slice(0, limits.entries) : range;
    const found = looked
      .filter(({ type }) => matchesTypes(type, query.types) && !query.exceptTypes.includes(type))
      .slice(0, limits.events)
      .map(({ id, type, occurredAt }) => ({ id, type, occurredAt }));
    const walkEnd = isFiltered && looked.length === limits.entries ? looked.at(-1) : undefined;
    const last = found.length === limits.events ? found.at(-1) : walkEnd;
    const next = last === undefined ? null : { occurredAt: last.occurredAt, id: last.id };
    return Promise.resolve({ events: found, next });
  }

  find(customerId: string, id: string): Promise<CustomerEvent | null> {
    return Promise.resolve(this.eventsOf(customerId).find((event) => event.id === id) ?? null);
  }

  summarize(customerId: string, filter: TimelineFilter): Promise<TypeSummary[]> {
    return Promise.resolve(summariesOf(this.matching(customerId, filter).sort(comparePositions)));
  }

  async summarizeNewest(customerId: string, filter: TimelineFilter, entries: number): Promise<NewestSummary> {
    const newest = this.sorted(customerId, { ...filter, types: [], order: 'desc' }, null).slice(0, entries);
    const matching = newest.filter(({ type }) => matchesTypes(type, filter.types));
    return { types: summariesOf(matching.reverse()), isWhole: newest.length < entries };
  }

  countParts(
    customerId: string,
    types: readonly TypeFilter[],
    starts: readonly Instant[],
    end: Instant | undefined,
  ): Promise<number[]> {
    return Promise.resolve(
      starts.map((from, index) => this.matching(customerId, { types, from, to: starts[index + 1] ?? end }).length),
    );
  }

  eraseEvent(customerId: string, id: string, order: ErasureOrder): Promise<boolean> {
    const events = this.eventsOf(customerId);
    const index = events.findIndex((event) => event.id === id);
    if (index < 0) return Promise.resolve(false);
    const { keys } = this.customers;
    events.splice(index, 1).forEach((event) => this.customers.noteErased(event));
    this.customers.record(order, {
      action: 'event.erased',
      customer: keys.pseudonym(customerId),
      subject: keys.eventPseudonym(customerId, id),
    });
    return Promise.resolve(true);
  }

  private sorted(customerId: string, query: TimelineQuery, after: TimelinePosition | null): CustomerEvent[] {
    const sign = query.order === 'asc' ? 1 : -1;
    return this.matching(customerId, query)
      .sort((a, b) => sign * comparePositions(a, b))
      .filter((event) => after === null || sign * comparePositions(event, after) > 0);
  }

  private matching(customerId: string, { types, from, to }: TimelineFilter): CustomerEvent[] {
    return this.eventsOf(customerId).filter(
      ({ type, occurredAt }) =>
        (from === undefined || compareInstants(occurredAt, from) >= 0) &&
        (to === undefined || compareInstants(occurredAt, to) < 0) &&
        matchesTypes(type, types),
    );
  }

  private eventsOf(customerId: string): CustomerEvent[] {
    return this.customers.byId.get(customerId)?.events ?? [];
  }
}

/** @param sorted the oldest first. */
function summariesOf(sorted: readonly CustomerEvent[]): TypeSummary[] {
  const byType = new Map<string, CustomerEvent[]>();
  for (const event of sorted) {
    const events = byType.get(event.type);
    if (events === undefined) byType.set(event.type, [event]);
    else events.push(event);
  }
  const summaries = [...byType].map(([type, events]) => ({
    type,
    count: events.length,
    firstOccurredAt: (events[0] as CustomerEvent).occurredAt,
    lastOccurredAt: (events.at(-1) as CustomerEvent).occurredAt,
  }));
  return summaries.sort((a, b) => compareInstants(b.lastOccurredAt, a.lastOccurredAt) || (a.type < b.type ? -1 : 1));
}

function withinBudget(events: readonly CustomerEvent[], maxPayloadBytes: number): LatestEvent[] {
  let bytes = 0;
  return events.map((event) => {
    const payloadBytes = Buffer.byteLength(event.payload.text);
    const fits = payloadBytes <= maxPayloadBytes;
    if (fits) bytes += payloadBytes;
    const isSent = fits && bytes <= LATEST_PAYLOADS * maxPayloadBytes;
    return { ...event, payload: isSent ? event.payload : null, payloadBytes };
  });
}

function comparePositions(a: TimelinePosition, b: TimelinePosition): number {
  return compareInstants(a.occurredAt, b.occurredAt) || (a.id < b.id ? -1 : Number(a.id > b.id));
}

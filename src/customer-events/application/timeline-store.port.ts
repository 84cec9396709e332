import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { ErasureOrder } from './customer-store.port.ts';
import type { TypeCount } from '../domain/context-fitting.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import type { EventOutline, LatestEvent } from '../domain/ticket-context.ts';
import type {
  OutlineQuery,
  ReadLimits,
  TimelineFilter,
  TimelinePart,
  TimelinePosition,
  TimelineQuery,
  TypeFilter,
  TypeSummary,
} from '../domain/timeline.ts';

/**
 * An event that is read to be given out again: its JSON is there already, and its fields are made only where somebody
 * looks at them. For pages and exports, of which most events are never looked at.
 */
export interface EncodedEvent {
  readonly id: string;
  /** An object with the fields of {@link CustomerEvent} as members; without `eventId`, where there is none. */
  readonly json: JsonText;
  /** Made anew each time. */
  decoded(): CustomerEvent;
}

export const decodedEvent = (event: EncodedEvent): CustomerEvent => event.decoded();

/** A type, and when it was last. */
export type TypeMoment = Pick<TypeSummary, 'type' | 'lastOccurredAt'>;

/** What {@link TimelineStore.summarizeNewest} gives. */
export interface NewestSummary {
  /** As {@link TimelineStore.summarize} gives them. */
  readonly types: readonly TypeSummary[];
  /** Whether there are surely no events before those that were counted. */
  readonly isWhole: boolean;
}

/** See {@link TimelineStore.latest}. */
export const LATEST_PAYLOADS = 16;

/** Reads timelines, and erases single events from them. An unknown customer has an empty timeline. */
export abstract class TimelineStore {
  /**
   * The next events behind a position (from the start: null), in the query's order, as many as the limits
   * let be read at once. There may be none although more follow.
   */
  abstract page(
    customerId: string,
    query: TimelineQuery,
    after: TimelinePosition | null,
    limits: ReadLimits,
  ): Promise<TimelinePart<EncodedEvent>>;

  /**
   * The first `limit` events, each with the size of its payload, but without payloads of more than `maxPayloadBytes`,
   * and without those after the payloads before them came to {@link LATEST_PAYLOADS} times as much.
   */
  abstract latest(
    customerId: string,
    query: TimelineQuery,
    limit: number,
    maxPayloadBytes: number,
  ): Promise<LatestEvent[]>;

  /**
   * The latest event of each type, not before `from`, with payloads as {@link latest} gives them; the newest first.
   * A type of which no event is left is not among them.
   *
   * @param lasts where the latest event of each type was a moment ago; it may have been erased meanwhile.
   */
  abstract latestOfTypes(
    customerId: string,
    from: Instant | undefined,
    lasts: readonly TypeMoment[],
    maxPayloadBytes: number,
  ): Promise<LatestEvent[]>;

  /**
   * How many events of each type lie between each position and the next one, neither of them counted: one list less
   * than there are positions, each with the most frequent type first, then by name.
   *
   * @param positions the newest first.
   */
  abstract countBetween(customerId: string, positions: readonly TimelinePosition[]): Promise<TypeCount[][]>;

  /**
   * The next events behind a position (from the start: null), without payloads: at most `limits.events`. Where types are
   * left out, at most `limits.entries` events are looked at to find them, so there may be none although more follow.
   */
  abstract outlines(
    customerId: string,
    query: OutlineQuery,
    after: TimelinePosition | null,
    limits: Pick<ReadLimits, 'events' | 'entries'>,
  ): Promise<TimelinePart<EventOutline>>;

  /**
   * The events at these positions, those that are there, the newest first, with payloads as {@link latest} gives them.
   *
   * @param positions of the events themselves; at most a few hundred.
   */
  abstract eventsAt(
    customerId: string,
    positions: readonly TimelinePosition[],
    maxPayloadBytes: number,
  ): Promise<LatestEvent[]>;

  abstract find(customerId: string, id: string): Promise<CustomerEvent | null>;

  /** One for each type that has events, the type with the latest event first, then by name. */
  abstract summarize(customerId: string, filter: TimelineFilter): Promise<TypeSummary[]>;

  /** The same of the newest so many events in the time of the filter, of whatever type they are. */
  abstract summarizeNewest(customerId: string, filter: TimelineFilter, entries: number): Promise<NewestSummary>;

  /**
   * How many events lie between each instant and the next, the earlier one inclusive: as many counts as there are starts.
   *
   * @param starts the earliest first; at most a few hundred.
   * @param end exclusive, behind all of them; undefined: the last part has no end.
   */
  abstract countParts(
    customerId: string,
    types: readonly TypeFilter[],
    starts: readonly Instant[],
    end: Instant | undefined,
  ): Promise<number[]>;

  /**
   * Erases one event for good: when it resolves, no row of it is left, and an event with its
   * `eventId` cannot be appended any more. Returns false, and records nothing, where there is no such event.
   */
  abstract eraseEvent(customerId: string, id: string, order: ErasureOrder): Promise<boolean>;
}

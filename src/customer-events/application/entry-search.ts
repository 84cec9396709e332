import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import { readableJson } from '../../../libs/json-payload/readable-json.ts';
import type { EventOutline } from '../domain/ticket-context.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { EVENT_OVERHEAD_BYTES, type ReadLimits, type TimelinePart, type TimelinePosition } from '../domain/timeline.ts';
import type { Walked } from './entries-walk.ts';
import type { DisplayContext } from './entry-displays.ts';
import type { EncodedEvent } from './timeline-store.port.ts';

/** Events that one search looks at. */
export const SEARCH_MAX_EVENTS = 20_000;
/** Payloads that one search reads, in bytes, however large each of them is. */
const SEARCH_MAX_BYTES = 33_554_432;
/** Reads that one search makes: where few events are of the types asked for, each gives little. */
const SEARCH_MAX_READS = 64;
/** What is held at a time. */
const READ_LIMITS: ReadLimits = { events: 500, bytes: 1_048_576, entries: 5_000 };

export type ReadEvents = (after: TimelinePosition | null, limits: ReadLimits) => Promise<TimelinePart<EncodedEvent>>;

export interface SearchPlan {
  readonly after: TimelinePosition | null;
  readonly limit: number;
  readonly isVisible: (event: EventOutline) => boolean;
  readonly matches: (event: CustomerEvent) => boolean;
}

/**
 * Goes through events with their payloads until so many match, or until as much was read as one request may. The title of
 * an event is made here and nowhere in the database, and what is masked must not be found, so the texts are compared here.
 */
export async function searchEvents(
  read: ReadEvents,
  { after, limit, isVisible, matches }: SearchPlan,
): Promise<Walked> {
  const found: EventOutline[] = [];
  let first: TimelinePosition | null = null;
  let [scanned, bytes] = [0, 0];
  let last = after;
  const walked = (next: TimelinePosition | null): Walked => ({ events: found, first, scanned, next, isOpen: false });
  for (let reads = 0; reads < SEARCH_MAX_READS; reads++) {
    const count = Math.min(READ_LIMITS.events, SEARCH_MAX_EVENTS - scanned);
    const { events, next } = await read(last, { ...READ_LIMITS, events: count });
    for (const encoded of events) {
      const event = encoded.decoded();
      first ??= placeOf(event);
      scanned++;
      bytes += Buffer.byteLength(event.payload.text) + EVENT_OVERHEAD_BYTES;
      if (isVisible(event) && matches(event)) found.push(outlineOf(event));
      if (found.length === limit) return walked(placeOf(event));
    }
    if (next === null || scanned >= SEARCH_MAX_EVENTS || bytes >= SEARCH_MAX_BYTES) return walked(next);
    last = next;
  }
  return walked(last);
}

/**
 * Whether an event has a text in its payload, as it was sent or as people read it, as far as it may be seen, in its type or its title;
 * case does not count.
 */
export function matcherOf(text: string, context: DisplayContext): (event: CustomerEvent) => boolean {
  const { displays, customerName, masked } = context;
  const wanted = text.toLowerCase();
  const has = (given: string): boolean => given.toLowerCase().includes(wanted);
  const titles = new Map<string, boolean>();
  const typeHas = (type: string): boolean => {
    const known = titles.get(type);
    if (known !== undefined) return known;
    const found = has(type) || has(displays.titleOfType(type));
    titles.set(type, found);
    return found;
  };
  const payloadHas = ({ text: json }: JsonText): boolean =>
    has(json) || (json.includes('\\') && has(readableJson(json)));
  return (event) => {
    if (!displays.hasRules) return typeHas(event.type) || payloadHas(event.payload);
    const payload = masked ? displays.masked(event) : event.payload;
    return has(event.type) || payloadHas(payload) || has(displays.of({ ...event, payload }, customerName).title);
  };
}

const outlineOf = ({ id, type, occurredAt }: CustomerEvent): EventOutline => ({ id, type, occurredAt });
const placeOf = ({ id, occurredAt }: CustomerEvent): TimelinePosition => ({ id, occurredAt });

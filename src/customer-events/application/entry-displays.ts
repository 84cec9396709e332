import type { EventDisplay } from '../domain/event-display.ts';
import type { EventOutline, LatestEvent } from '../domain/ticket-context.ts';
import type { EventDisplays } from './event-displays.port.ts';
import type { TimelineStore } from './timeline-store.port.ts';

/** No payload is larger; the store sends at most sixteen times as much at once. */
const MAX_PAYLOAD_BYTES = 65_536;

/** An event that is shown by itself. Its payload is not kept. */
export type ShownSingle = Omit<LatestEvent, 'payload'> & { readonly display: EventDisplay };

export interface DisplayContext {
  readonly displays: EventDisplays;
  /** Null: not known, or not to be known. */
  readonly customerName: string | null;
  readonly masked: boolean;
}

/** How an event is displayed of which nothing but the type is known. */
export function displayOfType(type: string, displays: EventDisplays): EventDisplay {
  const { severity, icon, quiet, hidden } = displays.ofType(type);
  return { title: displays.titleOfType(type), severity, icon, url: null, fields: [], quiet, hidden };
}

/**
 * Reads events and displays them, as many payloads at a time as the store gives. One that was erased meanwhile is not
 * among them.
 */
export async function shownSingles(
  store: TimelineStore,
  customerId: string,
  outlines: readonly EventOutline[],
  context: DisplayContext,
): Promise<Map<string, ShownSingle>> {
  // Without rules nothing of a payload is shown.
  const maxBytes = context.displays.hasRules ? MAX_PAYLOAD_BYTES : 0;
  const shown = new Map<string, ShownSingle>();
  for (let left = outlines; left.length > 0;) {
    const events = await store.eventsAt(customerId, left, maxBytes);
    const isRead = ({ payload, payloadBytes }: LatestEvent): boolean => payload !== null || payloadBytes > maxBytes;
    for (const event of events.filter(isRead)) shown.set(event.id, shownSingle(event, context));
    const rest = events.filter((event) => !isRead(event));
    if (rest.length === left.length) break;
    left = rest;
  }
  return shown;
}

function shownSingle(read: LatestEvent, context: DisplayContext): ShownSingle {
  const { event, display } = displayedEvent(read, context);
  return { ...event, display };
}

interface DisplayedEvent {
  readonly event: Omit<LatestEvent, 'payload'>;
  /** Without what is masked. */
  readonly payload: LatestEvent['payload'];
  readonly display: EventDisplay;
}

/** An event as people see it: by its type alone where its payload was not read. */
export function displayedEvent(
  { payload: read, ...event }: LatestEvent,
  { displays, customerName, masked }: DisplayContext,
): DisplayedEvent {
  if (read === null) return { event, payload: null, display: displayOfType(event.type, displays) };
  const payload = masked ? displays.masked({ type: event.type, payload: read }) : read;
  return { event, payload, display: displays.of({ ...event, payload }, customerName) };
}

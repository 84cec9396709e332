import { externalId } from './service.ts';

/** An event as senders write it. */
export interface SentEvent {
  readonly customerExternalId: string;
  readonly type: string;
  readonly payload: { readonly orderId: string; readonly total: number; readonly currency: string };
  readonly occurredAt: string;
  readonly eventId?: string;
}

/** Those of all events, where nothing else is asked for. */
export const TYPES = ['order.placed', 'order.shipped', 'invoice.paid', 'ticket.opened'];
const FROM_MILLIS = Date.parse('2026-01-01T00:00:00Z');
const SPREAD_MILLIS = 90 * 24 * 3600 * 1000;

/** Always of this length: its digits can be overwritten in a request that is built. */
const EVENT_ID_DIGITS = 14;
const EVENT_ID_NAME = Buffer.from('"eventId":"');
let lastEventNumber = Date.now() * 10;

/**
 * Makes events of about 150 bytes of random customers. The same seed makes the same events, for
 * whoever they are sent to.
 */
export function eventSource(
  seed: number,
  customers: number,
  withEventIds: boolean,
  types: readonly string[] = TYPES,
): () => SentEvent {
  const random = randomSource(seed);
  return () => {
    const event = {
      customerExternalId: externalId(Math.floor(random() * customers)),
      type: types[Math.floor(random() * types.length)] as string,
      payload: {
        orderId: String(Math.floor(random() * 1e6)),
        total: Math.floor(random() * 1e5) / 100,
        currency: 'EUR',
      },
      occurredAt: new Date(FROM_MILLIS + Math.floor(random() * SPREAD_MILLIS)).toISOString(),
    };
    return withEventIds ? { ...event, eventId: newEventId() } : event;
  };
}

/** So many types; the usual ones where nothing is asked for. */
export const eventTypes = (count: number | undefined): readonly string[] =>
  count === undefined ? TYPES : Array.from({ length: count }, (_, index) => `bench.type_${index}`);

/** Gives each event of a request an `eventId` that was never used, in place. */
export function stampEventIds(request: Buffer): void {
  for (let at = request.indexOf(EVENT_ID_NAME); at !== -1; at = request.indexOf(EVENT_ID_NAME, at)) {
    at += EVENT_ID_NAME.length;
    at += request.write(newEventId(), at, 'latin1');
  }
}

const newEventId = (): string => String(++lastEventNumber).padStart(EVENT_ID_DIGITS, '0');

/** Mulberry32: small, fast, and even enough to choose customers. From 0 to below 1. */
export function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

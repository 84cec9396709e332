import { type ErrorDetails, RecordError } from './errors.ts';
import type { CustomerEvent, SentEvent } from './event.ts';
import { jsonText, NotJson, RawJson, stringText, utf8Bytes } from './json-text.ts';

/** An event, and the JSON that is sent for it. */
export interface EncodedEvent {
  readonly event: SentEvent;
  readonly text: string;
  readonly bytes: number;
  /** Of the part of the text, with type and payload, that stands in the service's result as it was sent. */
  readonly echoStart: number;
  readonly echoEnd: number;
}

export interface EventLimits {
  readonly payloadBytes: number;
  /** Of the whole event as JSON. */
  readonly eventBytes: number;
}

const FIELDS: readonly string[] = ['customerExternalId', 'type', 'payload', 'occurredAt', 'eventId'];
// The service's own rules.
const EXTERNAL_ID = /^[^\p{Cc}\p{Cs}]{1,255}$/u;
const TYPE = /^[a-z0-9_.]{1,100}$/;
const EVENT_ID = /^[A-Za-z0-9_.:-]{1,255}$/;
const INSTANT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/** @throws RecordError (`VALIDATION_ERROR`, `PAYLOAD_TOO_LARGE`) */
export function encodeEvent(event: CustomerEvent, limits: EventLimits): EncodedEvent {
  if (typeof event !== 'object' || event === null) throw invalid(event, 'event', 'must be an object');
  for (const field of Object.keys(event)) {
    if (!FIELDS.includes(field))
      throw invalid(event, field, `is not a known field; the fields are ${FIELDS.join(', ')}`);
  }
  const { customerExternalId, type } = event;
  const eventId = event.eventId ?? crypto.randomUUID();
  const occurredAt = instantText(event);
  if (!matches(customerExternalId, EXTERNAL_ID))
    throw invalid(event, 'customerExternalId', 'must be a string of 1 to 255 characters without control characters');
  if (!matches(type, TYPE)) throw invalid(event, 'type', 'must be 1 to 100 characters of a-z, 0-9, "_" and "."');
  if (!matches(eventId, EVENT_ID))
    throw invalid(event, 'eventId', 'must be 1 to 255 characters of A-Z, a-z, 0-9, "_", ".", ":" and "-"');

  const payload = payloadText(event, limits);
  const head = `{"customerExternalId":${stringText(customerExternalId)},`;
  const what = `"type":"${type}","payload":${payload},"occurredAt":"`;
  const text = `${head}${what}${occurredAt}","eventId":"${eventId}"}`;
  const bytes = utf8Bytes(text);
  if (bytes > limits.eventBytes) throw tooLarge(event, 'event', bytes, limits.eventBytes);
  const sent = { customerExternalId, type, payload: event.payload ?? {}, occurredAt, eventId };
  return { event: sent, text, bytes, echoStart: head.length, echoEnd: head.length + what.length };
}

const matches = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value);

function instantText(event: CustomerEvent): string {
  const { occurredAt } = event;
  if (occurredAt === undefined || occurredAt === null) return presentInstant();
  if (occurredAt instanceof Date && Number.isFinite(occurredAt.getTime())) {
    const text = occurredAt.toISOString();
    if (INSTANT.test(text)) return text;
  } else if (typeof occurredAt === 'string' && INSTANT.test(occurredAt)) return occurredAt;
  throw invalid(
    event,
    'occurredAt',
    'must be a valid Date, or a text such as 2026-04-18T10:00:00Z, in the years 0001 to 9999',
  );
}

let present = { millis: 0, text: '' };

/** The text is made once for each millisecond: it takes 2 µs. */
function presentInstant(): string {
  const millis = Date.now();
  if (millis !== present.millis) present = { millis, text: new Date(millis).toISOString() };
  return present.text;
}

function payloadText(event: CustomerEvent, limits: EventLimits): string {
  const payload = event.payload ?? {};
  const text = textOfPayload(event, payload);
  if (text?.trimStart()[0] !== '{') throw invalid(event, 'payload', 'must be a JSON object');
  // No text has more than three bytes for each of its units.
  const bytes = text.length * 3 > limits.payloadBytes ? utf8Bytes(text) : 0;
  if (bytes > limits.payloadBytes) throw tooLarge(event, 'payload', bytes, limits.payloadBytes);
  return text;
}

function textOfPayload(event: CustomerEvent, payload: object): string | undefined {
  try {
    return payload instanceof RawJson ? payload.text : jsonText(payload);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    throw invalid(event, ['payload', ...error.path.reverse()].join('.'), error.message);
  }
}

const invalid = (event: CustomerEvent, field: string, problem: string): RecordError =>
  refusal(event, 'VALIDATION_ERROR', `The event is not valid: ${field} ${problem}`, { [field]: [problem] });

const tooLarge = (event: CustomerEvent, field: string, bytes: number, limit: number): RecordError =>
  refusal(event, 'PAYLOAD_TOO_LARGE', `The ${field} has ${bytes} bytes of JSON; ${limit} are allowed`, {
    field,
    bytes,
    limit,
  });

const refusal = (event: CustomerEvent, code: string, message: string, details: ErrorDetails): RecordError =>
  new RecordError(event, code, message, details);

import { describe, expect, it } from '@jest/globals';
import { encodeEvent } from './encode-event.ts';
import { RecordError } from './errors.ts';
import type { CustomerEvent } from './event.ts';
import { rawJson } from './json-text.ts';

const EVENT = { customerExternalId: 'user_42', type: 'order.placed' };
const LIMITS = { payloadBytes: 100, eventBytes: 400 };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function refusal(event: unknown, limits = LIMITS): RecordError {
  try {
    encodeEvent(event as CustomerEvent, limits);
  } catch (error) {
    if (error instanceof RecordError) return error;
    throw error;
  }
  throw new Error('the event was not refused');
}

describe('an event that is recorded', () => {
  it('gets a UUID and the time of the call, each event its own', () => {
    const before = Date.now();
    const [one, two] = [encodeEvent(EVENT, LIMITS), encodeEvent(EVENT, LIMITS)];
    expect(one.event).toEqual({
      ...EVENT,
      payload: {},
      occurredAt: expect.any(String),
      eventId: expect.stringMatching(UUID),
    });
    expect(one.event.eventId).not.toBe(two.event.eventId);
    expect(Date.parse(one.event.occurredAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(one.event.occurredAt)).toBeLessThanOrEqual(Date.now());
    expect(JSON.parse(one.text)).toEqual(one.event);
  });

  it('keeps what it has: eventId, instant, and a payload of JSON as it stands', () => {
    const given = { ...EVENT, eventId: 'order-1', occurredAt: '2026-04-18T10:00:00.123456+02:00' };
    const { text, bytes } = encodeEvent({ ...given, payload: rawJson('{"total": 99.90, "ü": 1}') }, LIMITS);
    expect(text).toBe(
      '{"customerExternalId":"user_42","type":"order.placed","payload":{"total": 99.90, "ü": 1},' +
        '"occurredAt":"2026-04-18T10:00:00.123456+02:00","eventId":"order-1"}',
    );
    expect(bytes).toBe(Buffer.byteLength(text));
    const dated = encodeEvent({ ...EVENT, occurredAt: new Date('2026-04-18T10:00:00Z') }, LIMITS);
    expect(dated.event.occurredAt).toBe('2026-04-18T10:00:00.000Z');
  });

  it('takes null for absent', () => {
    const { event } = encodeEvent({ ...EVENT, payload: null, occurredAt: null, eventId: null }, LIMITS);
    expect(event).toMatchObject({ payload: {}, eventId: expect.stringMatching(UUID) });
  });

  it.each([
    ['event', null],
    ['customerExternalId', { type: 'a' }],
    ['customerExternalId', { ...EVENT, customerExternalId: '' }],
    ['customerExternalId', { ...EVENT, customerExternalId: 'a\n' }],
    ['customerExternalId', { ...EVENT, customerExternalId: '\ud800' }],
    ['customerExternalId', { ...EVENT, customerExternalId: 42 }],
    ['type', { ...EVENT, type: 'Order' }],
    ['type', { ...EVENT, type: 'a'.repeat(101) }],
    ['eventId', { ...EVENT, eventId: 'with space' }],
    ['eventId', { ...EVENT, eventId: '' }],
    ['occurredAt', { ...EVENT, occurredAt: 'yesterday' }],
    ['occurredAt', { ...EVENT, occurredAt: 1_776_000_000_000 }],
    ['occurredAt', { ...EVENT, occurredAt: new Date(NaN) }],
    ['occurredAt', { ...EVENT, occurredAt: new Date('+010000-01-01T00:00:00Z') }],
    ['payload', { ...EVENT, payload: [] }],
    ['payload', { ...EVENT, payload: 'text' }],
    ['payload', { ...EVENT, payload: rawJson('[1]') }],
    ['payload', { ...EVENT, payload: new Date() }],
    ['payload.a.0', { ...EVENT, payload: { a: [NaN] } }],
    ['occuredAt', { ...EVENT, occuredAt: '2026-04-18' }],
  ])('is refused at once with VALIDATION_ERROR where %s is wrong (%#)', (field, event) => {
    const error = refusal(event);
    expect(error).toMatchObject({ code: 'VALIDATION_ERROR', details: { [field]: [expect.any(String)] } });
    expect(error.message).toContain(field);
    expect(error.event).toBe(event);
  });

  it('may have exactly as many bytes of payload as are allowed, and not one more', () => {
    // Two bytes each; `{"a":""}` has 8.
    const payload = (letters: number): object => ({ a: 'ü'.repeat(letters) });
    expect(encodeEvent({ ...EVENT, payload: payload(46) }, LIMITS).text).toContain('ü');
    expect(refusal({ ...EVENT, payload: payload(47) })).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      details: { field: 'payload', bytes: 102, limit: 100 },
    });
  });

  it('is refused where it is larger than a batch may be', () => {
    const { bytes } = encodeEvent({ ...EVENT, eventId: 'x' }, LIMITS);
    const error = refusal({ ...EVENT, eventId: 'x' }, { ...LIMITS, eventBytes: bytes - 1 });
    expect(error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', details: { field: 'event', bytes, limit: bytes - 1 } });
  });
});

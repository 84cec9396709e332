import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CustomerEvents, rawJson, RequestError, type TimelineEvent } from '../../client/src/index.ts';
import { originOf, startTestService, type TestService } from '../support/test-service.ts';

const DAY = (n: number): string => `2026-04-${String(n + 1).padStart(2, '0')}T10:00:00Z`;
const PAYLOADS = [
  '{"total":99.90,"id":123456789012345678901234567890,"zero":-0,"big":1e400}',
  '{"payload":{"payload":{}},"text":"}\\"\\\\","":{"__proto__":{"a":[]}}}',
  '{"a":[1,2],"a":1.50}',
  '{"lone":"\\ud800","nul":"\\u0000"}',
  '{}',
];

describe('what the client reads of the service', () => {
  let service: TestService;
  let client: CustomerEvents;
  beforeAll(async () => {
    service = await startTestService();
    const url = `${originOf(service)}/`;
    client = new CustomerEvents({ url, key: service.key });
    const record = (payload: string, n: number) =>
      client.record({
        customerExternalId: 'user_42',
        type: n % 2 === 0 ? 'order.placed' : 'invoice.payment_failed',
        payload: rawJson(payload),
        occurredAt: new Date(DAY(n)),
        eventId: `event-${n}`,
      });
    await Promise.all(PAYLOADS.map(record));
  });
  afterAll(async () => {
    await client.close();
    await service.close();
  });

  const all = async (events: AsyncIterable<TimelineEvent>): Promise<TimelineEvent[]> => {
    const found = [];
    for await (const event of events) found.push(event);
    return found;
  };

  it('has all events of a timeline, over pages, in both orders, with payloads exactly as they were sent', async () => {
    for (const limit of [1, 2, 200]) {
      const events = await all(client.timeline('user_42', { order: 'asc', limit }));
      expect(events.map(({ payloadText }) => payloadText)).toEqual(PAYLOADS);
      expect(events.map(({ eventId, occurredAt }) => [eventId, occurredAt])).toEqual(
        PAYLOADS.map((_, n) => [`event-${n}`, DAY(n)]),
      );
    }
    const newest = await all(client.timeline('user_42', { limit: 3 }));
    expect(newest.map(({ payloadText }) => payloadText)).toEqual(PAYLOADS.toReversed());
  });

  it('parses a payload when it is first read, and once', async () => {
    const [event] = await all(client.timeline('user_42', { to: DAY(1) }));
    expect(event?.payload).toEqual({ total: 99.9, id: 123456789012345680000000000000, zero: -0, big: Infinity });
    expect(event?.payload).toBe(event?.payload);
    expect(Object.keys(event as object)).toContain('payload');
  });

  it('reads only what a filter lets through, and shows events in words', async () => {
    const filter = { type: ['order.*', 'other'], from: new Date(DAY(1)), to: DAY(4), display: true };
    const events = await all(client.timeline('user_42', filter));
    expect(events.map(({ eventId, display }) => [eventId, display?.title])).toEqual([['event-2', 'Order placed']]);
    expect(await client.summary('user_42', { type: 'order.*', from: DAY(1) })).toMatchObject({
      total: 2,
      types: [{ type: 'order.placed', count: 2 }],
    });
  });

  it('stops reading pages where the loop is left', async () => {
    for await (const event of client.timeline('user_42', { limit: 1 })) {
      expect(event.eventId).toBe('event-4');
      break;
    }
  });

  it('has the context of a ticket, with exact payloads, and outlines where a payload has no room', async () => {
    const text = 'x'.repeat(20_000);
    await client.record({ customerExternalId: 'user_42', type: 'note.added', payload: { text }, occurredAt: DAY(9) });
    const context = await client.context('user_42', { at: new Date(DAY(10)), window: 'P30D', limit: 10 });
    expect(context).toMatchObject({ asOf: DAY(10), truncated: true });
    const [outline, ...events] = context.events;
    expect(outline).toMatchObject({ type: 'note.added', payloadLeftOut: true });
    const texts = events.map((event) => ('payloadText' in event ? event.payloadText : 'none'));
    expect(texts).toEqual(PAYLOADS.toReversed());
  });

  it('finds a customer by address, and none where nobody has it', async () => {
    expect(await client.customers.find({ email: 'USER_42@example.com' })).toMatchObject({ externalId: 'user_42' });
    expect(await client.customers.find({ email: 'nobody@example.com' })).toBeNull();
  });

  it('makes a session for a page', async () => {
    const session = await client.embedSession({ customerExternalId: 'user_42', viewer: { id: 'agent_7' } });
    expect(session).toMatchObject({ token: expect.stringMatching(/^es_/), matchedBy: 'externalId' });
  });

  it('throws RequestError with the code of the service', async () => {
    const failing = [
      client.summary('nobody'),
      client.timeline('nobody').next(),
      client.context('user_42', { limit: 0 }),
    ];
    const reasons = (await Promise.allSettled(failing)).map(
      (outcome) => (outcome as PromiseRejectedResult).reason as unknown,
    );
    for (const reason of reasons) expect(reason).toBeInstanceOf(RequestError);
    expect(reasons).toMatchObject([
      { code: 'CUSTOMER_NOT_FOUND', status: 404 },
      { code: 'CUSTOMER_NOT_FOUND', status: 404 },
      { code: 'VALIDATION_ERROR', status: 400, details: { limit: [expect.any(String)] } },
    ]);
  });

  it('takes payloads of up to 100 levels, as the service does', async () => {
    const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });
    const event = { customerExternalId: 'user_42', type: 'deep' };
    expect(await client.record({ ...event, payload: nested(100) })).toMatchObject({ status: 'created' });
    await expect(client.record({ ...event, payload: nested(101) })).rejects.toThrow(/100 levels/);
    const deeper = rawJson(JSON.stringify(nested(101)));
    await expect(client.record({ ...event, payload: deeper })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});

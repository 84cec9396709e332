import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectSuccess } from './helpers/answers.ts';

interface Event {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
}

describe('GET /customers/:externalId/events/summary', () => {
  let service: TestService;

  const summary = async (externalId: string) => {
    const response = await service.get(`/customers/${externalId}/events/summary`);
    expectSuccess(response, 200);
    return response.body.data;
  };
  const add = async (customerExternalId: string, type: string, occurredAt: string): Promise<Event> =>
    (await service.post('/customer-events', { customerExternalId, type, occurredAt }).expect(201)).body.data;
  const allEvents = async (externalId: string): Promise<Event[]> =>
    (await service.get(`/customers/${externalId}/events?limit=200&order=asc`).expect(200)).body.data.events;

  /** The summary that a reader would make of the whole timeline. */
  const byHand = (events: Event[]) => {
    const types = new Map<string, Event[]>();
    for (const event of events) types.set(event.type, [...(types.get(event.type) ?? []), event]);
    return {
      total: events.length,
      firstOccurredAt: events[0]?.occurredAt ?? null,
      lastOccurredAt: events.at(-1)?.occurredAt ?? null,
      types: [...types.entries()].map(([type, of]) => ({
        type,
        count: of.length,
        firstOccurredAt: of[0]?.occurredAt,
        lastOccurredAt: of.at(-1)?.occurredAt,
      })),
    };
  };

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('of a customer without events is empty', async () => {
    await service.patch('/customers/empty', { email: 'empty@example.com', name: 'x' }).expect(201);
    expect(await summary('empty')).toEqual({ total: 0, firstOccurredAt: null, lastOccurredAt: null, types: [] });
  });

  it('equals a full walk, after antidated events and erasures too', async () => {
    await service.patch('/customers/busy', { email: 'busy@example.com', name: 'x' }).expect(201);
    const events: Event[] = [];
    const check = async () => {
      const found = await summary('busy');
      const expected = byHand(await allEvents('busy'));
      expect(found.types.map(({ lastOccurredAt }: Event & { lastOccurredAt: string }) => lastOccurredAt)).toEqual(
        found.types
          .map(({ lastOccurredAt }: Event & { lastOccurredAt: string }) => lastOccurredAt)
          .toSorted()
          .toReversed(),
      );
      expect({ ...found, types: new Set(found.types) }).toEqual({ ...expected, types: new Set(expected.types) });
    };
    for (const [type, occurredAt] of [
      ['b', '2026-01-05T00:00:00Z'],
      ['a', '2026-01-06T00:00:00.000001Z'],
      ['b', '2026-01-01T00:00:00Z'],
      ['c', '1999-12-31T23:59:59.999999Z'],
      ['a', '2026-01-03T00:00:00Z'],
    ] as const) {
      events.push(await add('busy', type, occurredAt));
      await check();
    }
    for (const { id } of events) {
      await service.delete(`/customers/busy/events/${id}`).expect(200);
      await check();
    }
  });
});

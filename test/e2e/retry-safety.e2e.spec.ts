import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectSuccess } from './helpers/answers.ts';

describe('sending an event again with its eventId', () => {
  let service: TestService;
  let eventCount = 0;

  const event = (fields: object = {}) => ({
    customerExternalId: 'user_42',
    type: 'order.placed',
    payload: { orderId: '1042', total: 99.9 },
    occurredAt: '2026-04-18T10:00:00Z',
    eventId: `event-${eventCount}`,
    ...fields,
  });
  /** For what JavaScript could not write: the payload as text. */
  const withPayload = (payload: string) =>
    `{"customerExternalId":"user_42","type":"order.placed","eventId":"event-${eventCount}","payload":${payload}}`;
  const rowsOf = (eventId: string) =>
    service.database.query('SELECT 1 FROM customer_events WHERE event_id = $1', [eventId]);
  const nextEvent = (): void => {
    eventCount++;
  };

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('responds with 200 and the data of the first response, and stores nothing', async () => {
    nextEvent();
    const first = await service.post('/customer-events', event());
    expectSuccess(first, 201);
    expect(first.headers).not.toHaveProperty('idempotent-replayed');
    const again = await service.post('/customer-events', event());
    expectSuccess(again, 200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.body.data).toEqual(first.body.data);
    expect(await rowsOf(event().eventId)).toHaveLength(1);
  });

  it.each([
    ['keys in another order', '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ['other white space', '{"a":[1,2]}', '{ "a" : [ 1 ,\n 2 ] }'],
    ['escapes for the same characters', '{"a":"A/é"}', '{"\\u0061":"\\u0041\\/\\u00e9"}'],
    ['an empty payload that is absent', '{}', 'null'],
    ['lone surrogates', '{"a":"\\ud800"}', '{"a":"\\uD800"}'],
    ['100 levels', `${'{"a":'.repeat(99)}{}${'}'.repeat(99)}`, `${'{ "a":'.repeat(99)}{}${'}'.repeat(99)}`],
  ])('takes as the same payload: %s', async (_, first, again) => {
    nextEvent();
    await service.post('/customer-events', withPayload(first)).expect(201);
    expectSuccess(await service.post('/customer-events', withPayload(again)), 200);
  });

  it.each([
    ['1 and 1.0', '{"n":1}', '{"n":1.0}'],
    ['1.0 and 1', '{"n":1.0}', '{"n":1}'],
    ['0 and -0', '{"n":0}', '{"n":-0}'],
    ['integers that are equal as doubles', '{"n":9007199254740993}', '{"n":9007199254740992}'],
    ['numbers that are both infinite as doubles', '{"n":1e400}', '{"n":1e500}'],
    ['a number and a text', '{"n":1}', '{"n":"1"}'],
    ['null and absent', '{"n":null}', '{}'],
    ['arrays in another order', '{"a":[1,2]}', '{"a":[2,1]}'],
    ['two lone surrogates', '{"a":"\\ud800"}', '{"a":"\\ud801"}'],
    ['composed and decomposed letters', '{"a":"\u00e9"}', '{"a":"e\u0301"}'],
    ['keys in another case', '{"a":1}', '{"A":1}'],
    ['__proto__ with other content', '{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}'],
    ['__proto__ and nothing', '{"__proto__":{"a":1}}', '{}'],
  ])('refuses as another payload: %s', async (_, first, again) => {
    nextEvent();
    await service.post('/customer-events', withPayload(first)).expect(201);
    const body = expectFailure(await service.post('/customer-events', withPayload(again)), 409, 'EVENT_ID_CONFLICT');
    expect(Object.keys(body.details ?? {})).toEqual(['payload']);
  });

  it.each([
    ['type', { type: 'order.paid' }, ['type']],
    ['payload', { payload: { orderId: 'secret-value' } }, ['payload']],
    ['occurredAt, by a microsecond', { occurredAt: '2026-04-18T10:00:00.000001Z' }, ['occurredAt']],
    ['all of them', { type: 'x', payload: {}, occurredAt: '2020-01-01' }, ['occurredAt', 'payload', 'type']],
  ])('refuses another %s, and names what differs without telling the values', async (_, other, fields) => {
    nextEvent();
    const first = await service.post('/customer-events', event()).expect(201);
    const response = await service.post('/customer-events', event(other));
    const body = expectFailure(response, 409, 'EVENT_ID_CONFLICT');
    expect(Object.keys(body.details ?? {}).sort()).toEqual(fields);
    for (const value of ['1042', '99.9', 'secret-value', 'order.placed', '2026-04-18'])
      expect(response.text).not.toContain(value);
    const again = await service.post('/customer-events', event()).expect(200);
    expect(again.body.data).toEqual(first.body.data);
  });

  describe('with occurredAt', () => {
    it('written otherwise, takes it as the same instant', async () => {
      nextEvent();
      await service.post('/customer-events', event()).expect(201);
      for (const same of ['2026-04-18T10:00:00.000Z', '2026-04-18T12:00:00+02:00', '2026-04-18T10:00']) {
        expectSuccess(await service.post('/customer-events', event({ occurredAt: same })), 200);
      }
    });

    it('absent both times, takes it as equal', async () => {
      nextEvent();
      const first = await service.post('/customer-events', event({ occurredAt: undefined })).expect(201);
      const again = await service.post('/customer-events', event({ occurredAt: undefined })).expect(200);
      expect(again.body.data.occurredAt).toBe(first.body.data.occurredAt);
    });

    it('absent the second time, takes it as equal', async () => {
      nextEvent();
      await service.post('/customer-events', event()).expect(201);
      const again = await service.post('/customer-events', event({ occurredAt: null })).expect(200);
      expect(again.body.data.occurredAt).toBe('2026-04-18T10:00:00Z');
    });

    it('as the first response gave it, takes it as equal', async () => {
      nextEvent();
      const first = await service.post('/customer-events', event({ occurredAt: undefined })).expect(201);
      await service.post('/customer-events', event({ occurredAt: first.body.data.occurredAt })).expect(200);
    });
  });

  describe('where the first request was refused', () => {
    it('because its customer did not exist, the eventId can be used again', async () => {
      nextEvent();
      const late = event({ customerExternalId: 'late' });
      await service.post('/customer-events', late).expect(404);
      await service.patch('/customers/late', { email: 'late@example.com', name: 'Late' }).expect(201);
      await service.post('/customer-events', late).expect(201);
    });

    it('because it was not valid or too large, the eventId can be used again', async () => {
      nextEvent();
      await service.post('/customer-events', event({ type: 'NO' })).expect(400);
      await service.post('/customer-events', event({ payload: { s: 'x'.repeat(66_000) } })).expect(413);
      await service.post('/customer-events', JSON.stringify(event()), { 'Content-Type': 'text/plain' }).expect(415);
      await service.post('/customer-events', event(), { 'X-API-Key': 'wrong' }).expect(401);
      await service.post('/customer-events', event()).expect(201);
    });
  });

  it('knows ids that differ only in case apart', async () => {
    nextEvent();
    await service.post('/customer-events', event({ eventId: 'CaseSensitive' })).expect(201);
    await service.post('/customer-events', event({ eventId: 'casesensitive' })).expect(201);
  });

  it('lets each customer have an event of the same id', async () => {
    nextEvent();
    await service.patch('/customers/second', { email: 'second@example.com', name: 'x' }).expect(201);
    await service.post('/customer-events', event()).expect(201);
    await service.post('/customer-events', event({ customerExternalId: 'second', type: 'another' })).expect(201);
  });

  it('stores events without an eventId each time', async () => {
    const plain = event({ eventId: undefined });
    const [one, two] = [await service.post('/customer-events', plain), await service.post('/customer-events', plain)];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(two.body.data.id).not.toBe(one.body.data.id);
  });

  it('50 times at once makes one row, one 201 and 49 times 200', async () => {
    nextEvent();
    const answers = await Promise.all(Array.from({ length: 50 }, () => service.post('/customer-events', event())));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array.from({ length: 49 }, () => 200), 201]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body.data))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(49);
    expect(await rowsOf(event().eventId)).toHaveLength(1);
  });

  it('at once with other content lets one win; the others are told of the conflict', async () => {
    nextEvent();
    const contents = Array.from({ length: 20 }, (_, index) => event({ payload: { index } }));
    const answers = await Promise.all(contents.map((content) => service.post('/customer-events', content)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(await rowsOf(event().eventId)).toHaveLength(1);
  });

  it('to two instances at once makes one row', async () => {
    nextEvent();
    const other = await startServiceOn(service.database);
    try {
      const instances = [service, withKey(other, service.key)];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (instances[index % 2] ?? service).post('/customer-events', event())),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
      expect(await rowsOf(event().eventId)).toHaveLength(1);
    } finally {
      await other.close();
    }
  });
});

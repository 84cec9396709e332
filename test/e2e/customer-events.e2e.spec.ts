import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

const ID = /^c[a-z0-9]{24}$/;
const EVENT = { customerExternalId: 'user_42', type: 'order.placed' };

describe('POST /customer-events', () => {
  let service: TestService;

  const countEvents = async (): Promise<number> => {
    const [row] = await service.database.query<{ count: number }>('SELECT count(*)::int AS count FROM customer_events');
    return row?.count ?? -1;
  };

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('responds to the request of the document as the document says', async () => {
    const response = await service
      .post('/customer-events', {
        ...EVENT,
        payload: { orderId: '1042', total: 99.9 },
        occurredAt: '2026-04-18T10:00:00Z',
      })
      .expect(201);
    expect(response.body).toEqual({
      success: true,
      data: {
        id: expect.stringMatching(ID),
        customerId: expect.stringMatching(ID),
        type: 'order.placed',
        payload: { orderId: '1042', total: 99.9 },
        occurredAt: '2026-04-18T10:00:00Z',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/),
      },
      timestamp: expect.any(String),
    });
  });

  it('sets no header that Express would', async () => {
    const { headers } = await service.post('/customer-events', EVENT).expect(201);
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('etag');
  });

  it('takes an event with nothing but its customer and type: empty payload, now, no eventId', async () => {
    const before = Date.now();
    const response = await service.post('/customer-events', EVENT);
    const after = Date.now();
    expectSuccess(response, 201);
    const { data } = response.body;
    expect(Object.keys(data).sort()).toEqual(['createdAt', 'customerId', 'id', 'occurredAt', 'payload', 'type']);
    expect(data.payload).toEqual({});
    expect(Date.parse(data.occurredAt)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(data.occurredAt)).toBeLessThanOrEqual(after);
    expect(data.createdAt).toBe(data.occurredAt);
  });

  it('takes null for an optional field as absent', async () => {
    const response = await service.post('/customer-events', {
      ...EVENT,
      payload: null,
      occurredAt: null,
      eventId: null,
    });
    expectSuccess(response, 201);
    expect(response.body.data).not.toHaveProperty('eventId');
    expect(response.body.data.payload).toEqual({});
  });

  it('gives back the eventId that was sent', async () => {
    const response = await service.post('/customer-events', { ...EVENT, eventId: 'order-1042:placed' }).expect(201);
    expect(response.body.data.eventId).toBe('order-1042:placed');
  });

  it('has committed the event when it responds', async () => {
    const { body } = await service.post('/customer-events', EVENT).expect(201);
    const rows = await service.database.query('SELECT 1 FROM customer_events WHERE id = $1', [body.data.id]);
    expect(rows).toHaveLength(1);
  });

  it('gives events of one customer the same customerId and different ids', async () => {
    const [one, two] = [await service.post('/customer-events', EVENT), await service.post('/customer-events', EVENT)];
    expect(two.body.data.customerId).toBe(one.body.data.customerId);
    expect(two.body.data.id > one.body.data.id).toBe(true);
    const customer = await service.get('/customers/user_42').expect(200);
    expect(one.body.data.customerId).toBe(customer.body.data.id);
  });

  it('refuses an event of a customer that does not exist, and stores nothing', async () => {
    const before = await countEvents();
    const response = await service.post('/customer-events', { ...EVENT, customerExternalId: 'nobody' });
    expectFailure(response, 404, 'CUSTOMER_NOT_FOUND');
    expect(await countEvents()).toBe(before);
  });

  it('checks the body before the existence of the customer', async () => {
    expectInvalid(await service.post('/customer-events', { customerExternalId: 'nobody', type: 'NO' }), 'type');
  });

  describe('names a field that it does not know', () => {
    it.each([
      ['occuredAt', 'occurredAt'],
      ['occurred_at', 'occurredAt'],
      ['OccurredAt', 'occurredAt'],
      ['customerExternalID', 'customerExternalId'],
      ['customer_external_id', 'customerExternalId'],
      ['Payload', 'payload'],
      ['paylod', 'payload'],
      ['typ', 'type'],
      ['Type', 'type'],
      ['event_id', 'eventId'],
      ['eventID', 'eventId'],
    ])('%s: did you mean %s?', async (typo, meant) => {
      const body = expectInvalid(await service.post('/customer-events', { ...EVENT, [typo]: 'x' }), typo);
      expect(body.details?.[typo]).toEqual([expect.stringContaining(`did you mean ${meant}?`)]);
    });

    it.each([
      'nothingLikeIt',
      '',
      ' ',
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'length',
      'ключ',
      '💥',
      '0',
    ])('%j', async (unknown) => {
      const text = `{"customerExternalId":"user_42","type":"a",${JSON.stringify(unknown)}:{}}`;
      const body = expectInvalid(await service.post('/customer-events', text), unknown);
      expect(JSON.stringify(body.details?.[unknown])).not.toContain('did you mean');
    });

    it('whatever its value, null too', async () => {
      expectInvalid(await service.post('/customer-events', { ...EVENT, occuredAt: null }), 'occuredAt');
    });

    it('together with all else that is wrong', async () => {
      const response = await service.post('/customer-events', { type: 'NO', payload: [], occuredAt: 'x' });
      expectInvalid(response, 'customerExternalId', 'type', 'payload', 'occuredAt');
    });

    it('without repeating a name of 60,000 characters', async () => {
      const response = await service.post('/customer-events', { ...EVENT, ['x'.repeat(60_000)]: 1 });
      expectFailure(response, 400, 'VALIDATION_ERROR');
      expect(response.text.length).toBeLessThan(2_000);
    });

    it('without listing ten thousand of them', async () => {
      const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field${index}`, 1]));
      const response = await service.post('/customer-events', { ...EVENT, ...many });
      expectFailure(response, 400, 'VALIDATION_ERROR');
      expect(response.text.length).toBeLessThan(10_000);
    });
  });

  it.each([
    ['customerExternalId', '{"customerExternalId":"user_42","customerExternalId":"user_42","type":"a"}'],
    ['type', '{"customerExternalId":"user_42","type":"a","type":"b"}'],
    ['type', '{"customerExternalId":"user_42","type":"a","t\\u0079pe":"b"}'],
    ['payload', '{"customerExternalId":"user_42","type":"a","payload":{},"payload":{"a":1}}'],
    ['occurredAt', '{"customerExternalId":"user_42","type":"a","occurredAt":null,"occurredAt":"2026-01-01"}'],
    ['eventId', '{"customerExternalId":"user_42","type":"a","eventId":"1","eventId":"1"}'],
  ])('refuses %s given twice: %s', async (field, text) => {
    expectInvalid(await service.post('/customer-events', text), field);
  });

  it.each([
    ['an array', '[]'],
    ['an array of an event', '[{"customerExternalId":"user_42","type":"a"}]'],
    ['a text', '"event"'],
    ['a number', '1'],
    ['true', 'true'],
    ['null', 'null'],
    ['nothing', ''],
    ['white space', ' \r\n\t '],
  ])('refuses a body that is %s', async (_, text) => {
    expectInvalid(await service.post('/customer-events', text), 'body');
  });
});

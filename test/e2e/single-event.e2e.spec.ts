import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shardKeyOf } from '../../src/customer-events/domain/shard-key.ts';
import { API, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectSuccess } from './helpers/answers.ts';
import { EXACT_OBJECTS } from './helpers/exact-json.ts';

describe('/customers/:externalId/events/:id', () => {
  let service: TestService;

  const post = (event: object = {}) =>
    service.post('/customer-events', { customerExternalId: 'user_42', type: 'a', ...event });
  const create = async (event: object = {}): Promise<{ id: string; customerId: string }> =>
    (await post(event).expect(201)).body.data;
  const path = (id: string, externalId = 'user_42') => `/customers/${externalId}/events/${id}`;
  const rows = (eventId: string) =>
    service.database.query('SELECT 1 FROM customer_events AS t WHERE t.event_id = $1', [eventId]);

  beforeAll(async () => {
    service = await startTestService();
    await service.patch('/customers/another', { email: 'another@example.com', name: 'x' }).expect(201);
  });
  afterAll(() => service.close());

  describe('GET', () => {
    it.each([
      '0001-01-01',
      '1969-12-31T23:59:59.999999Z',
      '2026-04-18T10:00:00.123456Z',
      '9999-12-31T23:59:59.999999Z',
      null,
    ])('gives an event of %s as its POST did', async (occurredAt) => {
      const posted = await post({ occurredAt, payload: { n: 1 } }).expect(201);
      const response = await service.get(path(posted.body.data.id));
      expectSuccess(response, 200);
      expect(response.body.data).toEqual(posted.body.data);
    });

    it.each(EXACT_OBJECTS)('keeps %s', async (_, payload) => {
      const { id } = (
        await service
          .post('/customer-events', `{"customerExternalId":"user_42","type":"a","payload":${payload}}`)
          .expect(201)
      ).body.data;
      expect((await service.get(path(id)).expect(200)).text).toContain(`"payload":${payload},`);
    });

    it('of another customer, another app or an unknown customer is a 404', async () => {
      const { id } = await create();
      expectFailure(await service.get(path(id, 'another')), 404, 'NOT_FOUND');
      expectFailure(await service.get(path(id, 'nobody')), 404, 'CUSTOMER_NOT_FOUND');
      expectFailure(await withKey(service, service.otherKey).get(path(id)), 404, 'CUSTOMER_NOT_FOUND');
    });

    it.each([
      'x',
      'c',
      `c${'z'.repeat(24)}`,
      `c${'0'.repeat(24)}`,
      '%00',
      '%20',
      '..%2F..',
      'SUMMARY',
      'a'.repeat(1_000),
      '%F0%9F%92%A5',
    ])('of %s is a 404', async (id) => {
      expectFailure(await service.get(path(id)), 404, 'NOT_FOUND');
      expectFailure(await service.delete(path(id)), 404, 'NOT_FOUND');
    });
  });

  describe('DELETE', () => {
    it('erases the event: no read finds it, and its row is gone', async () => {
      const { id } = await create({ type: 'erased.type', eventId: 'erase-1', payload: { secret: 'hunter2' } });
      const response = await service.delete(path(id));
      expectSuccess(response, 200);
      expect(response.body.data).toEqual({ deletedEvents: 1 });
      expectFailure(await service.get(path(id)), 404, 'NOT_FOUND');
      expectFailure(await service.delete(path(id)), 404, 'NOT_FOUND');
      for (const read of ['events?limit=200', 'events/summary', 'events/export', 'context']) {
        const { text } = await service.get(`/customers/user_42/${read}`).expect(200);
        expect(text).not.toMatch(/erased\.type|hunter2|erase-1/);
      }
      expect(await rows('erase-1')).toEqual([]);
      const [kept] = await service.database.query<{ row: string }>('SELECT e::text AS row FROM erased_event_ids AS e');
      expect(kept?.row).not.toContain('erase-1');
    });

    it('does not touch the event of another customer', async () => {
      const { id } = await create();
      expectFailure(await service.delete(path(id, 'another')), 404, 'NOT_FOUND');
      expectFailure(await withKey(service, service.otherKey).delete(path(id)), 404, 'CUSTOMER_NOT_FOUND');
      await service.get(path(id)).expect(200);
    });

    it('asked for ten times at once gets one 200', async () => {
      const { id } = await create({ eventId: 'erase-10' });
      const answers = await Promise.all(Array.from({ length: 10 }, () => service.delete(path(id))));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(404)]);
    });
  });

  describe('an eventId that was erased', () => {
    const erase = async (eventId: string): Promise<void> => {
      const { id } = await create({ eventId });
      await service.delete(path(id)).expect(200);
    };

    it('does not come back, with the same content or other', async () => {
      await erase('gone-1');
      expectFailure(await post({ eventId: 'gone-1' }), 410, 'EVENT_ERASED');
      expectFailure(await post({ eventId: 'gone-1', type: 'other' }), 410, 'EVENT_ERASED');
      const byHeader = await service.post(
        '/customer-events',
        { customerExternalId: 'user_42', type: 'a' },
        { 'Idempotency-Key': 'gone-1' },
      );
      expectFailure(byHeader, 410, 'EVENT_ERASED');
      expect(await rows('gone-1')).toEqual([]);
    });

    it('is refused in a batch, and its neighbours are not', async () => {
      await erase('gone-2');
      const events = ['kept-1', 'gone-2', undefined, 'gone-2'].map((eventId) => ({
        customerExternalId: 'user_42',
        type: 'a',
        eventId,
      }));
      const response = await service.post('/customer-events/batch', { events }).expect(207);
      expect(
        response.body.data.results.map(({ code, status }: { code?: string; status: string }) => code ?? status),
      ).toEqual(['created', 'EVENT_ERASED', 'created', 'EVENT_ERASED']);
      expect(await rows('gone-2')).toEqual([]);
    });

    it('is free for another customer, and for another app', async () => {
      await erase('gone-3');
      await post({ eventId: 'gone-3', customerExternalId: 'another' }).expect(201);
    });

    it('stays erased when its customer is erased and comes back', async () => {
      const customer = { email: 'phoenix@example.com', name: 'x' };
      await service.patch('/customers/phoenix', customer).expect(201);
      await create({ customerExternalId: 'phoenix', eventId: 'gone-4' });
      await service.delete('/customers/phoenix').expect(200);
      expectFailure(await post({ customerExternalId: 'phoenix', eventId: 'gone-4' }), 404, 'CUSTOMER_NOT_FOUND');
      await service.patch('/customers/phoenix', customer).expect(201);
      expectFailure(await post({ customerExternalId: 'phoenix', eventId: 'gone-4' }), 410, 'EVENT_ERASED');
      await post({ customerExternalId: 'phoenix', eventId: 'new-4' }).expect(201);
    });

    it('does not come back by replays that race with the erasure', async () => {
      for (let round = 0; round < 30; round++) {
        const eventId = `race-${round}`;
        const { id } = await create({ eventId });
        const replays = () => Promise.all(Array.from({ length: 4 }, () => post({ eventId })));
        const [before, erasure, after] = await Promise.all([replays(), service.delete(path(id)), replays()]);
        expect(erasure.status).toBe(200);
        for (const { status } of [...before, ...after]) expect([200, 410]).toContain(status);
        expect(await rows(eventId)).toEqual([]);
      }
    });

    it('does not come back through another session that inserted while the erasure was open', async () => {
      const { id, customerId } = await create({ eventId: 'open' });
      const eraser = service.database;
      // An erasure that another instance has begun: row deleted, hash written, not yet committed.
      const blocked = eraser.query(`
        DO $$ BEGIN
          DELETE FROM customer_events AS t WHERE t.id = '${id}';
          INSERT INTO erased_event_ids (shard_key, customer_id, sha256)
            VALUES ('${shardKeyOf(customerId)}', '${customerId}', sha256('${customerId} open'));
          PERFORM pg_sleep(0.5);
        END $$`);
      await new Promise((later) => setTimeout(later, 150));
      const replay = await post({ eventId: 'open' });
      await blocked;
      expectFailure(replay, 410, 'EVENT_ERASED');
      expect(await rows('open')).toEqual([]);
    });
  });

  it.each(['post', 'put', 'patch'])('does not support %s', async (method) => {
    const { id } = await create();
    const response = await (
      await import('supertest')
    )
      .default(service.server)
      [method as 'post'](API + path(id))
      .set('X-API-Key', service.key);
    expectFailure(response, 405, 'METHOD_NOT_ALLOWED');
    expect(response.headers.allow).toBe('DELETE, GET, HEAD');
  });
});

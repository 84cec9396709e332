import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid } from './helpers/answers.ts';

interface Event {
  readonly id: string;
  readonly type: string;
}

describe('two apps on one service', () => {
  let service: TestService;
  let acme: ReturnType<typeof withKey<TestService>>;
  let other: ReturnType<typeof withKey<TestService>>;

  const customer = (email: string, name: string) => ({ email, name });
  const typesOf = async (app: typeof acme, externalId: string): Promise<string[]> => {
    const page = await app.get(`/customers/${externalId}/events`).expect(200);
    return (page.body.data.events as Event[]).map(({ type }) => type).sort();
  };

  beforeAll(async () => {
    service = await startTestService();
    acme = withKey(service, service.key);
    other = withKey(service, service.otherKey);
  });
  afterAll(() => service.close());

  it('do not see the customers of each other', async () => {
    expectFailure(await other.get('/customers/user_42'), 404, 'CUSTOMER_NOT_FOUND');
    expectFailure(await other.get('/customers/user_42/events'), 404, 'CUSTOMER_NOT_FOUND');
    expectFailure(await other.delete('/customers/user_42'), 404, 'CUSTOMER_NOT_FOUND');
    const event = { customerExternalId: 'user_42', type: 'intrusion' };
    expectFailure(await other.post('/customer-events', event), 404, 'CUSTOMER_NOT_FOUND');
    await acme.get('/customers/user_42').expect(200);
    expect(await typesOf(acme, 'user_42')).toEqual([]);
  });

  it('tell nothing of a customer of the other app: the response is that for one who never was', async () => {
    const [theirs, nobodys] = [await other.get('/customers/user_42'), await other.get('/customers/nobody')];
    expect({ ...theirs.body, timestamp: '' }).toEqual({ ...nobodys.body, timestamp: '' });
  });

  it('may have customers of the same external id and e-mail address, with other ids', async () => {
    const [ours, theirs] = [
      await acme.patch('/customers/same', customer('same@example.com', 'Ours')).expect(201),
      await other.patch('/customers/same', customer('same@example.com', 'Theirs')).expect(201),
    ];
    expect(theirs.body.data.id).not.toBe(ours.body.data.id);
    expect((await acme.get('/customers/same')).body.data.name).toBe('Ours');
    expect((await other.get('/customers/same')).body.data.name).toBe('Theirs');
    await other.patch('/customers/same', { name: 'Changed' }).expect(200);
    expect((await acme.get('/customers/same')).body.data.name).toBe('Ours');
  });

  it('do not see the events of each other, with the same external id and eventId', async () => {
    await acme.patch('/customers/events', customer('events@example.com', 'x')).expect(201);
    await other.patch('/customers/events', customer('events@example.com', 'x')).expect(201);
    await acme.post('/customer-events', { customerExternalId: 'events', type: 'ours', eventId: 'one' }).expect(201);
    await other.post('/customer-events', { customerExternalId: 'events', type: 'theirs', eventId: 'one' }).expect(201);
    expect(await typesOf(acme, 'events')).toEqual(['ours']);
    expect(await typesOf(other, 'events')).toEqual(['theirs']);
  });

  it('erase their own customers only', async () => {
    await acme.patch('/customers/erased', customer('erased@example.com', 'x')).expect(201);
    await other.patch('/customers/erased', customer('erased@example.com', 'x')).expect(201);
    await acme.post('/customer-events', { customerExternalId: 'erased', type: 'ours' }).expect(201);
    const erasure = await other.delete('/customers/erased').expect(200);
    expect(erasure.body.data).toEqual({ deletedEvents: 0 });
    expect(await typesOf(acme, 'erased')).toEqual(['ours']);
    expectFailure(
      await acme.patch('/customers/again', customer('erased@example.com', 'x')),
      409,
      'CUSTOMER_EMAIL_EXISTS',
    );
  });

  it('cannot use the cursors of each other', async () => {
    for (const app of [acme, other]) {
      await app.patch('/customers/walk', customer('walk@example.com', 'x')).expect(201);
      for (const occurredAt of ['2026-01-01', '2026-01-02']) {
        await app.post('/customer-events', { customerExternalId: 'walk', type: 'a', occurredAt }).expect(201);
      }
    }
    const page = await acme.get('/customers/walk/events?limit=1').expect(200);
    const { nextCursor } = page.body.data as { nextCursor: string };
    expectInvalid(await other.get(`/customers/walk/events?cursor=${nextCursor}`), 'cursor');
    await acme.get(`/customers/walk/events?cursor=${nextCursor}`).expect(200);
  });

  it('may have several keys, which see the same', async () => {
    const { secret } = await service.createKey({ app: 'acme' });
    const read = await service.get('/customers/user_42', { 'X-API-Key': secret }).expect(200);
    expect(read.body.data.name).toBe('Ada');
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';
import { EXACT_OBJECTS } from './helpers/exact-json.ts';

describe('customers', () => {
  let service: TestService;
  let customerCount = 0;

  const patch = (externalId: string, fields: object) => service.patch(`/customers/${externalId}`, fields);
  const read = async (externalId: string) => (await service.get(`/customers/${externalId}`).expect(200)).body.data;
  /** A new customer, with all fields. */
  const create = async (fields: object = {}): Promise<string> => {
    const externalId = `customer-${++customerCount}`;
    const all = {
      email: `${externalId}@example.com`,
      name: 'Grace Hopper',
      phone: '+1 555 0100',
      avatarUrl: 'https://example.com/grace.png',
      metadata: { plan: 'pro' },
      ...fields,
    };
    await patch(externalId, all).expect(201);
    return externalId;
  };

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('are not erased, and nothing is, by a request whose query parameters would be passed over', async () => {
    const externalId = await create();
    const event = { customerExternalId: externalId, type: 'order.placed' };
    const { id } = (await service.post('/customer-events', event).expect(201)).body.data;
    const path = `/customers/${externalId}`;
    const session = (await service.post('/embed/sessions', { customerExternalId: externalId }).expect(201)).body.data;
    await service.put('/event-types/order.placed', { title: 'x' }).expect(201);
    for (const erased of [path, `${path}/events/${id}`, `/embed/sessions/${session.id}`, '/event-types/order.placed']) {
      const { details } = expectInvalid(await service.delete(`${erased}?type=order.*&to=2020-01-01`), 'type', 'to');
      expect(details?.type).toEqual(['is not a known field; this route takes no query parameters']);
    }
    expectInvalid(await service.put('/event-types?dryRun=true', { rules: [] }), 'dryRun');
    const ndjson = { 'Content-Type': 'application/x-ndjson' };
    expectInvalid(await service.post('/customer-events/import?dryRun=true', JSON.stringify(event), ndjson), 'dryRun');
    expectFailure(await withKey(service, 'x').delete(`${path}?x=1`), 401, 'AUTH_API_KEY_INVALID');
    expect((await service.get(`${path}/events`).expect(200)).body.data.events).toHaveLength(1);
    expect((await service.get('/event-types').expect(200)).body.data.rules).toHaveLength(1);
    await service.delete(`${path}?`).expect(200);
  });

  describe('PATCH', () => {
    it('creates a customer who is not there: 201', async () => {
      const response = await patch('new', { email: 'New@Example.com', name: 'New' });
      expectSuccess(response, 201);
      const { data } = response.body;
      expect(data).toEqual({
        id: expect.stringMatching(/^c[a-z0-9]{24}$/),
        externalId: 'new',
        email: 'New@Example.com',
        name: 'New',
        phone: null,
        avatarUrl: null,
        metadata: {},
        createdAt: expect.stringMatching(/Z$/),
        updatedAt: data.createdAt,
      });
      expect(await read('new')).toEqual(data);
    });

    it('changes a customer who is there: 200', async () => {
      const externalId = await create();
      const before = await read(externalId);
      const response = await patch(externalId, { name: 'Rear Admiral Hopper' });
      expectSuccess(response, 200);
      expect(response.body.data).toEqual({
        ...before,
        name: 'Rear Admiral Hopper',
        updatedAt: response.body.data.updatedAt,
      });
      expect(Date.parse(response.body.data.updatedAt)).toBeGreaterThanOrEqual(Date.parse(before.updatedAt));
      expect(await read(externalId)).toEqual(response.body.data);
    });

    it.each([
      ['email', 'changed@example.com'],
      ['name', 'Changed'],
      ['phone', '112'],
      ['avatarUrl', 'http://example.org/a'],
      ['metadata', { other: [1, null] }],
    ])('changes %s alone', async (field, value) => {
      const externalId = await create();
      const before = await read(externalId);
      const response = await patch(externalId, { [field]: value }).expect(200);
      expect(response.body.data).toEqual({ ...before, [field]: value, updatedAt: response.body.data.updatedAt });
    });

    it.each(['phone', 'avatarUrl'])('clears %s with null', async (field) => {
      const externalId = await create();
      const before = await read(externalId);
      const response = await patch(externalId, { [field]: null }).expect(200);
      expect(response.body.data).toEqual({ ...before, [field]: null, updatedAt: response.body.data.updatedAt });
    });

    it.each(['email', 'name'])('never clears %s', async (field) => {
      const externalId = await create();
      const before = await read(externalId);
      await patch(externalId, { [field]: null });
      expect((await read(externalId))[field]).toBe(before[field]);
    });

    it('replaces metadata as a whole', async () => {
      const externalId = await create({ metadata: { a: 1, b: 2 } });
      await patch(externalId, { metadata: { b: 3 } }).expect(200);
      expect((await read(externalId)).metadata).toEqual({ b: 3 });
    });

    it('with nothing in it changes nothing', async () => {
      const externalId = await create();
      const before = await read(externalId);
      const response = await patch(externalId, {}).expect(200);
      expect(response.body.data).toEqual({ ...before, updatedAt: response.body.data.updatedAt });
    });

    it.each([
      ['both', {}, ['email', 'name']],
      ['the e-mail address', { name: 'x' }, ['email']],
      ['the name', { email: 'nobody@example.com' }, ['name']],
      ['both, as null', { email: null, name: null, phone: '1' }, ['email', 'name']],
    ])('does not create a customer without %s', async (_, fields, missing) => {
      expectInvalid(await patch('incomplete', fields), ...missing);
      expectFailure(await service.get('/customers/incomplete'), 404, 'CUSTOMER_NOT_FOUND');
    });

    it('keeps createdAt, the id and the external id for ever', async () => {
      const externalId = await create();
      const { id, createdAt } = await read(externalId);
      for (const field of ['id', 'externalId', 'createdAt', 'updatedAt']) {
        expectInvalid(await patch(externalId, { [field]: 'x' }), field);
      }
      expect(await read(externalId)).toMatchObject({ id, externalId, createdAt });
    });
  });

  describe('e-mail addresses', () => {
    it.each([
      ['the same address', 'taken-1@example.com', 'taken-1@example.com'],
      ['in another case', 'Taken-2@Example.com', 'tAKEN-2@eXAMPLE.COM'],
    ])('are unique in an app: %s', async (_, first, second) => {
      await create({ email: first });
      const body = expectFailure(await patch('late', { email: second, name: 'x' }), 409, 'CUSTOMER_EMAIL_EXISTS');
      expect(Object.keys(body.details ?? {})).toEqual(['email']);
      expectFailure(await service.get('/customers/late'), 404, 'CUSTOMER_NOT_FOUND');
    });

    it('are not taken by a change either, and then nothing is changed', async () => {
      await create({ email: 'holder@example.com' });
      const externalId = await create();
      const before = await read(externalId);
      expectFailure(await patch(externalId, { email: 'HOLDER@example.com', name: 'y' }), 409, 'CUSTOMER_EMAIL_EXISTS');
      expect(await read(externalId)).toEqual(before);
    });

    it('may be given again to the customer who has them, in another case too', async () => {
      const externalId = await create({ email: 'own@example.com' });
      await patch(externalId, { email: 'own@example.com' }).expect(200);
      await patch(externalId, { email: 'OWN@example.com' }).expect(200);
      expect((await read(externalId)).email).toBe('OWN@example.com');
    });

    it('are free once their customer has another one', async () => {
      const externalId = await create({ email: 'moving@example.com' });
      await patch(externalId, { email: 'moved@example.com' }).expect(200);
      await create({ email: 'moving@example.com' });
      expectFailure(await patch('late', { email: 'moved@example.com', name: 'x' }), 409, 'CUSTOMER_EMAIL_EXISTS');
    });

    it('are free once their customer is erased', async () => {
      const externalId = await create({ email: 'erased@example.com' });
      await service.delete(`/customers/${externalId}`).expect(200);
      await create({ email: 'erased@example.com' });
    });

    it('stay free after a refused request', async () => {
      await patch('refused', { email: 'unburnt@example.com', name: '' }).expect(400);
      await patch('refused', { email: 'unburnt@example.com' }).expect(400);
      await create({ email: 'unburnt@example.com' });
    });

    it('that ten customers want at once go to one of them', async () => {
      const wishes = Array.from({ length: 10 }, (_, index) =>
        patch(`rival-${index}`, { email: 'wanted@example.com', name: 'x' }),
      );
      const statuses = (await Promise.all(wishes)).map(({ status }) => status).sort();
      expect(statuses).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
      const rows = await service.database.query("SELECT 1 FROM customers WHERE external_id LIKE 'rival-%'");
      expect(rows).toHaveLength(1);
    });

    it('that two customers swap at once end in no deadlock and no double use', async () => {
      const [one, two] = [await create({ email: 'one@example.com' }), await create({ email: 'two@example.com' })];
      const answers = await Promise.all([
        patch(one, { email: 'two@example.com' }),
        patch(two, { email: 'one@example.com' }),
      ]);
      for (const { status } of answers) expect([200, 409]).toContain(status);
      expect((await read(one)).email).not.toBe((await read(two)).email);
    });
  });

  it('is created once where ten requests do it at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => patch('crowd', { email: 'crowd@example.com', name: `name ${index}` })),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
    expect(answers.map(({ body }) => body.data.name)).toContain((await read('crowd')).name);
  });

  it('loses no change where many change different fields at once', async () => {
    const externalId = await create();
    const changes = {
      name: 'N',
      phone: 'P',
      avatarUrl: 'https://example.com/U',
      metadata: { m: 1 },
      email: 'e@example.com',
    };
    await Promise.all(
      Object.entries(changes).map(([field, value]) => patch(externalId, { [field]: value }).expect(200)),
    );
    expect(await read(externalId)).toMatchObject(changes);
  });

  it('has its metadata kept as it was sent', async () => {
    const externalId = await create();
    for (const [, text] of EXACT_OBJECTS) {
      const response = await service.patch(`/customers/${externalId}`, `{"metadata":${text}}`);
      expectSuccess(response, 200);
      expect(response.text).toContain(`"metadata":${text},"createdAt":`);
      expect((await service.get(`/customers/${externalId}`)).text).toContain(`"metadata":${text},"createdAt":`);
    }
  });

  describe('DELETE', () => {
    it('erases the customer and its events, and tells how many there were', async () => {
      const externalId = await create();
      const event = { customerExternalId: externalId, type: 'a' };
      for (let index = 0; index < 3; index++) await service.post('/customer-events', event).expect(201);
      const { id } = await read(externalId);
      const response = await service.delete(`/customers/${externalId}`);
      expectSuccess(response, 200);
      expect(response.body.data).toEqual({ deletedEvents: 3 });
      expectFailure(await service.get(`/customers/${externalId}`), 404, 'CUSTOMER_NOT_FOUND');
      expectFailure(await service.get(`/customers/${externalId}/events`), 404, 'CUSTOMER_NOT_FOUND');
      expectFailure(await service.post('/customer-events', event), 404, 'CUSTOMER_NOT_FOUND');
      for (const [table, column] of [
        ['customers', 'id'],
        ['customer_events', 'customer_id'],
        ['customer_emails', 'customer_id'],
      ]) {
        expect(await service.database.query(`SELECT 1 FROM ${table} WHERE ${column} = $1`, [id])).toEqual([]);
      }
    });

    it('a second time, or of an unknown customer, is a 404', async () => {
      const externalId = await create();
      expect((await service.delete(`/customers/${externalId}`)).body.data).toEqual({ deletedEvents: 0 });
      expectFailure(await service.delete(`/customers/${externalId}`), 404, 'CUSTOMER_NOT_FOUND');
      expectFailure(await service.delete('/customers/nobody'), 404, 'CUSTOMER_NOT_FOUND');
    });

    it('lets the same external id begin anew, without a past', async () => {
      const externalId = await create();
      await service.post('/customer-events', { customerExternalId: externalId, type: 'a' }).expect(201);
      await service.delete(`/customers/${externalId}`).expect(200);
      await patch(externalId, { email: 'anew@example.com', name: 'Anew' }).expect(201);
      const page = await service.get(`/customers/${externalId}/events`).expect(200);
      expect(page.body.data).toEqual({ events: [], nextCursor: null });
      expect((await read(externalId)).phone).toBeNull();
    });
  });
});

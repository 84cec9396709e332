import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';

const ROUNDS = 20;

describe('erasing a customer while its events arrive', () => {
  let service: TestService;

  const create = (externalId: string) =>
    service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'x' });
  const post = (externalId: string, eventId?: string) =>
    service.post('/customer-events', { customerExternalId: externalId, type: 'a', eventId });
  const orphans = () =>
    service.database.query(
      'SELECT 1 FROM customer_events AS t WHERE NOT EXISTS (SELECT 1 FROM customers AS c WHERE c.id = t.customer_id)',
    );

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('responds with 201 or 404 to each event, and erases exactly those with 201', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const externalId = `race-${round}`;
      await create(externalId).expect(201);
      const [before, erasure, after] = await Promise.all([
        Promise.all([post(externalId), post(externalId, 'one')]),
        service.delete(`/customers/${externalId}`),
        Promise.all([post(externalId), post(externalId, 'two')]),
      ]);
      const statuses = [...before, ...after].map(({ status }) => status);
      for (const status of statuses) expect([201, 404]).toContain(status);
      expect(erasure.status).toBe(200);
      expect(erasure.body.data.deletedEvents).toBe(statuses.filter((status) => status === 201).length);
      await service.get(`/customers/${externalId}/events`).expect(404);
      expect(await orphans()).toEqual([]);
    }
  });

  it('leaves a customer who is created anew with the later events only', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const externalId = `again-${round}`;
      await create(externalId).expect(201);
      await post(externalId).expect(201);
      const [erasure, creation, event] = await Promise.all([
        service.delete(`/customers/${externalId}`),
        create(externalId),
        post(externalId),
      ]);
      expect(erasure.status).toBe(200);
      expect([200, 201]).toContain(creation.status);
      expect([201, 404]).toContain(event.status);
      const page = await service.get(`/customers/${externalId}/events`);
      if (creation.status === 201) {
        const kept = 1 + (event.status === 201 ? 1 : 0) - erasure.body.data.deletedEvents;
        expect(page.body.data.events).toHaveLength(kept);
      } else {
        expect(page.status).toBe(404);
      }
      expect(await orphans()).toEqual([]);
    }
  });

  it('frees its e-mail address for exactly one who waits for it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const email = `inherited-${round}@example.com`;
      await service.patch(`/customers/holder-${round}`, { email, name: 'x' }).expect(201);
      const [, ...heirs] = await Promise.all([
        service.delete(`/customers/holder-${round}`).expect(200),
        service.patch(`/customers/heir-${round}-a`, { email, name: 'x' }),
        service.patch(`/customers/heir-${round}-b`, { email, name: 'x' }),
      ]);
      for (const { status } of heirs) expect([201, 409]).toContain(status);
      expect(heirs.filter(({ status }) => status === 201).length).toBeLessThanOrEqual(1);
    }
  });

  it('succeeds once where it is asked for five times at once', async () => {
    await create('five').expect(201);
    const answers = await Promise.all(Array.from({ length: 5 }, () => service.delete('/customers/five')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404]);
  });
});

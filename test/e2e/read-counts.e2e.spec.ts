import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditNotes } from '../../src/audit/application/audit-notes.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { until } from '../support/child.ts';

const HOUR_MS = 3_600_000;

interface Row {
  readonly actor_id: string;
  readonly count: number;
  readonly at: number;
}

describe('the audit of what keys read', () => {
  let service: TestService;
  let second: Awaited<ReturnType<typeof startServiceOn>>;
  let eventId: string;

  const rows = () =>
    service.database.query<Row>(
      `SELECT actor_id, sum(count)::int AS count, min(extract(epoch FROM at) * 1000)::float8 AS at
       FROM audit_entries WHERE action = 'customer.read.bulk' GROUP BY actor_id, at ORDER BY at, actor_id`,
    );
  const countsOf = async (keyId: string): Promise<number> =>
    (await rows()).filter((row) => row.actor_id === keyId).reduce((sum, { count }) => sum + count, 0);
  const flush = async () => {
    for (const { app } of [service, second]) await app.get(AuditNotes).flush();
  };

  beforeAll(async () => {
    service = await startTestService();
    second = await startServiceOn(service.database);
    eventId = (await service.post('/customer-events', { customerExternalId: 'user_42', type: 'a' }).expect(201)).body
      .data.id as string;
  });
  afterAll(async () => {
    await second.close();
    await service.close();
  });
  // An hour must not end in the middle of what is counted.
  beforeEach(() => until(() => Date.now() % HOUR_MS < HOUR_MS - 20_000));

  it('adds up the reads of each key and hour, of all instances, within two seconds', async () => {
    const keys = [await service.createKey({}), await service.createKey({ app: 'other' })];
    const [ours, theirs] = keys as [(typeof keys)[0], (typeof keys)[0]];
    await withKey(service, theirs.secret).patch('/customers/x', { email: 'x@example.com', name: 'x' }).expect(201);
    const read = (instance: { server: TestService['server'] }, key: string, externalId: string) =>
      withKey(instance, key).get(`/customers/${externalId}`).expect(200);
    for (let n = 0; n < 60; n += 2) {
      await Promise.all([read(service, ours.secret, 'user_42'), read(second, ours.secret, 'user_42')]);
    }
    for (let n = 0; n < 40; n += 2) {
      await Promise.all([read(service, theirs.secret, 'x'), read(second, theirs.secret, 'x')]);
    }
    const end = performance.now();
    await until(async () => (await countsOf(ours.id)) === 60 && (await countsOf(theirs.id)) === 40);
    expect(performance.now() - end).toBeLessThan(2_000);
    const found = (await rows()).filter(({ actor_id }) => [ours.id, theirs.id].includes(actor_id));
    expect(found).toHaveLength(2);
    for (const { at } of found) expect(at % HOUR_MS).toBe(0);
  });

  it('counts each kind of read once, and no export, write, refusal or other route', async () => {
    const { id, secret } = await service.createKey({});
    const { get, post, patch, delete: erase } = withKey(service, secret);
    const reads = [
      '/customers/user_42',
      '/customers?email=user_42@example.com',
      '/customers?email=nobody@example.com',
      '/customers/user_42/events',
      `/customers/user_42/events/${eventId}`,
      '/customers/user_42/events/summary',
      '/customers/user_42/context',
      '/customers/user_42/timeline',
      '/customers/user_42/timeline?q=a',
    ];
    for (const path of reads) await get(path).expect(200);
    await flush();
    expect(await countsOf(id)).toBe(reads.length);
    // Whoever is told that nothing has changed knows what is there.
    await get('/customers/user_42/timeline', { 'If-None-Match': '*' }).expect(304);
    await flush();
    expect(await countsOf(id)).toBe(reads.length + 1);
    await get('/customers/user_42/events/export').expect(200);
    await get('/auth/whoami').expect(200);
    await get('/audit').expect(200);
    await get('/customers/nobody').expect(404);
    await get('/customers/user_42/events?limit=0').expect(400);
    await patch('/customers/written', { email: 'written@example.com', name: 'x' }).expect(201);
    await post('/customer-events', { customerExternalId: 'written', type: 'a' }).expect(201);
    await erase('/customers/written').expect(200);
    await flush();
    expect(await countsOf(id)).toBe(reads.length + 1);
  });

  it('is shown to the app, and stored when the service stops', async () => {
    const third = await startServiceOn(service.database);
    const { id, secret } = await service.createKey({});
    await withKey(third, secret).get('/customers/user_42').expect(200);
    await third.close();
    expect(await countsOf(id)).toBe(1);
    const { body } = await service.get('/audit?action=customer.read.bulk&limit=200').expect(200);
    const entries = body.data.entries as { actor: { id: string } }[];
    expect(entries.find(({ actor }) => actor.id === id)).toMatchObject({
      actor: { kind: 'key', id },
      count: 1,
      customer: null,
      subject: null,
      requestId: null,
    });
  });
});

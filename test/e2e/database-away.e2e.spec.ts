import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { AuditNotes } from '../../src/audit/application/audit-notes.ts';
import { auditEntry } from '../../src/platform/audit/audit-entry.ts';
import { AuditTrail } from '../../src/platform/audit/audit-trail.port.ts';
import { until } from '../support/child.ts';
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectSuccess, type ReceivedResponse } from './helpers/answers.ts';

/** The database is asked once a second, and has a second to respond. */
const NOTICED_WITHIN_MS = 2_500;
const UNKNOWN = `sk_live_agent_${'x'.repeat(48)}`;

describe('while the database is away', () => {
  let direct: TestService;
  let proxy: DatabaseProxy;
  let service: Awaited<ReturnType<typeof startServiceOn>>;
  let events = 0;

  const event = () => ({ customerExternalId: 'user_42', type: 'away', eventId: `e-${++events}` });
  const expectAway = (response: ReceivedResponse): void => {
    expectFailure(response, 503, 'SERVICE_UNAVAILABLE');
    expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
  };
  const ready = () => until(async () => (await service.post('/customer-events', event())).status === 201);

  beforeAll(async () => {
    direct = await startTestService();
    proxy = await openDatabaseProxy(direct.database.url);
    await proxy.restore();
    const settings = {
      DATABASE_CONNECT_TIMEOUT_MS: '300',
      DATABASE_STATEMENT_TIMEOUT_MS: '300',
      DATABASE_READ_TIMEOUT_MS: '2000',
    };
    service = withKey(await startServiceOn({ ...direct.database, url: proxy.url }, settings), direct.key);
  });
  beforeEach(ready);
  afterAll(async () => {
    await service.close();
    await proxy.close();
    await direct.close();
  });

  const requests: readonly (readonly [string, () => Promise<ReceivedResponse>])[] = [
    ['an event', () => service.post('/customer-events', event())],
    ['a batch', () => service.post('/customer-events/batch', { events: [event(), event()] })],
    ['a body that is not valid', () => service.post('/customer-events', '{')],
    ['a customer that is written', () => service.patch('/customers/user_42', { name: 'x' })],
    ['a customer that is read', () => service.get('/customers/user_42')],
    ['a customer that is erased', () => service.delete('/customers/user_42')],
    ['a timeline', () => service.get('/customers/user_42/events')],
    ['whoami', () => service.get('/auth/whoami')],
    ['an unknown key: nobody can tell that it is unknown', () => service.get('/auth/whoami', { 'X-API-Key': UNKNOWN })],
  ];

  it('the agent page says so to people, in every frame, and is loaded again; programs get the failure envelope', async () => {
    await proxy.cut();
    try {
      const open = (accept: string) =>
        request(service.server)
          .get(`/embed/timeline?k=pk_live_${'x'.repeat(48)}`)
          .set('Accept', accept);
      const page = await open('text/html,application/xhtml+xml;q=0.9,*/*;q=0.8');
      expect(page.status).toBe(503);
      expect(page.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringMatching(
          /^default-src 'none'; script-src 'sha256-[^ ]+'; style-src 'self'; .*frame-ancestors \*$/,
        ),
        'cache-control': 'no-store',
        'retry-after': expect.stringMatching(/^[1-9]\d*$/),
      });
      expect(page.headers).not.toHaveProperty('x-frame-options');
      expect(page.text).toContain(`SERVICE_UNAVAILABLE · request ${page.headers['x-request-id']}`);
      for (const accept of ['*/*', 'application/json']) expectAway(await open(accept));
    } finally {
      await proxy.restore();
    }
  });

  it('a read that was counted before is in the audit when it is back, and so is an entry that was noted meanwhile', async () => {
    const { id, secret } = await direct.createKey({});
    const appId = (await direct.get('/auth/whoami')).body.data.appId as string;
    const stored = () =>
      direct.database.query<{ action: string; count: number | null }>(
        'SELECT action, count::int AS count FROM audit_entries WHERE actor_id = $1 ORDER BY action',
        [id],
      );
    await service.app.get(AuditNotes).flush();
    await withKey(service, secret).get('/customers/user_42').expect(200);
    await proxy.cut();
    try {
      const actor = { kind: 'key', id, requestId: null } as const;
      service.app.get(AuditTrail).note(auditEntry(Date.now(), { appId, actor, action: 'timeline.viewed' }));
      await service.app.get(AuditNotes).flush();
      await sleep(1_500);
      expect(await stored()).toEqual([]);
    } finally {
      await proxy.restore();
    }
    await until(async () => (await stored()).length === 2);
    expect(await stored()).toEqual([
      { action: 'customer.read.bulk', count: 1 },
      { action: 'timeline.viewed', count: null },
    ]);
    expect(service.app.get(AuditNotes).dropped).toBe(0);
  });

  it.each(requests)('%s is a 503 with Retry-After; when it is back, all is as before', async (_, request) => {
    await proxy.cut();
    try {
      expectAway(await request());
      expectAway(await request());
    } finally {
      await proxy.restore();
    }
    await ready();
    expectFailure(await service.get('/auth/whoami', { 'X-API-Key': UNKNOWN }), 401, 'AUTH_API_KEY_INVALID');
    expectSuccess(await service.get('/customers/user_42'), 200);
  });

  it('a key that is missing or malformed is a 401 all the same: no database is asked', async () => {
    await proxy.cut();
    try {
      expectFailure(await service.get('/auth/whoami', { 'X-API-Key': '' }), 401, 'AUTH_API_KEY_MISSING');
      expectFailure(await service.get('/auth/whoami', { 'X-API-Key': 'letmein' }), 401, 'AUTH_API_KEY_INVALID');
    } finally {
      await proxy.restore();
    }
  });

  it('many at once are 503 each, and none of them is stored', async () => {
    const type = 'away.many';
    await proxy.cut();
    try {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => service.post('/customer-events', { ...event(), type })),
      );
      answers.forEach(expectAway);
    } finally {
      await proxy.restore();
    }
    await ready();
    expect(await direct.database.query('SELECT 1 FROM customer_events WHERE type = $1', [type])).toEqual([]);
  });

  it('readiness tells soon that it is away, and that it is back', async () => {
    const readiness = async () => (await request(service.server).get('/health/ready')).status;
    await until(async () => (await readiness()) === 200);
    await proxy.cut();
    const cutAt = performance.now();
    try {
      await until(async () => (await readiness()) === 503);
    } finally {
      await proxy.restore();
    }
    const backAt = performance.now();
    await until(async () => (await readiness()) === 200);
    expect(backAt - cutAt).toBeLessThan(NOTICED_WITHIN_MS);
    expect(performance.now() - backAt).toBeLessThan(NOTICED_WITHIN_MS);
  });

  it('readiness stays where the database responds, and writes alone fail', async () => {
    const lock = await direct.database.session();
    try {
      await lock.query('BEGIN; LOCK TABLE customer_events IN SHARE MODE');
      expectAway(await service.post('/customer-events', event()));
      expectAway(await service.post('/customer-events', event()));
      await request(service.server).get('/health/ready').expect(200);
      expectSuccess(await service.get('/customers/user_42/events'), 200);
    } finally {
      await lock.end();
    }
  });

  it('a connection in which nothing moves any more is given up, and not used again', async () => {
    // Each opens a connection; where the machine is busy, some wait too long for theirs.
    await Promise.all(Array.from({ length: 20 }, () => service.get('/customers/user_42')));
    await ready();
    proxy.silence();
    expectAway(await service.get('/customers/user_42'));
    await ready();
    for (let n = 0; n < 20; n++) expectSuccess(await service.get('/customers/user_42'), 200);
  });
});

describe('a key that was revoked', () => {
  it('ends on another instance, which has it in its cache, within ten seconds', async () => {
    const first = await startTestService();
    const second = withKey(await startServiceOn(first.database, { API_KEY_CACHE_MS: '' }), first.key);
    try {
      const { id, secret } = await first.createKey({});
      const whoami = () => second.get('/auth/whoami', { 'X-API-Key': secret });
      expectSuccess(await whoami(), 200);
      await first.revokeKey(id);
      const deadline = Date.now() + 10_000;
      let response = await whoami();
      while (response.status === 200 && Date.now() < deadline) {
        // Not without a pause, which would keep this process busy for all that time.
        await sleep(100);
        response = await whoami();
      }
      expectFailure(response, 401, 'AUTH_API_KEY_INVALID');
      expectFailure(await first.get('/auth/whoami', { 'X-API-Key': secret }), 401, 'AUTH_API_KEY_INVALID');
    } finally {
      await second.close();
      await first.close();
    }
  });
});

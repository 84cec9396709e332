import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { Customers } from '../../src/customer-events/application/customers.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { until } from '../support/child.ts';
import { createSession, embedApi } from '../support/embed-session.ts';
import { API, startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

const TOKEN = /^es_[A-Za-z0-9]{48}$/;
const CACHE_MS = 1_000;
const MINUTE = 60_000;

describe('an embed session', () => {
  let service: TestService;
  /** Another instance, which remembers sessions. */
  let second: Awaited<ReturnType<typeof startServiceOn>>;
  let administration: KeyAdministration;
  let appId: string;
  const logged: string[] = [];
  const eventIds: Record<string, string> = {};

  beforeAll(async () => {
    const log = { write: (line: string) => void logged.push(line) };
    service = await startTestService({ LOG_LEVEL: 'debug', PUBLIC_URL: 'https://events.example.com/ce/' }, log);
    second = await startServiceOn(
      service.database,
      { LOG_LEVEL: 'debug', API_KEY_CACHE_MS: String(CACHE_MS), SESSION_READ_LIMITS: '0' },
      log,
    );
    administration = service.app.get(KeyAdministration);
    appId = (await administration.appOf('acme')).id;
    await service.patch('/customers/user_b', { email: 'Bob@Example.com', name: 'Bob secret-b' }).expect(201);
    const other = withKey(service, service.otherKey);
    await other.patch('/customers/user_42', { email: 'o@example.com', name: 'Other secret-o' }).expect(201);
    for (const [name, sender, customerExternalId, type] of [
      ['mine', service, 'user_42', 'order.placed'],
      ['page', service, 'user_42', 'page.view'],
      ['ofB', service, 'user_b', 'order.placed'],
      ['ofOther', other, 'user_42', 'order.placed'],
    ] as const) {
      const payload = `{"who":"secret-${name}","n":99.90,"n":0.1234567890123456789}`;
      const body = `{"customerExternalId":"${customerExternalId}","type":"${type}","payload":${payload}}`;
      const sent = await sender.post('/customer-events', body).expect(201);
      eventIds[name] = (sent.body as { data: { id: string } }).data.id;
    }
  });
  afterAll(async () => {
    await second.close();
    await service.close();
  });

  const idOf = (name: string): string => eventIds[name] as string;
  const invalid = { status: 401, code: 'EMBED_SESSION_INVALID' };
  const expectInvalidSession = (response: request.Response): void => {
    expectFailure(response, invalid.status, invalid.code);
    expect(response.headers['www-authenticate']).toBe('Bearer');
  };
  /** How long after `end` the second instance, which has the session in memory, refuses it. */
  const refusedAfter = async (token: string, end: () => PromiseLike<unknown>): Promise<number> => {
    const atSecond = embedApi(second, token);
    await atSecond.head().expect(200);
    await end();
    const began = Date.now();
    await until(async () => (await atSecond.head()).status !== 200);
    const took = Date.now() - began;
    await until(async () => (await atSecond.head()).status === 401);
    expectInvalidSession(await atSecond.head());
    return took;
  };

  it('is made for a customer, with a token that is shown once and in no query', async () => {
    const before = Date.now();
    const created = await createSession(service);
    expect(created).toMatchObject({ token: expect.stringMatching(TOKEN), matchedBy: 'externalId' });
    const [url, fragment] = created.url.split('#');
    expect(url).toMatch(/^https:\/\/events\.example\.com\/ce\/embed\/timeline\?k=pk_live_[A-Za-z0-9]{48}$/);
    expect(fragment).toBe(`t=${created.token}`);
    expect(Date.parse(created.expiresAt) - before).toBeGreaterThanOrEqual(15 * MINUTE);
    expect(Date.parse(created.renewableUntil) - before).toBeLessThan(8 * 60 * MINUTE + 10_000);
    const [row] = await service.database.query<{ text: string }>(
      'SELECT s::text AS text FROM embed_sessions AS s WHERE s.id = $1',
      [created.id],
    );
    expect(row?.text).not.toContain(created.token);
  });

  it('is made by e-mail address in any case of its letters, and says so; after a change the old one finds nothing', async () => {
    const created = await createSession(service, { email: 'bOB@example.COM' });
    expect(created.matchedBy).toBe('email');
    expect((await embedApi(service, created.token).head()).body.data.customer.externalId).toBe('user_b');
    await service.patch('/customers/moved', { email: 'old@example.com', name: 'x' }).expect(201);
    await service.patch('/customers/moved', { email: 'new@example.com' }).expect(200);
    expectFailure(await service.post('/embed/sessions', { email: 'old@example.com' }), 404, 'CUSTOMER_NOT_FOUND');
    expectFailure(await service.post('/embed/sessions', { customerExternalId: 'no' }), 404, 'CUSTOMER_NOT_FOUND');
  });

  it('reads the head of its customer, and an event with the payload as a text, digit for digit', async () => {
    const at = '2026-04-20T10:00:00.123456Z';
    const viewer = { id: 'agent_7', name: 'Grace' };
    const more = { locale: 'de-DE', timeZone: 'Europe/Berlin', eventLink: 'https://desk.example/{eventId}' };
    const { id, token } = await createSession(service, { customerExternalId: 'user_42', at, viewer, ...more });
    const page = embedApi(service, token);
    const head = await page.head();
    expectSuccess(head, 200);
    expect(head.body.data).toMatchObject({
      customer: { externalId: 'user_42', name: 'Ada', email: 'user_42@example.com' },
      session: { id, at, viewer, matchedBy: 'externalId', ...more },
      firstOccurredAt: expect.any(String),
    });
    expect(
      head.body.data.types.map(({ type, count }: { type: string; count: number }) => [type, count]).sort(),
    ).toEqual([
      ['order.placed', 1],
      ['page.view', 1],
    ]);
    const event = await page.event(idOf('mine'));
    expect(event.body.data).toMatchObject({
      id: idOf('mine'),
      payloadText: '{"who":"secret-mine","n":99.90,"n":0.1234567890123456789}',
    });
    expect(event.body.data).not.toHaveProperty('customerId');
  });

  it('of a masked payload gives what the rules leave, and another session all of it', async () => {
    const seen = async (masked: boolean): Promise<string> => {
      const { token } = await createSession(service, { customerExternalId: 'user_42', masked });
      const { body } = await embedApi(service, token).event(idOf('mine')).expect(200);
      return (body as { data: { payloadText: string } }).data.payloadText;
    };
    const whole = await seen(false);
    const [key = ''] = Object.keys(JSON.parse(whole) as object);
    await service.put('/event-types/*', { mask: [`/${key}`] }).expect(201);
    expect(JSON.parse(await seen(true))).toEqual({ ...(JSON.parse(whole) as object), [key]: '•••' });
    expect(await seen(false)).toBe(whole);
    await service.delete('/event-types/*').expect(200);
  });

  it('gives no byte of another customer, of its app or another', async () => {
    const { token } = await createSession(service);
    const page = embedApi(service, token);
    for (const name of ['ofB', 'ofOther']) {
      const refused = await page.event(idOf(name));
      expectFailure(refused, 404, 'NOT_FOUND');
      expect(refused.text).not.toContain('secret');
    }
    const head = await page.head();
    expect(head.text).not.toMatch(/secret|Bob/);
    const ofB = embedApi(service, (await createSession(service, { customerExternalId: 'user_b' })).token);
    expectFailure(await ofB.event(idOf('mine')), 404, 'NOT_FOUND');
    const queried = await request(service.server)
      .get('/embed/api/head?customerExternalId=user_b&externalId=user_b')
      .set('Authorization', `Bearer ${token}`);
    expect(queried.text).not.toMatch(/secret|Bob/);
  });

  it('sees only the types that it was made for', async () => {
    const { token } = await createSession(service, { customerExternalId: 'user_42', types: ['order.*'] });
    const page = embedApi(service, token);
    expect((await page.head()).body.data.types).toEqual([expect.objectContaining({ type: 'order.placed', count: 1 })]);
    await page.event(idOf('mine')).expect(200);
    expectFailure(await page.event(idOf('page')), 404, 'NOT_FOUND');
  });

  it('opens no route of the API, and a key opens none of the page', async () => {
    const { token } = await createSession(service);
    const bearer = { Authorization: `Bearer ${token}` };
    for (const path of ['/customers/user_42', '/customers/user_42/events', '/auth/whoami'])
      expectFailure(
        await request(service.server)
          .get(API + path)
          .set(bearer),
        401,
        'AUTH_API_KEY_MISSING',
      );
    expectFailure(await withKey(service, token).get('/auth/whoami'), 401, 'AUTH_API_KEY_INVALID');
    const get = () => request(service.server).get('/embed/api/head');
    expectInvalidSession(await get());
    expectInvalidSession(await get().set('X-API-Key', service.key));
    for (const authorization of [service.key, `Bearer ${service.key}`, `Basic ${token}`, 'Bearer', `Bearer ${token}x`])
      expectInvalidSession(await get().set('Authorization', authorization));
    expectInvalidSession(await get().set('Authorization', `Bearer es_${'x'.repeat(48)}`));
    expectInvalidSession(await get().set('Authorization', `Bearer ${token.toLowerCase()}`));
  });

  it('is ended by DELETE, once and for all, by a key of its app alone', async () => {
    const { id, token } = await createSession(service);
    expectFailure(await withKey(service, service.otherKey).delete(`/embed/sessions/${id}`), 404, 'NOT_FOUND');
    await embedApi(service, token).head().expect(200);
    const ended = await service.delete(`/embed/sessions/${id}`).expect(200);
    expect(ended.body.data).toEqual({ id, revokedAt: expect.any(String) });
    expect((await service.delete(`/embed/sessions/${id}`).expect(200)).body.data).toEqual(ended.body.data);
    expectInvalidSession(await embedApi(service, token).head());
    expectInvalidSession(await embedApi(service, token).renew());
    for (const unusable of ['nothing', '%00', `${id}%00`, `${id}%0A`, '%F0%9F%98%80', 'x'.repeat(4_000)])
      expectFailure(await service.delete(`/embed/sessions/${unusable}`), 404, 'NOT_FOUND');
    const entries = await auditEntriesOf(service.database, appId);
    expect(entries.filter(({ action, subject }) => action === 'session.revoked' && subject === id)).toHaveLength(1);
  });

  describe('is refused by an instance that remembers it as soon as that forgets, after', () => {
    const within = CACHE_MS + 2_000;

    it('its end', async () => {
      const { id, token } = await createSession(service);
      expect(await refusedAfter(token, () => service.delete(`/embed/sessions/${id}`).expect(200))).toBeLessThan(within);
    });

    it('the end of the key that made it', async () => {
      const key = await service.createKey({});
      const { token } = await createSession(withKey(service, key.secret));
      expect(await refusedAfter(token, () => service.revokeKey(key.id))).toBeLessThan(within);
    });

    it('the suspension of its app; and let in again after that', async () => {
      const { token } = await createSession(withKey(service, service.otherKey));
      expect(await refusedAfter(token, () => administration.suspendApp('other'))).toBeLessThan(within);
      await administration.resumeApp('other');
      await until(async () => (await embedApi(second, token).head()).status === 200);
    });

    it('the erasure of its customer, which leaves nothing of the person', async () => {
      await service.patch('/customers/erased', { email: 'erased@example.com', name: 'x' }).expect(201);
      const body = { customerExternalId: 'erased', viewer: { id: 'viewer-of-erased' } };
      const { token } = await createSession(service, body);
      expect(await refusedAfter(token, () => service.delete('/customers/erased').expect(200))).toBeLessThan(within);
      const rows = "SELECT 1 FROM embed_sessions AS s WHERE s::text LIKE '%erased%'";
      expect(await service.database.query(rows)).toEqual([]);
      expectFailure(await service.post('/embed/sessions', body), 404, 'CUSTOMER_NOT_FOUND');
    });
  });

  it('is not left behind by an erasure that runs at the same time', async () => {
    for (let round = 0; round < 10; round++) {
      await service.patch('/customers/racing', { email: 'racing@example.com', name: 'x' }).expect(201);
      const made = Array.from({ length: 8 }, () => service.post('/embed/sessions', { customerExternalId: 'racing' }));
      const [erased, ...responses] = await Promise.all([service.delete('/customers/racing'), ...made]);
      expect(erased.status).toBe(200);
      for (const { status } of responses) expect([201, 404]).toContain(status);
    }
    const rows = "SELECT 1 FROM embed_sessions AS s WHERE s.customer_external_id = 'racing'";
    expect(await service.database.query(rows)).toEqual([]);
  });

  it('is renewed by 50 at once without a refusal, up to renewableUntil', async () => {
    const body = { customerExternalId: 'user_42', ttl: 'PT1H', maxAge: 'PT1H1S' };
    const created = await createSession(service, body);
    const renewals = Array.from({ length: 50 }, (_, n) =>
      embedApi(n % 2 === 0 ? service : second, created.token).renew(),
    );
    for (const { status, body: renewed } of await Promise.all(renewals)) {
      expect(status).toBe(200);
      const { expiresAt, renewableUntil } = renewed.data;
      expect(renewableUntil).toBe(created.renewableUntil);
      expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.parse(renewableUntil));
      expect(Date.parse(expiresAt)).toBeGreaterThanOrEqual(Date.parse(created.expiresAt));
    }
    await until(
      async () => (await embedApi(service, created.token).renew()).body.data.expiresAt === created.renewableUntil,
    );
  });

  it('expires, and then no renewal helps; one that another instance renewed is let in', async () => {
    const { id, token } = await createSession(service);
    const [here, there] = [embedApi(service, token), embedApi(second, token)];
    const expireIn = (interval: string) =>
      service.database.query(`UPDATE embed_sessions SET expires_at = now() + interval '${interval}' WHERE id = $1`, [
        id,
      ]);
    await expireIn('700 milliseconds');
    await there.head().expect(200);
    await here.renew().expect(200);
    await new Promise((passed) => setTimeout(passed, 800));
    // It remembers an expiry that is past.
    await there.head().expect(200);
    await expireIn('-1 milliseconds');
    const expired = await here.renew();
    expectFailure(expired, 401, 'EMBED_SESSION_EXPIRED');
    expect(expired.headers['www-authenticate']).toBe('Bearer');
    expectFailure(await here.head(), 401, 'EMBED_SESSION_EXPIRED');
  });

  it('survives a restart of the service', async () => {
    const first = await startServiceOn(service.database);
    const { token } = await createSession(withKey(first, service.key));
    await first.close();
    const again = await startServiceOn(service.database);
    try {
      await embedApi(again, token).head().expect(200);
    } finally {
      await again.close();
    }
  });

  it('stands in the audit: made, looked once an hour, ended; neither token, name nor address with it', async () => {
    const viewer = { id: 'agent_9', name: 'Name of a viewer' };
    const { id, token } = await createSession(service, { email: 'user_42@example.com', viewer });
    await Promise.all(Array.from({ length: 6 }, (_, n) => embedApi(n % 2 === 0 ? service : second, token).head()));
    await embedApi(service, token).renew().expect(200);
    await service.delete(`/embed/sessions/${id}`).expect(200);
    const ofSession = async () => {
      const entries = await auditEntriesOf(service.database, appId);
      return entries.filter(({ subject, actor }) => subject === id || actor.id === id);
    };
    await until(async () => (await ofSession()).length >= 3);
    const entries = await ofSession();
    expect(entries.map(({ action }) => action).sort()).toEqual([
      'session.created',
      'session.revoked',
      'timeline.viewed',
    ]);
    expect(entries.find(({ action }) => action === 'timeline.viewed')).toMatchObject({
      actor: { kind: 'session', id, requestId: expect.any(String) },
      customer: expect.stringMatching(/^[0-9a-f]{8}\.[0-9a-f]{32}$/),
      details: { viewerId: 'agent_9' },
    });
    expect(JSON.stringify(entries)).not.toMatch(/es_|Name of|example\.com|user_42/);
  });

  it('keeps a viewer who is named by an e-mail address, of whom the audit has the same pseudonym each time', async () => {
    const viewerIds: unknown[] = [];
    for (const id of ['Grace.Hopper@Navy.example', 'grace.hopper@navy.example']) {
      const session = await createSession(service, { customerExternalId: 'user_42', viewer: { id } });
      expect((await embedApi(service, session.token).head()).body.data.session.viewer.id).toBe(id);
      const ofSession = async () =>
        (await auditEntriesOf(service.database, appId)).filter(
          ({ actor, subject }) => subject === session.id || actor.id === session.id,
        );
      await until(async () => (await ofSession()).length === 2);
      const entries = await ofSession();
      expect(entries.map(({ action }) => action).sort()).toEqual(['session.created', 'timeline.viewed']);
      expect(JSON.stringify(entries)).not.toMatch(/navy|hopper|@/i);
      viewerIds.push(...entries.map(({ details }) => details?.['viewerId']));
    }
    expect(viewerIds).toEqual(Array(4).fill(expect.stringMatching(/^[0-9a-f]{8}\.[0-9a-f]{32}$/)));
    expect(new Set(viewerIds).size).toBe(1);
  });

  it('has its requests and its last one noted at the end of an instance', async () => {
    const instance = await startServiceOn(service.database);
    const { id, token } = await createSession(service);
    for (let n = 0; n < 3; n++) await embedApi(instance, token).head().expect(200);
    await instance.close();
    const [row] = await service.database.query<{ requests: string; seen: boolean }>(
      'SELECT requests, last_seen_at IS NOT NULL AS seen FROM embed_sessions WHERE id = $1',
      [id],
    );
    expect(row).toEqual({ requests: '3', seen: true });
  });

  it('is in no line of the log with its token, the address, the customer or the viewer', async () => {
    const { id, token } = await createSession(service, { email: 'user_42@example.com', viewer: { id: 'grace-7' } });
    await embedApi(service, token).head().expect(200);
    await service.delete(`/embed/sessions/${id}`).expect(200);
    await embedApi(service, token).head().expect(401);
    await until(
      () => logged.some((line) => line.includes(id)) && logged.some((line) => line.includes('sessionRefused')),
    );
    expect(JSON.parse(logged.find((line) => line.includes('sessionRefused')) as string)).toMatchObject({ status: 401 });
    const told = [token, service.key, 'es_', 'example.com', 'user_42', 'grace-7'];
    expect(told.filter((text) => logged.some((line) => line.includes(text)))).toEqual([]);
  });

  describe('is refused with the name of the field:', () => {
    const long = 'x'.repeat(10_000);
    const base = { customerExternalId: 'user_42' };

    it.each<[string, readonly unknown[]]>([
      ['at', ['', 'yesterday', '2026-02-30T00:00:00Z', 1, {}, [], long]],
      ['viewer', [1, 'x', [], {}, { id: '' }, { id: 1 }, { id: null }, { id: 'x'.repeat(256) }, { id: 'a\u0000' }]],
      ['viewer', [{ id: 'a', name: '' }, { id: 'a', name: long }, { id: 'a', nam: 'x' }, { name: 'x' }]],
      ['ttl', ['PT59S', 'PT1H1S', 'P1D', '15', '', 'PT0S', 900, {}, long]],
      ['maxAge', ['PT59S', 'PT24H1S', 'P2D', 'P1Y', '', 3600, [], long]],
      ['types', [[], {}, 'order.*', ['*'], ['Order'], [1], [null], [long], Array.from({ length: 51 }, () => 'a')]],
      ['masked', [0, 'true', {}, []]],
      ['locale', ['', 'de_DE', 'x', 1, {}, ['de'], long, 'de\u0000']],
      ['timeZone', ['', 'Mars/Olympus', '+02:00', 1, {}, ['UTC'], long, 'UTC\n']],
      [
        'eventLink',
        ['', 'javascript:alert(1)', 'https://{eventId}/', '//evil', 'https://a/{x}', 1, {}, [], `https://a/${long}`],
      ],
      ['email', ['', 'nobody', 1, {}, ['a@b.example'], `${long}@example.com`, 'a@b.example\u0000']],
      ['customerExternalId', ['', 1, {}, ['user_42'], 'x'.repeat(256), 'a\u0000', long]],
    ])('%s', async (field, values) => {
      const rest = field === 'email' || field === 'customerExternalId' ? {} : base;
      for (const value of values)
        expectInvalid(await service.post('/embed/sessions', { ...rest, [field]: value }), field);
    });

    it('viewer, where a member of it is given more than once', async () => {
      const body = '{"customerExternalId":"user_42","viewer":{"id":"a","id":"b"}}';
      const { details } = expectInvalid(await service.post('/embed/sessions', body), 'viewer');
      expect(details).toEqual({ viewer: ['has id more than once'] });
    });

    it('nothing where an optional field is null, which means absent', async () => {
      const fields = ['email', 'at', 'ttl', 'maxAge', 'types', 'masked', 'locale', 'timeZone', 'eventLink'];
      const absent = Object.fromEntries(fields.map((field) => [field, null]));
      expectSuccess(
        await service.post('/embed/sessions', { ...base, ...absent, viewer: { id: 'a', name: null } }),
        201,
      );
      expectSuccess(await service.post('/embed/sessions', { ...base, viewer: null }), 201);
    });

    it('both ways to name the customer, and neither', async () => {
      const both = { customerExternalId: 'user_42', email: 'user_42@example.com' };
      for (const body of [both, {}, { viewer: { id: 'a' } }])
        expectInvalid(await service.post('/embed/sessions', body), 'customerExternalId', 'email');
    });

    it('one that is not known, with the one that was meant', async () => {
      const { details } = expectInvalid(
        await service.post('/embed/sessions', { ...base, eventlink: 'x' }),
        'eventlink',
      );
      expect(details?.eventlink).toEqual(['is not a known field; did you mean eventLink?']);
      const { details: nested } = expectInvalid(
        await service.post('/embed/sessions', { ...base, viewer: { id: 'a', nmae: 'x' } }),
        'viewer',
      );
      expect(nested?.viewer).toEqual([expect.stringContaining('nmae')]);
    });
  });

  it('needs a key with sessions:create', async () => {
    const { secret } = (await administration.createKey('acme', 'read', 'agent', null, {
      scopes: ['customers:read', 'timeline:read'],
    })) as { secret: string };
    const reader = withKey(service, secret);
    expectFailure(
      await reader.post('/embed/sessions', { customerExternalId: 'user_42' }),
      403,
      'AUTH_API_KEY_FORBIDDEN',
    );
    expectFailure(await reader.delete('/embed/sessions/x'), 403, 'AUTH_API_KEY_FORBIDDEN');
  });

  it('is limited by SESSION_READ_LIMITS, each on its own, with a true Retry-After, and by the limits of its app', async () => {
    const limited = await startServiceOn(service.database, { SESSION_READ_LIMITS: '11/1' });
    try {
      const [one, other] = [await createSession(service), await createSession(service)];
      const page = embedApi(limited, one.token);
      const head = await page.head().expect(200);
      expect(head.headers['ratelimit-policy']).toBe('"11-per-1s";q=11;w=1');
      expect(head.headers.ratelimit).toMatch(/;r=1;/);
      await page.event(idOf('mine')).expect(200);
      const refused = await page.renew();
      expect(expectFailure(refused, 429, 'TOO_MANY_REQUESTS').details).toEqual({ retryAfterSeconds: 1 });
      expect(refused.headers['retry-after']).toBe('1');
      await embedApi(limited, other.token).renew().expect(200);
      await new Promise((passed) => setTimeout(passed, 1_000));
      await page.renew().expect(200);
      await administration.setAppLimits('acme', { readLimits: [{ units: 1, seconds: 600 }] });
      await embedApi(limited, other.token).renew().expect(200);
      await page.renew().expect(429);
    } finally {
      await administration.setAppLimits('acme', { readLimits: null });
      await limited.close();
    }
  });

  it('is gone with the customers that a deletion of its app erases', async () => {
    await administration.createApp('short-lived', 'x');
    const key = await service.createKey({ app: 'short-lived' });
    const keyed = withKey(service, key.secret);
    await keyed.patch('/customers/only', { email: 'only@example.com', name: 'x' }).expect(201);
    const { token } = await createSession(keyed, { customerExternalId: 'only' });
    const app = await administration.beginDeletion('short-lived');
    await administration.finishDeletion(app, { customers: 0, events: 0 });
    expect(await service.database.query('SELECT 1 FROM embed_sessions WHERE app_id = $1', [app.id])).toEqual([]);
    expectInvalidSession(await embedApi(service, token).head());
    await service.app.get(Customers).erase(app.id, 'only', { kind: 'operator', id: 'test', requestId: null });
  });
});

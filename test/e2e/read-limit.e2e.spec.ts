import { afterEach, describe, expect, it } from '@jest/globals';
import request, { type Response } from 'supertest';
import { createSession, embedApi } from '../support/embed-session.ts';
import { API, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure, expectSuccess } from './helpers/answers.ts';
import { routesOf } from './helpers/routes.ts';

const NDJSON = { 'Content-Type': 'application/x-ndjson' };

describe('READ_LIMITS', () => {
  const services: TestService[] = [];
  let service: TestService;

  const start = async (settings: Record<string, string>): Promise<void> => {
    const started = await startTestService(settings);
    services.push(started);
    // The key that made the customers has spent some of its units.
    const { secret } = await started.createKey({});
    service = withKey(started, secret);
  };
  const left = (response: Response): number => Number(/;r=(\d+)/.exec(response.headers.ratelimit as string)?.[1]);

  afterEach(async () => {
    for (const started of services.splice(0)) await started.close();
  });

  it('or RATE_LIMITS count every request of every route that wants a key', async () => {
    await start({ RATE_LIMITS: '1000/600', READ_LIMITS: '1000/600' });
    const routes = routesOf(service.app).filter(({ path }) => path.startsWith(API));
    expect(routes.length).toBeGreaterThanOrEqual(13);
    for (const { method, path } of routes) {
      const response = await request(service.server)
        [method](path.replace(':externalId', 'nobody').replace(':id', 'none'))
        .set('X-API-Key', service.key);
      expect([method, path, response.headers['ratelimit-policy']]).toEqual([
        method,
        path,
        '"1000-per-600s";q=1000;w=600',
      ]);
    }
  });

  it('count units, the more the dearer', async () => {
    await start({ READ_LIMITS: '1000/600' });
    const event = { customerExternalId: 'user_42', type: 'a' };
    const { body } = await service.post('/customer-events', event).expect(201);
    const { id } = (body as { data: { id: string } }).data;
    const rules = (count: number) => ({
      rules: Array.from({ length: count }, (_, n) => ({ pattern: `t${n}`, rule: { title: 'T' } })),
    });
    let before = 1_000;
    const costs: readonly (readonly [number, () => PromiseLike<Response>])[] = [
      [1, () => service.get('/auth/whoami')],
      [1, () => service.get('/customers/user_42')],
      [1, () => service.get('/customers/user_42/events')],
      [1, () => service.get(`/customers/user_42/events/${id}`)],
      [5, () => service.get('/customers/user_42/context')],
      [1, () => service.get('/customers/user_42/timeline')],
      [1, () => service.get('/customers/user_42/timeline?type=a&quiet=hide')],
      [10, () => service.get('/customers/user_42/timeline?q=a')],
      [10, () => service.get('/customers/user_42/events/summary')],
      [50, () => service.get('/customers/user_42/events/export')],
      [1, () => service.patch('/customers/user_42', { name: 'Ada' })],
      [5, () => service.get('/event-types')],
      [10, () => service.put('/event-types', rules(50))],
      [42, () => service.put('/event-types', rules(210))],
      [9, () => service.get('/event-types')],
      [1, () => service.put('/event-types/t1', {})],
      [1, () => service.get('/event-types/t1')],
      [5, () => service.post('/event-types/preview', { rule: {}, event: { type: 't1' } })],
      [50, () => service.post('/customer-events/import', `${JSON.stringify(event)}\n`.repeat(300), NDJSON)],
      [10, () => service.delete(`/customers/user_42/events/${id}`)],
      [10, () => service.delete('/customers/user_42')],
      [10, () => service.delete('/customers/user_42')],
    ];
    for (const [index, [cost, send]] of costs.entries()) {
      const response = await send();
      expect(response.headers['ratelimit-policy']).toBe('"1000-per-600s";q=1000;w=600');
      expect([index, before - left(response)]).toEqual([index, cost]);
      before = left(response);
    }
  });

  it('count units of embed sessions in the same way', async () => {
    await start({ SESSION_READ_LIMITS: '1000/600' });
    const { token } = await createSession(service);
    const page = embedApi(service, token);
    let before = 1_000;
    const costs: readonly (readonly [number, () => PromiseLike<Response>])[] = [
      [1, () => page.entries()],
      [1, () => page.entries('type=a&quiet=hide')],
      [10, () => page.entries('q=a')],
      [10, () => page.head()],
      [10, () => page.days('from=2026-04-01&to=2026-05-01')],
      [1, () => page.event('c0mnktc30g0mww6snfe00xf8j')],
      [1, () => page.renew()],
    ];
    for (const [index, [cost, send]] of costs.entries()) {
      const response = await send();
      expect([index, before - left(response)]).toEqual([index, cost]);
      before = left(response);
    }
  });

  it('refuse with a true Retry-After, each key on its own, and not its events', async () => {
    await start({ READ_LIMITS: '2/1' });
    const { secret } = await service.createKey({});
    for (let n = 0; n < 2; n++) expectSuccess(await service.get('/customers/user_42'), 200);
    const refused = await service.get('/customers/user_42');
    const { details } = expectFailure(refused, 429, 'TOO_MANY_REQUESTS');
    expect(details).toEqual({ retryAfterSeconds: 1 });
    expect(refused.headers['retry-after']).toBe('1');
    expectSuccess(await service.get('/customers/user_42', { 'X-API-Key': secret }), 200);
    expectSuccess(await service.post('/customer-events', { customerExternalId: 'user_42', type: 'a' }), 201);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expectSuccess(await service.get('/customers/user_42/events/summary'), 200);
    // Its ten units at 2 a second take 5 s.
    expect(expectFailure(await service.get('/customers/user_42'), 429, 'TOO_MANY_REQUESTS').details).toEqual({
      retryAfterSeconds: 5,
    });
  });

  it('let no more pass of many at once than there is room for', async () => {
    await start({ READ_LIMITS: '10/86400' });
    const responses = await Promise.all(Array.from({ length: 100 }, () => service.get('/customers/user_42')));
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(90);
  });

  it('are by default 20,000 units in 10 seconds', async () => {
    await start({ READ_LIMITS: '' });
    const response = await service.get('/customers/user_42');
    expect(response.headers['ratelimit-policy']).toBe('"20000-per-10s";q=20000;w=10');
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { MemoryRateStore } from '../../src/platform/http/rate-limit/memory-rate-store.ts';
import { PostgresRateStore } from '../../src/platform/http/rate-limit/postgres-rate-store.ts';
import { StorageFailures } from '../../src/platform/postgres/storage-failures.ts';
import { until } from '../support/until.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';

const SHARED = { RATE_LIMIT_STORE: 'postgres', RATE_LIMITS: '10/600', READ_LIMITS: '5/600' };

describe('RATE_LIMIT_STORE=postgres', () => {
  let first: TestService;
  let second: Awaited<ReturnType<typeof startServiceOn>>;

  beforeAll(async () => {
    first = await startTestService(SHARED);
    second = await startServiceOn(first.database, SHARED);
    await until(countTogether);
  });
  afterAll(async () => {
    await second.close();
    await first.close();
  });

  /** Both instances, asked with one new key. */
  const both = async () => {
    const { secret } = await first.createKey({});
    return [withKey(first, secret), withKey(second, secret)] as const;
  };
  /** Opens their connections, and tells whether they do: on a busy machine one may take longer to open than they wait for it. */
  const countTogether = async (): Promise<boolean> => {
    for (const instance of await both()) {
      await Promise.all(Array.from({ length: 4 }, () => instance.get('/auth/whoami')));
    }
    const [one, other] = await both();
    await one.get('/auth/whoami');
    return left(await other.get('/auth/whoami')) === 3;
  };
  const event = { customerExternalId: 'user_42', type: 'shared' };
  const left = (response: Response): number => Number(/;r=(\d+)/.exec(response.headers.ratelimit as string)?.[1]);

  it('counts what comes to any instance, many at once too', async () => {
    const instances = await both();
    const responses = await Promise.all(
      Array.from({ length: 40 }, (_, n) => (instances[n % 2] as TestService).post('/customer-events', event)),
    );
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(30);
  });

  it('lets a batch prolong the window, and a retry knows for how long', async () => {
    const [one, other] = await both();
    const events = Array.from({ length: 25 }, () => event);
    expect(left(await one.post('/customer-events/batch', { events }).expect(201))).toBe(0);
    const refused = await other.post('/customer-events', event).expect(429);
    const retryAfter = Number(refused.headers['retry-after']);
    expect(retryAfter).toBeGreaterThan(1_480);
    expect(retryAfter).toBeLessThanOrEqual(1_500);
  });

  it('counts reads as well', async () => {
    const [one, other] = await both();
    expect(left(await one.get('/customers/user_42').expect(200))).toBe(4);
    expect(left(await other.get('/customers/user_42/context').expect(200))).toBe(0);
    await one.get('/customers/user_42').expect(429);
  });

  it('counts by itself where the database is away', async () => {
    const failures = new StorageFailures();
    const store = new PostgresRateStore('postgres://nobody@127.0.0.1:1/none', (error) => failures.failed(error));
    const windows = [{ key: 'k', units: 2, seconds: 600 }];
    const alone = new MemoryRateStore();
    for (let n = 0; n < 3; n++) {
      const { states, waitMs } = await store.take(windows, 1);
      const expected = alone.take(windows, 1);
      expect(states.map(({ used }) => used)).toEqual(expected.states.map(({ used }) => used));
      expect(waitMs > 0).toBe(expected.waitMs > 0);
    }
    expect((await store.add(windows, 3))[0]?.used).toBe(5);
    // For a second nothing is asked of a database that did not respond.
    expect(failures.counts.get('connection')).toBe(1);
    await store.onApplicationShutdown();
  });
});

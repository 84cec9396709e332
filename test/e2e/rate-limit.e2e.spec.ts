import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { API, startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectSuccess } from './helpers/answers.ts';

const POLICY = /^"\d+-per-\d+s";q=\d+;w=\d+(, "\d+-per-\d+s";q=\d+;w=\d+)*$/;
const STATE = /^"\d+-per-\d+s";r=\d+;t=[1-9]\d*(, "\d+-per-\d+s";r=\d+;t=[1-9]\d*)*$/;

const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe('the rate limit', () => {
  const services: TestService[] = [];
  let service: TestService;
  let run = 0;

  const start = async (windows: string): Promise<TestService> => {
    const started = await startTestService({ RATE_LIMITS: windows });
    services.push(started);
    return started;
  };
  const event = (fields: object = {}) => ({ customerExternalId: 'user_42', type: 'limited', ...fields });
  const send = (fields: object = {}, headers = {}) => service.post('/customer-events', event(fields), headers);
  const batch = (count: number) =>
    service.post('/customer-events/batch', { events: Array.from({ length: count }, () => event()) });
  const rowCount = async (): Promise<number> => (await service.database.query('SELECT 1 FROM customer_events')).length;
  /** What is left in the first window, as a response tells it. */
  const left = (response: Response): number => Number(/;r=(\d+)/.exec(response.headers.ratelimit as string)?.[1]);

  function expectTooMany(response: Response): number {
    const body = expectFailure(response, 429, 'TOO_MANY_REQUESTS');
    expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    const retryAfterSeconds = Number(response.headers['retry-after']);
    expect(body.details).toEqual({ retryAfterSeconds });
    expect(response.headers['ratelimit-policy']).toMatch(POLICY);
    expect(response.headers.ratelimit).toMatch(STATE);
    return retryAfterSeconds;
  }

  afterEach(() => {
    run++;
  });
  afterAll(async () => {
    for (const started of services) await started.close();
  });

  describe('of 3 events a day', () => {
    beforeAll(async () => {
      service = await start('3/86400');
    });

    it('lets three pass, and tells how it stands', async () => {
      for (const remaining of [2, 1, 0]) {
        const response = await send();
        expectSuccess(response, 201);
        expect(response.headers['ratelimit-policy']).toBe('"3-per-86400s";q=3;w=86400');
        expect(response.headers.ratelimit).toMatch(STATE);
        expect(left(response)).toBe(remaining);
      }
    });

    it('refuses the fourth, stores nothing, and says when to come again', async () => {
      const before = await rowCount();
      const retryAfter = expectTooMany(await send());
      expect(retryAfter).toBeGreaterThan(86_000);
      expect(retryAfter).toBeLessThanOrEqual(86_400);
      expectTooMany(await batch(1));
      expectTooMany(await batch(500));
      expect(await rowCount()).toBe(before);
    });

    it('is for events: reads, customers and whoami pass', async () => {
      expectSuccess(await service.get('/customers/user_42/events'), 200);
      expectSuccess(await service.get('/auth/whoami'), 200);
      expectSuccess(await service.patch('/customers/user_42', { name: 'Ada' }), 200);
    });

    it('is for each key on its own, of the same app, too', async () => {
      const { secret } = await service.createKey({});
      const response = await send({}, { 'X-API-Key': secret });
      expectSuccess(response, 201);
      expect(left(response)).toBe(2);
      expectFailure(await send({}, { 'X-API-Key': service.otherKey }), 404, 'CUSTOMER_NOT_FOUND');
      expectTooMany(await send());
    });

    it('does not use up the eventId: with another key the refused event is new', async () => {
      const { secret } = await service.createKey({});
      expectTooMany(await send({ eventId: 'not-burnt', payload: { first: true } }));
      expectSuccess(await send({ eventId: 'not-burnt', payload: { second: true } }, { 'X-API-Key': secret }), 201);
    });

    it('counts a body that is refused, and comes after the check of the key', async () => {
      const bad: readonly (readonly [string, string, number])[] = [
        ['/customer-events', '{', 400],
        ['/customer-events', '{"customerExternalId":"user_42","type":"NO"}', 400],
        ['/customer-events/batch', '{"events":[]}', 400],
        ['/customer-events/batch', '{', 400],
      ];
      for (const [path, body, status] of bad) {
        const { secret } = await service.createKey({});
        const refused = await service.post(path, body, { 'X-API-Key': secret });
        expectFailure(refused, status, 'VALIDATION_ERROR');
        expect(left(refused)).toBe(2);
        expect(left(await send({}, { 'X-API-Key': secret }))).toBe(1);
      }
      const unknown = await send({}, { 'X-API-Key': 'wrong' });
      expectFailure(unknown, 401, 'AUTH_API_KEY_INVALID');
      expect(unknown.headers).not.toHaveProperty('ratelimit');
    });

    it('refuses before the body is read', async () => {
      const { secret } = await service.createKey({});
      for (let n = 0; n < 3; n++) await send({}, { 'X-API-Key': secret });
      const { port } = service.server.address() as AddressInfo;
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `POST ${API}/customer-events/batch HTTP/1.1\r\nHost: a\r\nX-API-Key: ${secret}\r\n` +
          'Content-Type: application/json\r\nContent-Length: 8000000\r\n\r\n{"events":[',
      );
      const [head] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      expect(head.toString()).toMatch(/^HTTP\/1\.1 429 /);
    });

    it('counts an event that is refused for its customer, and a repeated one: they cost as much', async () => {
      const { secret } = await service.createKey({});
      const headers = { 'X-API-Key': secret };
      const unknown = await send({ customerExternalId: 'nobody' }, headers);
      expectFailure(unknown, 404, 'CUSTOMER_NOT_FOUND');
      expect(left(unknown)).toBe(2);
      await send({ eventId: `twice-${run}` }, headers).expect(201);
      expect(left(await send({ eventId: `twice-${run}` }, headers).expect(200))).toBe(0);
      expectTooMany(await send({}, headers));
    });
  });

  it('in several windows at once refuses where one of them is full, and names them all', async () => {
    service = await start('4/3600,3/7200,100/60');
    for (let n = 0; n < 3; n++) expectSuccess(await send(), 201);
    const response = await send();
    expect(expectTooMany(response)).toBeGreaterThan(3_600);
    expect(response.headers['ratelimit-policy']).toBe(
      '"4-per-3600s";q=4;w=3600, "3-per-7200s";q=3;w=7200, "100-per-60s";q=100;w=60',
    );
    expect(left(response)).toBe(1);
  });

  it('is counted in events: a batch takes what it brings, and passes where there is room for one', async () => {
    service = await start('100/600');
    const first = await batch(98);
    expectSuccess(first, 201);
    expect(left(first)).toBe(2);
    const large = await batch(500);
    expectSuccess(large, 201);
    expect(left(large)).toBe(0);
    const retryAfter = expectTooMany(await batch(1));
    // 598 events at 100 in 600 seconds take 3,588 seconds.
    expect(retryAfter).toBeGreaterThan(3_500);
    expect(retryAfter).toBeLessThanOrEqual(3_588);
    expectTooMany(await send());
    expect(await rowCount()).toBe(598);
  });

  it('counts bytes: each 16 KiB of a body, after decompression, as much as one event', async () => {
    service = await start('10000/600');
    let before = 10_000;
    const takes = (response: Response): number => {
      const now = left(response);
      const taken = before - now;
      before = now;
      return taken;
    };
    expect(takes(await send({ payload: { a: 'x'.repeat(16_000) } }))).toBe(1);
    expect(takes(await send({ payload: { a: 'x'.repeat(40_000) } }))).toBe(3);
    expect(takes(await send({ payload: { a: 'x'.repeat(100_000) } }))).toBe(7);

    const compressed = (text: string, length?: number) =>
      service
        .post('/customer-events/batch', '', { 'Content-Encoding': 'gzip' })
        .serialize((body: unknown) => body as string)
        .send(gzipSync(text).subarray(0, length) as never);
    const blank = ' '.repeat(1_048_576);
    const one = await compressed(`{"events":[${JSON.stringify(event())}${blank}]}`);
    expectSuccess(one, 201);
    expect(takes(one)).toBe(65);
    const refused = await compressed(`{"events":[${blank}]`);
    expectFailure(refused, 400, 'VALIDATION_ERROR');
    expect(takes(refused)).toBe(65);
    const tooLarge = await compressed(blank.repeat(9));
    expectFailure(tooLarge, 413, 'PAYLOAD_TOO_LARGE');
    expect(takes(tooLarge)).toBe(512);
    const broken = await compressed(blank, 1_000);
    expectFailure(broken, 400, 'VALIDATION_ERROR');
    // As far as it was inflated: 1,000 bytes of gzip are about a mebibyte of blanks.
    expect(takes(broken)).toBeGreaterThan(50);
    expect(takes(broken)).toBeLessThanOrEqual(63);
  });

  it('counts the refused items of a batch, too', async () => {
    service = await start('100/600');
    const response = await service.post('/customer-events/batch', {
      events: [event(), {}, 1, event({ customerExternalId: 'nobody' })],
    });
    expectSuccess(response, 207);
    expect(left(response)).toBe(96);
  });

  it('is true to its Retry-After: after that long the retry passes', async () => {
    service = await start('2/1,1000/60');
    for (let refusals = 0; refusals < 3;) {
      const response = await send({ eventId: `retry-${refusals}` });
      if (response.status !== 429) continue;
      refusals++;
      await sleep(expectTooMany(response));
      expectSuccess(await send({ eventId: `after-${refusals}` }), 201);
    }
  });

  it('lets no more pass of many at once than there is room for', async () => {
    service = await start('10/86400');
    const answers = await Promise.all(Array.from({ length: 40 }, () => send()));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    for (const response of answers.filter(({ status }) => status !== 201)) expectTooMany(response);
    expect(await rowCount()).toBe(10);
  });

  it('of 0 is none: no limit, no headers', async () => {
    service = await start('0');
    const answers = await Promise.all([...Array.from({ length: 100 }, () => send()), batch(500), batch(500)]);
    for (const response of answers) {
      expectSuccess(response, 201);
      expect(response.headers).not.toHaveProperty('ratelimit');
      expect(response.headers).not.toHaveProperty('ratelimit-policy');
    }
  });

  it('is by default 5,000 events in 5 seconds', async () => {
    service = await start('');
    const response = await batch(500);
    expectSuccess(response, 201);
    expect(response.headers['ratelimit-policy']).toBe('"5000-per-5s";q=5000;w=5');
    expect(left(response)).toBe(4_500);
  });
});

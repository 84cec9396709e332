import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { asTheyAre, expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';

const KIB_64 = 65_536;

/** A JSON object of exactly so many bytes. */
const objectOfBytes = (bytes: number, filler = 'x'): string => {
  const room = bytes - '{"s":""}'.length;
  const size = Buffer.byteLength(filler);
  return `{"s":"${filler.repeat(Math.floor(room / size))}${'x'.repeat(room % size)}"}`;
};

describe('the limits of a payload', () => {
  let service: TestService;

  const eventWith = (payload: string) => `{"customerExternalId":"user_42","type":"a","payload":${payload}}`;
  const post = (payload: string) => service.post('/customer-events', eventWith(payload));

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());
  afterEach(() => service.get('/auth/whoami').expect(200));

  describe('depth', () => {
    const nested = {
      objects: (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`,
      arrays: (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`,
      'objects and arrays': (depth: number) =>
        `{"a":${'[{"a":'.repeat((depth - 2) / 2)}[]${'}]'.repeat((depth - 2) / 2)}}`,
    };

    it.each(Object.entries(nested))('takes 100 levels of %s', async (_, of) => {
      expectSuccess(await post(of(100)), 201);
    });

    it.each([
      ['objects', 101],
      ['objects', 1_000],
      ['objects', 5_000],
      ['arrays', 101],
      ['arrays', 3_000],
      ['arrays', 40_000],
      ['objects and arrays', 102],
      ['objects and arrays', 10_000],
    ] as const)('refuses in %s %i levels', async (kind, depth) => {
      expectInvalid(await post(nested[kind](depth)), 'payload');
    });

    it('does not count brackets in texts', async () => {
      expectSuccess(await post(`{"s":"${'[{'.repeat(500)}","t":"\\"${'['.repeat(500)}"}`), 201);
    });

    it('does not add up what stands side by side', async () => {
      expectSuccess(await post(`{"a":[${Array.from({ length: 500 }, () => '[[]]').join(',')}]}`), 201);
    });
  });

  describe('size', () => {
    it.each([
      ['of one-byte characters', 'x'],
      ['of emoji, counted in bytes', '💥'],
    ])('takes 64 KiB %s', async (_, filler) => {
      const payload = objectOfBytes(KIB_64, filler);
      expect(Buffer.byteLength(payload)).toBe(KIB_64);
      expectSuccess(await post(payload), 201);
    });

    it.each([
      ['of one-byte characters', 'x'],
      ['of emoji, counted in bytes', '💥'],
    ])('refuses a byte more %s, and tells the limit', async (_, filler) => {
      const body = expectFailure(await post(objectOfBytes(KIB_64 + 1, filler)), 413, 'PAYLOAD_TOO_LARGE');
      expect(body.details).toEqual({ field: 'payload', limit: KIB_64 });
    });

    it('tells the limit of a body that is too large as a whole', async () => {
      const body = expectFailure(await post(objectOfBytes(1_000_000)), 413, 'PAYLOAD_TOO_LARGE');
      expect(body.details).toEqual({ field: 'body', limit: expect.any(Number) });
    });

    it('counts what a compressed body becomes', async () => {
      const gzip = { 'Content-Encoding': 'gzip' };
      const send = (payload: string) =>
        service.post('/customer-events', gzipSync(eventWith(payload)), gzip).serialize(asTheyAre);
      expectSuccess(await send(objectOfBytes(KIB_64)), 201);
      expectFailure(await send(objectOfBytes(KIB_64 + 1)), 413, 'PAYLOAD_TOO_LARGE');
    });

    it('is no limit for the other fields: they have their own', async () => {
      const response = await service.post('/customer-events', {
        customerExternalId: 'x'.repeat(60_000),
        type: 'a',
        payload: {},
      });
      expectInvalid(response, 'customerExternalId');
    });

    it('stores nothing of what it refuses', async () => {
      const count = () => service.database.query('SELECT count(*) FROM customer_events');
      const before = await count();
      await post(objectOfBytes(KIB_64 + 1)).expect(413);
      expect(await count()).toEqual(before);
    });
  });

  it('can be set', async () => {
    const small = await startTestService({ MAX_PAYLOAD_BYTES: '100' });
    try {
      await small.post('/customer-events', eventWith(objectOfBytes(100))).expect(201);
      const refusal = await small.post('/customer-events', eventWith(objectOfBytes(101)));
      expect(expectFailure(refusal, 413, 'PAYLOAD_TOO_LARGE').details).toEqual({ field: 'payload', limit: 100 });
    } finally {
      await small.close();
    }
  });
});

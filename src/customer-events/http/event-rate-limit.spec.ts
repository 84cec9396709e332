import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Response } from 'express';
import { EventRateLimit, type RateWindow } from './event-rate-limit.ts';
import { HttpError } from '../../platform/http/errors/http-error.ts';

/** The windows of the published API. */
const PUBLISHED: readonly RateWindow[] = [
  { events: 3, seconds: 1 },
  { events: 20, seconds: 10 },
  { events: 100, seconds: 60 },
];

/** Time stands still but where a test lets it pass. */
describe('EventRateLimit', () => {
  let limit: EventRateLimit;

  const over = (...windows: RateWindow[]): void => {
    limit = new EventRateLimit(windows);
  };
  const pass = (seconds: number): void => {
    jest.advanceTimersByTime(seconds * 1000);
  };

  /** Spends, and gives the refusal (null: it passed) and the headers. */
  const spend = async (events = 1, keyId = 'key') => {
    const response = new ServerResponse(new IncomingMessage(new Socket())) as Response;
    let refusal: HttpError | null = null;
    try {
      await limit.spend(keyId, events, response);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      refusal = error;
    }
    return {
      refusal,
      policy: response.getHeader('RateLimit-Policy'),
      state: response.getHeader('RateLimit'),
      retryAfter: Number(refusal?.headers['Retry-After'] ?? 0),
    };
  };
  const passes = async (events = 1, keyId = 'key'): Promise<boolean> => (await spend(events, keyId)).refusal === null;

  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('without windows lets everything pass, and says nothing', async () => {
    over();
    for (let n = 0; n < 1_000; n++) {
      expect(await spend(500)).toEqual({ refusal: null, policy: undefined, state: undefined, retryAfter: 0 });
    }
  });

  it('lets the quota of a window pass, refuses more, and lets the next window pass', async () => {
    over({ events: 3, seconds: 10 });
    expect([await passes(), await passes(), await passes(), await passes()]).toEqual([true, true, true, false]);
    pass(9.9);
    expect(await passes()).toBe(false);
    pass(0.1);
    expect([await passes(), await passes(), await passes(), await passes()]).toEqual([true, true, true, false]);
  });

  it('refuses with the code, and with the seconds until a retry passes', async () => {
    over({ events: 1, seconds: 10 });
    await spend();
    pass(2.5);
    const { refusal } = await spend();
    expect(refusal).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      details: { retryAfterSeconds: 8 },
      headers: { 'Retry-After': '8' },
    });
    pass(8);
    expect(await passes()).toBe(true);
  });

  it('counts each key on its own', async () => {
    over({ events: 1, seconds: 10 });
    expect([await passes(1, 'a'), await passes(1, 'a'), await passes(1, 'b'), await passes(1, 'b')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('counts nothing of what it refuses', async () => {
    over({ events: 3, seconds: 1 }, { events: 4, seconds: 60 });
    expect(await passes(3)).toBe(true);
    for (let n = 0; n < 50; n++) expect(await passes(2)).toBe(false);
    pass(1);
    expect(await passes(1)).toBe(true);
    pass(1);
    expect((await spend()).retryAfter).toBe(58);
  });

  describe('RateLimit-Policy and RateLimit', () => {
    it('name every window, its quota, what is left and for how long', async () => {
      over(...PUBLISHED);
      expect(await spend()).toMatchObject({
        policy: '"3-per-1s";q=3;w=1, "20-per-10s";q=20;w=10, "100-per-60s";q=100;w=60',
        state: '"3-per-1s";r=2;t=1, "20-per-10s";r=19;t=10, "100-per-60s";r=99;t=60',
      });
      pass(4);
      expect(await spend()).toMatchObject({
        state: '"3-per-1s";r=2;t=1, "20-per-10s";r=18;t=6, "100-per-60s";r=98;t=56',
      });
    });

    it('are there on a refusal, too, and tell what is left without the refused events', async () => {
      over(...PUBLISHED);
      for (let n = 0; n < 3; n++) await spend();
      const refused = await spend(5);
      expect(refused.refusal).not.toBeNull();
      expect(refused.policy).toMatch(/^"3-per-1s";q=3;w=1, /);
      expect(refused.state).toBe('"3-per-1s";r=0;t=1, "20-per-10s";r=17;t=10, "100-per-60s";r=97;t=60');
    });

    it('tell how long a window lasts that a batch made longer', async () => {
      over({ events: 100, seconds: 60 });
      expect((await spend(500)).state).toBe('"100-per-60s";r=0;t=300');
    });
  });

  describe('with a batch', () => {
    it('lets it pass as soon as there is room for one event', async () => {
      over(...PUBLISHED);
      expect(await passes(500)).toBe(true);
      over({ events: 3, seconds: 60 });
      await spend(2);
      expect(await passes(500)).toBe(true);
      expect(await passes(1)).toBe(false);
    });

    it('makes the next request wait for as long as its events should have taken', async () => {
      over({ events: 10, seconds: 1 });
      await spend(500);
      const { retryAfter } = await spend();
      expect(retryAfter).toBe(50);
      pass(49.9);
      expect(await passes()).toBe(false);
      pass(0.1);
      expect(await passes()).toBe(true);
    });

    it('counts that time from the beginning of the window, not from the batch', async () => {
      over({ events: 100, seconds: 10 });
      await spend(99);
      pass(9);
      await spend(11);
      // 110 events take 11 seconds, of which 9 have passed.
      expect((await spend()).retryAfter).toBe(2);
      pass(2);
      expect(await passes()).toBe(true);
    });

    it('that would make a window longer than a timer can be, does not end it', async () => {
      over({ events: 1, seconds: 86_400 });
      await spend(500);
      for (const seconds of [0.01, 10, 86_400]) {
        pass(seconds);
        expect(await passes()).toBe(false);
      }
    });
  });

  /** How many events of a sender pass within some seconds, who tries all the time. */
  const greedy = async (batch: number, seconds: number, everySeconds: number): Promise<number> => {
    let passed = 0;
    for (let at = 0; at < seconds; at += everySeconds) {
      if (await passes(batch)) passed += batch;
      pass(everySeconds);
    }
    return passed;
  };

  it.each([1, 2, 3, 7, 50, 500])(
    'gives a sender of batches of %i as much as others, no more and hardly less',
    async (batch) => {
      over({ events: 10, seconds: 1 }, { events: 500, seconds: 60 });
      // 500 a minute, of which the last window may be spent at once.
      const passed = await greedy(batch, 1_800, 0.1);
      expect(passed).toBeLessThanOrEqual(15_000 + 500);
      expect(passed).toBeGreaterThanOrEqual(15_000 * 0.95);
    },
  );

  it.each([300, 490])('gives a steady sender of batches of %i the default rate', async (batch) => {
    over({ events: 5_000, seconds: 5 });
    const passed = await greedy(batch, 100, 0.1);
    expect(passed).toBeLessThanOrEqual(100_000 + 5_000);
    expect(passed).toBeGreaterThanOrEqual(95_000);
  });

  it.each([1, 2, 10, 500])('never refuses a sender of batches of %i that waits for Retry-After', async (batch) => {
    over(...PUBLISHED);
    for (let refusals = 0; refusals < 100;) {
      const { refusal, retryAfter } = await spend(batch);
      if (refusal === null) continue;
      refusals++;
      pass(retryAfter);
      expect(await passes(batch)).toBe(true);
    }
  });
});

import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { RateWindow } from '../../../../libs/kernel/rate-window.ts';
import { HttpError } from '../errors/http-error.ts';
import type { Caller } from '../request/caller.ts';
import type { RequestCharge } from '../request/request-charge.ts';
import { MemoryRateStore } from './memory-rate-store.ts';
import { RateLimit } from './rate-limit.ts';

/** The windows of the published API. */
const PUBLISHED: readonly RateWindow[] = [
  { units: 3, seconds: 1 },
  { units: 20, seconds: 10 },
  { units: 100, seconds: 60 },
];

/** Time stands still but where a test lets it pass. */
describe('RateLimit', () => {
  let limit: RateLimit;
  let store: MemoryRateStore;

  const over = (...windows: RateWindow[]): void => {
    store = new MemoryRateStore();
    limit = new RateLimit(store, 'events', windows);
  };
  /** What is set for keys and for their app, by which the callers are known. */
  let limitsOfKeys: Record<string, readonly RateWindow[]>;
  let limitsOfApp: readonly RateWindow[] | null;
  const callerWith = (keyId: string): Caller => {
    const limits = {
      key: { events: limitsOfKeys[keyId] ?? null, reads: null },
      app: { events: limitsOfApp, reads: null },
    };
    return { keyId, session: null, app: { id: 'app' }, limits } as Caller;
  };
  const pass = (seconds: number): void => {
    jest.advanceTimersByTime(seconds * 1000);
  };

  /** Spends, and gives the refusal (null: it passed) and the headers. */
  const spend = async (events = 1, keyId = 'key') => {
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    let refusal: HttpError | null = null;
    let charge: RequestCharge | undefined;
    try {
      charge = await limit.take(callerWith(keyId), events, response);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      refusal = error;
    }
    return {
      refusal,
      charge,
      policy: response.getHeader('RateLimit-Policy'),
      state: response.getHeader('RateLimit'),
      retryAfter: Number(refusal?.headers['Retry-After'] ?? 0),
    };
  };
  const passes = async (events = 1, keyId = 'key'): Promise<boolean> => (await spend(events, keyId)).refusal === null;

  beforeEach(() => {
    jest.useFakeTimers();
    limitsOfKeys = {};
    limitsOfApp = null;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('without windows lets everything pass, and says nothing', async () => {
    over();
    for (let n = 0; n < 1_000; n++) {
      expect(await spend(500)).toEqual({
        refusal: null,
        charge: undefined,
        policy: undefined,
        state: undefined,
        retryAfter: 0,
      });
    }
  });

  it('lets the quota of a window pass, refuses more, and lets the next window pass', async () => {
    over({ units: 3, seconds: 10 });
    expect([await passes(), await passes(), await passes(), await passes()]).toEqual([true, true, true, false]);
    pass(9.9);
    expect(await passes()).toBe(false);
    pass(0.1);
    expect([await passes(), await passes(), await passes(), await passes()]).toEqual([true, true, true, false]);
  });

  it('refuses with the code, and with the seconds until a retry passes', async () => {
    over({ units: 1, seconds: 10 });
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
    over({ units: 1, seconds: 10 });
    expect([await passes(1, 'a'), await passes(1, 'a'), await passes(1, 'b'), await passes(1, 'b')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('counts nothing of what it refuses', async () => {
    over({ units: 3, seconds: 1 }, { units: 4, seconds: 60 });
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
      over({ units: 100, seconds: 60 });
      expect((await spend(500)).state).toBe('"100-per-60s";r=0;t=300');
    });
  });

  describe('with a batch', () => {
    it('lets it pass as soon as there is room for one event', async () => {
      over(...PUBLISHED);
      expect(await passes(500)).toBe(true);
      over({ units: 3, seconds: 60 });
      await spend(2);
      expect(await passes(500)).toBe(true);
      expect(await passes(1)).toBe(false);
    });

    it('makes the next request wait for as long as its events should have taken', async () => {
      over({ units: 10, seconds: 1 });
      await spend(500);
      const { retryAfter } = await spend();
      expect(retryAfter).toBe(50);
      pass(49.9);
      expect(await passes()).toBe(false);
      pass(0.1);
      expect(await passes()).toBe(true);
    });

    it('counts that time from the beginning of the window, not from the batch', async () => {
      over({ units: 100, seconds: 10 });
      await spend(99);
      pass(9);
      await spend(11);
      // 110 events take 11 seconds, of which 9 have passed.
      expect((await spend()).retryAfter).toBe(2);
      pass(2);
      expect(await passes()).toBe(true);
    });

    it('that would make a window longer than a timer can be, does not end it', async () => {
      over({ units: 1, seconds: 86_400 });
      await spend(500);
      for (const seconds of [0.01, 10, 86_400]) {
        pass(seconds);
        expect(await passes()).toBe(false);
      }
    });
  });

  describe('of a request that turns out to be larger', () => {
    it('takes the difference, and never refuses it', async () => {
      over({ units: 10, seconds: 60 });
      const { charge } = await spend(1);
      await charge?.raiseTo(4);
      await charge?.raiseTo(3);
      expect((await spend(1)).state).toBe('"10-per-60s";r=5;t=60');
      await charge?.raiseTo(24);
      // 25 units at 10 a minute take 150 s.
      expect(await spend()).toMatchObject({ retryAfter: 150, state: '"10-per-60s";r=0;t=150' });
      pass(150);
      expect(await passes()).toBe(true);
    });

    it('makes a window last as much longer for several as for one', async () => {
      over({ units: 10, seconds: 10 });
      const charges = [await spend(), await spend(), await spend()].map(({ charge }) => charge);
      for (const charge of charges) await charge?.raiseTo(10);
      expect((await spend()).retryAfter).toBe(30);
    });

    it('takes it from the next window, where its own has ended meanwhile', async () => {
      over({ units: 10, seconds: 10 });
      const { charge } = await spend();
      pass(11);
      await charge?.raiseTo(5);
      expect((await spend()).state).toBe('"10-per-10s";r=5;t=10');
    });
  });

  it.each([-3_600_000, 3_600_000])('does not mind a wall clock that is set by %i ms', async (milliseconds) => {
    over({ units: 1, seconds: 2 });
    await spend();
    jest.setSystemTime(Date.now() + milliseconds);
    expect((await spend()).retryAfter).toBe(2);
    pass(1);
    expect((await spend()).retryAfter).toBe(1);
    pass(1);
    expect(await passes()).toBe(true);
  });

  it('tells the wait for the window that is full, also where many are refused at once', async () => {
    over({ units: 1, seconds: 1 }, { units: 20, seconds: 3_600 });
    await spend();
    const refused = await Promise.all(Array.from({ length: 100 }, () => spend()));
    expect(refused.map(({ retryAfter }) => retryAfter)).toEqual(Array.from({ length: 100 }, () => 1));
  });

  it('of a key takes the place of the default, and none is none', async () => {
    over({ units: 1, seconds: 10 });
    limitsOfKeys = { fast: [{ units: 3, seconds: 60 }], free: [] };
    expect((await spend(1, 'fast')).state).toBe('"3-per-60s";r=2;t=60');
    expect((await spend(500, 'free')).state).toBeUndefined();
    expect((await spend(1, 'usual')).state).toBe('"1-per-10s";r=0;t=10');
  });

  it('of an app is shared by its keys: key and app must both have room', async () => {
    over({ units: 3, seconds: 10 });
    limitsOfApp = [{ units: 4, seconds: 60 }];
    expect((await spend(2, 'a')).state).toBe('"3-per-10s";r=1;t=10, "app-4-per-60s";r=2;t=60');
    await spend(1, 'a');
    expect((await spend(1, 'a')).retryAfter).toBe(10);
    expect((await spend(1, 'b')).state).toBe('"3-per-10s";r=2;t=10, "app-4-per-60s";r=0;t=60');
    expect((await spend(1, 'b')).retryAfter).toBe(60);
    pass(60);
    expect(await passes(1, 'a')).toBe(true);
  });

  it('forgets the windows of keys that have ended', async () => {
    over({ units: 10, seconds: 1 });
    for (let n = 0; n < 1_000; n++) await spend(1, `key-${n}`);
    expect(store.size).toBe(1_000);
    pass(20);
    await spend(1, 'another');
    expect(store.size).toBe(1);
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
      over({ units: 10, seconds: 1 }, { units: 500, seconds: 60 });
      // 500 a minute, of which the last window may be spent at once.
      const passed = await greedy(batch, 1_800, 0.1);
      expect(passed).toBeLessThanOrEqual(15_000 + 500);
      expect(passed).toBeGreaterThanOrEqual(15_000 * 0.95);
    },
  );

  it.each([300, 490])('gives a steady sender of batches of %i the default rate', async (batch) => {
    over({ units: 5_000, seconds: 5 });
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

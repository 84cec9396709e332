import { describe, expect, it } from '@jest/globals';
import { backoffMs, isRetryable, now, Pace, retryAfterMs, Sleep } from './retry.ts';

describe('a retry', () => {
  it('is for 408, 429 and 5xx, and for nothing else', () => {
    const statuses = Array.from({ length: 500 }, (_, index) => 100 + index);
    expect(statuses.filter(isRetryable).filter((status) => status < 500)).toEqual([408, 429]);
    expect(statuses.filter(isRetryable)).toHaveLength(102);
  });

  it('waits anything up to 100 ms, after each failure up to twice as long, and never more than 30 s', () => {
    for (const [failures, most] of [
      [0, 100],
      [1, 200],
      [5, 3_200],
      [9, 30_000],
      [5_000, 30_000],
    ] as const) {
      const waits = Array.from({ length: 500 }, () => backoffMs(failures));
      expect(Math.max(...waits)).toBeLessThanOrEqual(most);
      expect(Math.max(...waits)).toBeGreaterThan(most * 0.9);
      expect(Math.min(...waits)).toBeLessThan(most * 0.1);
    }
  });

  it('reads Retry-After in seconds and as a date, and nothing else', () => {
    expect(retryAfterMs('7')).toBe(7_000);
    expect(retryAfterMs(new Date(Date.now() + 60_000).toUTCString())).toBeGreaterThan(58_000);
    expect(retryAfterMs('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(0);
    for (const header of [null, '', 'soon', '-1', '1.5s']) expect(retryAfterMs(header)).toBe(0);
  });
});

describe('the pace', () => {
  it('is never faster than Retry-After, of whichever request it came', () => {
    const pace = new Pace();
    const at = now();
    pace.failed(at, 5_000);
    pace.failed(at, 0);
    expect(pace.notBefore).toBeGreaterThanOrEqual(at + 5_000);
    pace.succeeded();
    expect(pace.notBefore).toBeGreaterThanOrEqual(at + 5_000);
  });

  it('pauses after a key was refused: 1 s, then twice as long each time, up to 30 s', () => {
    const pace = new Pace();
    const pauses = Array.from({ length: 8 }, () => {
      const at = now();
      pace.keyRefused();
      return Math.round((pace.notBefore - at) / 1_000);
    });
    expect(pauses).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
  });
});

describe('a wait', () => {
  it('ends when it is cut, and may be longer than a timer can be', async () => {
    const sleep = new Sleep();
    const waited = sleep.for(2 ** 40).then(() => 'ended');
    // A timer of that length fires after one millisecond.
    expect(await Promise.race([waited, new Promise((resolve) => setTimeout(resolve, 20, 'waits'))])).toBe('waits');
    sleep.cut();
    expect(await waited).toBe('ended');
  });
});

import { describe, expect, it } from '@jest/globals';
import { BackOff } from './back-off.ts';

describe('BackOff', () => {
  const endless = new AbortController().signal;

  it('allows attempts until its time is over, the last one at its end', async () => {
    const began = performance.now();
    const backOff = new BackOff(600, endless);
    let attempts = 0;
    while (await backOff.pause()) attempts++;
    // After 250 ms, and after what is left of the 600.
    expect(attempts).toBe(2);
    expect(performance.now() - began).toBeGreaterThanOrEqual(599);
  });

  it('allows none where it has no time', async () => {
    expect(await new BackOff(0, endless).pause()).toBe(false);
  });

  it('ends a pause as soon as the signal is aborted', async () => {
    const controller = new AbortController();
    const pause = new BackOff(600_000, controller.signal).pause();
    controller.abort();
    expect(await pause).toBe(false);
    expect(await new BackOff(600_000, controller.signal).pause()).toBe(false);
  });
});

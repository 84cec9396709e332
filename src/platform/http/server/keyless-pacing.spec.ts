import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { InFlightRequest } from '../request/in-flight-request.ts';
import { KeylessPacing } from './keyless-pacing.ts';

/** What the pacing looks at of a request. */
const requestOf = (address: string, key?: string) =>
  ({
    caller: undefined,
    responseBytes: 100,
    request: {
      headers: key === undefined ? {} : { 'x-api-key': key },
      socket: { remoteAddress: address, destroyed: false },
    },
    response: { headersSent: false },
  }) as unknown as InFlightRequest;

describe('KeylessPacing', () => {
  const isKnownKey = ({ headers }: { headers: object }): boolean => 'known' === Object.values(headers)[0];

  /** Sends so many requests of an address at once; counts those that have gone on. */
  const flood = (pacing: KeylessPacing, count: number, address = 'flood') => {
    const passed = { count: 0 };
    for (let n = 0; n < count; n++) {
      const inFlight = requestOf(address);
      pacing.admit(inFlight, () => {
        passed.count++;
        pacing.ended(inFlight);
      });
    }
    return passed;
  };

  it('lets a burst pass, and then as many a second as it is set to', async () => {
    const began = performance.now();
    /** 200 at once, 1,000 a second, and one by the part of it that there is. */
    const most = (): number => 200 + (performance.now() - began) + 1;
    const pacing = new KeylessPacing(1_000, isKnownKey);
    const passed = flood(pacing, 5_000);
    const burst = passed.count;
    expect(burst).toBeGreaterThanOrEqual(200);
    expect(burst).toBeLessThanOrEqual(most());
    await sleep(300);
    expect(passed.count).toBeGreaterThan(burst + 50);
    expect(passed.count).toBeLessThanOrEqual(most());
  });

  it('lets a known key pass while others wait', () => {
    const pacing = new KeylessPacing(10, isKnownKey);
    flood(pacing, 1_000);
    let passed = 0;
    pacing.admit(requestOf('flood', 'known'), () => passed++);
    pacing.admit(requestOf('flood', 'unknown'), () => (passed = NaN));
    expect(passed).toBe(1);
  });

  it('takes addresses in turn: one request does not wait behind a flood', async () => {
    const pacing = new KeylessPacing(100, isKnownKey);
    flood(pacing, 2_000);
    let passed = false;
    pacing.admit(requestOf('probe'), () => (passed = true));
    await sleep(100);
    expect(passed).toBe(true);
  });

  it('counts large responses as more than one', () => {
    const pacing = new KeylessPacing(100, isKnownKey);
    const large = { ...requestOf('docs'), responseBytes: 16_384 * 200 } as InFlightRequest;
    let passed = 0;
    const send = (): void => pacing.admit(large, () => passed++);
    send();
    pacing.ended(large);
    send();
    expect(passed).toBe(1);
  });

  it('does not count what had a good key', () => {
    const pacing = new KeylessPacing(1, isKnownKey);
    let passed = 0;
    for (let n = 0; n < 1_000; n++) {
      const inFlight = { ...requestOf('tenant', 'known'), caller: {} } as InFlightRequest;
      pacing.admit(inFlight, () => passed++);
      pacing.ended(inFlight);
    }
    pacing.admit(requestOf('probe'), () => passed++);
    expect(passed).toBe(1_001);
  });

  it('does not go on with a request whose client has gone away', async () => {
    const pacing = new KeylessPacing(1_000, isKnownKey);
    flood(pacing, 300);
    const gone = requestOf('gone');
    let passed = false;
    pacing.admit(gone, () => (passed = true));
    (gone.request.socket as { destroyed: boolean }).destroyed = true;
    await sleep(200);
    expect(passed).toBe(false);
  });

  it('has no limit where it is set to 0', () => {
    expect(flood(new KeylessPacing(0, isKnownKey), 5_000).count).toBe(5_000);
  });
});

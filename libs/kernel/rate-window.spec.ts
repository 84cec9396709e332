import { describe, expect, it } from '@jest/globals';
import { formatRateWindows, parseRateWindows } from './rate-window.ts';

describe('rate windows', () => {
  it.each([
    ['0', []],
    ['3/1', [{ units: 3, seconds: 1 }]],
    [
      '3/1, 999999999/999999',
      [
        { units: 3, seconds: 1 },
        { units: 999_999_999, seconds: 999_999 },
      ],
    ],
  ])('are read from %j, and written so that they are read again', (text, windows) => {
    expect(parseRateWindows(text)).toEqual(windows);
    expect(parseRateWindows(formatRateWindows(windows))).toEqual(windows);
  });

  it.each(['', '3', '3/0', '0/1', '03/1', '-3/1', '3/1,', '3/1;4/2', '3/1.5', '1e3/1', 'none', '3/1,0'])(
    'are not %j',
    (text) => expect(parseRateWindows(text)).toBeNull(),
  );
});

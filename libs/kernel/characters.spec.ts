import { describe, expect, it } from '@jest/globals';
import { isLongerThan, LINE_BREAKS, SHORT_LINE } from './characters.ts';

describe('SHORT_LINE', () => {
  it.each(['a', ' ', '/', '💥'.repeat(255), 'x'.repeat(255), 'é', '\u2028', '..', '%00'])('takes %j', (text) =>
    expect(SHORT_LINE.test(text)).toBe(true),
  );
  it.each(['', 'x'.repeat(256), '💥'.repeat(256), 'a\u0000', 'a\n', '\u007f', '\u0085', '\ud800', 'a\udc00'])(
    'refuses %j',
    (text) => expect(SHORT_LINE.test(text)).toBe(false),
  );
});

describe('isLongerThan', () => {
  it.each([
    ['', 0, false],
    ['ab', 2, false],
    ['abc', 2, true],
    ['💥💥', 2, false],
    ['💥💥💥', 2, true],
    ['💥a', 2, false],
    ['💥ab', 2, true],
    ['\ud800\ud800', 2, false],
  ])('counts the code points of %j: more than %d: %s', (text, characters, isLonger) => {
    expect(isLongerThan(text, characters)).toBe(isLonger);
  });
});

it('LINE_BREAKS are tabs and what ends a line or a paragraph', () => {
  const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('');
  expect(all.match(LINE_BREAKS)?.join('')).toBe('\t\n\v\f\r\u0085\u2028\u2029');
});

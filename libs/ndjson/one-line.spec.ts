import { expect, it } from '@jest/globals';
import { oneLine } from './one-line.ts';

it('leaves no line end within a JSON text, and its value as it is', () => {
  const value = { 'a\u2028b': 'c\u2029d\u0085e', n: 'ä€🙂' };
  const text = oneLine(JSON.stringify(value));
  expect(text).toBe('{"a\\u2028b":"c\\u2029d\\u0085e","n":"ä€🙂"}');
  expect(JSON.parse(text)).toEqual(value);
});

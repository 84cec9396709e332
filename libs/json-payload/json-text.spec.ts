import { expect, it } from '@jest/globals';
import { JsonText } from './json-text.ts';

it('keeps the text as it is', () => {
  const text = '{"n":123456789012345678901234567890, "n":-0}';
  expect(new JsonText(text).text).toBe(text);
});

import { describe, expect, it } from '@jest/globals';
import { readableJson } from './readable-json.ts';

describe('readable JSON', () => {
  it.each([
    ['{}', '{}'],
    ['{"name":"Müller"}', '{"name":"Müller"}'],
    ['{"name":"M\\u00fcller \\u00DF"}', '{"name":"Müller ß"}'],
    ['["\\ud83d\\ude00"]', '["😀"]'],
    ['["\\"a\\" \\/ \\\\u00fc \\b\\f\\n\\r\\t"]', '[""a" / \\u00fc \b\f\n\r\t"]'],
    ['["\\u0000\\uFFFE"]', '["\u0000\ufffe"]'],
    ['{"\\u006bey":1}', '{"key":1}'],
  ])('of %s has the characters in the place of their escapes', (json, readable) => {
    expect(readableJson(json)).toBe(readable);
  });

  it('has halves of characters as they are', () => {
    expect(readableJson('["\\ud800","\\udc00\\ud800"]')).toBe('["\ud800","\udc00\ud800"]');
  });

  it('has, of any string, the string', () => {
    for (let code = 0; code < 0x10000; code += 7) {
      const text = `x${String.fromCharCode(code)}y`;
      expect(readableJson(JSON.stringify(text))).toBe(`"${text}"`);
    }
  });
});

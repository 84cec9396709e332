import { describe, expect, it } from '@jest/globals';
import { parseUtf8 } from './utf8.ts';

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

describe('parseUtf8', () => {
  it.each([
    ['nothing', '', ''],
    ['ASCII', '7b 22 61 22 3a 31 7d', '{"a":1}'],
    ['NUL and DEL', '00 7f', '\0\x7f'],
    ['two bytes, the least and the most', 'c2 80 df bf', '\u0080\u07ff'],
    ['three bytes, the least and the most', 'e0 a0 80 ef bf bf', '\u0800\uffff'],
    ['four bytes, the least and the most', 'f0 90 80 80 f4 8f bf bf', '\u{10000}\u{10ffff}'],
    ['the neighbours of the surrogates', 'ed 9f bf ee 80 80', '\ud7ff\ue000'],
    ['U+FFFD itself, which stands for nothing wrong here', 'ef bf bd', '\ufffd'],
    ['U+2028', 'e2 80 a8', '\u2028'],
    ['a byte order mark, which is dropped', 'ef bb bf 7b 7d', '{}'],
    ['a byte order mark alone', 'ef bb bf', ''],
    ['two byte order marks, of which one stays', 'ef bb bf ef bb bf', '\ufeff'],
    ['a byte order mark that is not at the beginning', '20 ef bb bf', ' \ufeff'],
    ['a noncharacter', 'ef bf be', '\ufffe'],
    ['beginnings like a byte order mark', 'ef bb 80', '\ufec0'],
    ['other beginnings like one', 'ef bc bf', '\uff3f'],
    ['Latin 1 text', 'c3 a9', 'é'],
  ])('decodes %s', (_what, bytes, text) => {
    expect(parseUtf8(hex(bytes))).toBe(text);
  });

  it.each([
    ['a continuation byte alone', '80'],
    ['two bytes cut', 'c3'],
    ['three bytes cut', 'e2 82'],
    ['four bytes cut', 'f0 9f 98'],
    ['ASCII where a continuation byte is due', 'e2 28 a1'],
    ['an overlong slash', 'c0 af'],
    ['an overlong NUL, as Java writes it', 'c0 80'],
    ['overlong three bytes', 'e0 80 af'],
    ['overlong four bytes', 'f0 80 80 af'],
    ['a lone high surrogate', 'ed a0 80'],
    ['a lone low surrogate', 'ed b0 80'],
    ['a surrogate pair, as CESU-8 writes it', 'ed a0 bd ed b8 80'],
    ['a code point above U+10FFFF', 'f4 90 80 80'],
    ['five bytes', 'f8 88 80 80 80'],
    ['FE and FF', 'fe ff'],
    ['UTF-16', 'ff fe 7b 00 7d 00'],
    ['Latin 1', '22 e9 22'],
    ['a byte order mark cut', 'ef bb'],
    ['something wrong at the very end', '7b 7d ff'],
  ])('refuses %s', (_what, bytes) => {
    expect(parseUtf8(hex(bytes))).toBeNull();
  });

  it('decodes exactly what a strict TextDecoder decodes', () => {
    const strict = new TextDecoder('utf-8', { fatal: true });
    const pieces = ['41', 'c3 a9', 'e2 82 ac', 'f0 9f 98 80', 'ef bb bf', '80', 'c3', 'ed a0 80', 'ff'].map(hex);
    for (let number = 0; number < 9 ** 4; number++) {
      const bytes = Buffer.concat([0, 1, 2, 3].map((place) => pieces[Math.floor(number / 9 ** place) % 9] as Buffer));
      let expected: string | null = null;
      try {
        expected = strict.decode(bytes);
      } catch {
        // Malformed.
      }
      expect(parseUtf8(bytes)).toBe(expected);
    }
  });

  it('gives a text that does not change with its bytes', () => {
    const bytes = Buffer.from('ab');
    const text = parseUtf8(bytes);
    bytes[0] = 0x7a;
    expect(text).toBe('ab');
  });
});

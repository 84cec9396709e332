import { expect, it } from '@jest/globals';
import { layOutPayload, MAX_PAYLOAD_CHARACTERS } from './payload-text.ts';

const shown = (source: string) =>
  layOutPayload(source)
    .parts.map(({ text }) => text)
    .join('');

it('a payload is laid out with its numbers digit for digit and keys that occur twice', () => {
  expect(shown('{"a":0.1234567890123456789,"b":[123456789012345678901234567890,-1e400],"a":{},"c":[]}')).toBe(
    [
      '{',
      '  "a": 0.1234567890123456789,',
      '  "b": [',
      '    123456789012345678901234567890,',
      '    -1e400',
      '  ],',
      '  "a": {},',
      '  "c": []',
      '}',
    ].join('\n'),
  );
});

it('keys, strings, numbers and words of a payload are told apart', () => {
  const { parts } = layOutPayload('{"k":"v: {,}","n":-1.50,"t":true}');
  expect(parts.filter(({ kind }) => kind !== 'text')).toEqual([
    { kind: 'key', text: '"k"' },
    { kind: 'string', text: '"v: {,}"' },
    { kind: 'key', text: '"n"' },
    { kind: 'number', text: '-1.50' },
    { kind: 'key', text: '"t"' },
    { kind: 'word', text: 'true' },
  ]);
});

it('characters that change the order of others are shown as escapes', () => {
  expect(shown('{"a":"x\u202ey\u200b"}')).toContain('"x\\u202ey\\u200b"');
});

it('an escaped quotation mark does not end a string', () => {
  expect(shown('{"a":"\\"\\\\","b":"{"}')).toBe('{\n  "a": "\\"\\\\",\n  "b": "{"\n}');
});

it('what is laid out parses to what the source parses to', () => {
  const source = JSON.stringify({ a: [1, { b: [[], {}, null, 'x\n"'] }], 'k:': { deep: [[[[true]]]] } });
  expect(JSON.parse(shown(source))).toEqual(JSON.parse(source));
});

it('a payload of more than 64 KiB is cut', () => {
  const view = layOutPayload(`{"a":"${'x'.repeat(2 * MAX_PAYLOAD_CHARACTERS)}"}`);
  expect(view.isCut).toBe(true);
  expect(view.parts.map(({ text }) => text).join('').length).toBeLessThan(MAX_PAYLOAD_CHARACTERS + 100);
});

it.each(['[', '{"a":', '[1,'])('a payload of 64 KiB of %s stays of a bounded size', (piece) => {
  const view = layOutPayload(piece.repeat(60_000));
  expect(view.isCut).toBe(true);
  expect(view.parts.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(500_000);
});

it.each(['', 'not json', '"open', '}}]', '{"a"::}'])('a text that is not JSON is shown: %j', (source) => {
  expect(shown(source).replace(/\s/g, '')).toBe(source.replace(/\s/g, ''));
});

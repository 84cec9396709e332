import { describe, expect, it } from '@jest/globals';
import { jsonArrayLines, NotOneArray } from './json-array-lines.ts';

async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(text: string, size = 1_000): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of jsonArrayLines(pieces(text, size))) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('jsonArrayLines', () => {
  it.each([
    ['on one line', '[{"a":1},{"b":[1,2]},{"c":{"d":","}}]', ['{"a":1}', '{"b":[1,2]}', '{"c":{"d":","}}']],
    ['on many', '[\r\n  {\n    "a": 1\n  },\n  {"b": 2}\n]\n', ['{     "a": 1   }', '{"b": 2}']],
    ['with brackets in strings', '[{"a":"]}\\"],["},{"\\\\":"[{"}]', ['{"a":"]}\\"],["}', '{"\\\\":"[{"}']],
    ['with what is no object', '[1,"a,b",null,[2]]', ['1', '"a,b"', 'null', '[2]']],
    ['empty', ' [ ] ', ['']],
  ])('gives a line for each element of an array %s, wherever it is cut', async (_, text, lines) => {
    for (const size of [1_000, 1, 2, 3]) {
      expect((await linesOf(text, size)).split('\n').map((element) => element.trim())).toEqual(lines);
    }
  });

  it('keeps every byte of a string', async () => {
    const value = 'ä€🙂 \u2028 \\u0000 , [ ] { }';
    expect((await linesOf(`[{"a":"${value}"}]`, 1)).trim()).toBe(`{"a":"${value}"}`);
  });

  it.each([
    ['that is cut off', '[{"a":1},{"b"'],
    ['that is cut off between two elements', '[{"a":1},'],
    ['that is cut off in a string', '[{"a":"]'],
    ['that is followed by another', '[{"a":1}][{"a":2}]'],
    ['that is followed by an object', '[{"a":1}]\n{"a":2}'],
  ])('refuses an array %s', async (_, text) => {
    for (const size of [1_000, 1]) await expect(linesOf(text, size)).rejects.toThrow(NotOneArray);
  });
});

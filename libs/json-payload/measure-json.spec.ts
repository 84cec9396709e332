import { describe, expect, it } from '@jest/globals';
import { measureJson } from './measure-json.ts';

const nested = (levels: number): string => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;

describe('measureJson', () => {
  it.each<[text: string, depth: number, spaced: boolean]>([
    ['1', 0, false],
    ['"[{"', 0, false],
    ['{}', 1, false],
    ['[]', 1, false],
    ['{"a":1,"b":"[[[{{{"}', 1, false],
    ['{"{[":1}', 1, false],
    ['{"a":"\\"[["}', 1, false],
    ['{"a":"\\\\","b":[]}', 2, false],
    ['{"a":"\\\\\\"[","b":{}}', 2, false],
    ['[[],[],[]]', 2, false],
    ['[[],[[]],[]]', 3, false],
    ['{"a":[{"b":[1]}],"c":{}}', 4, false],
    ['[1,[2,[3]],[[[4]]]]', 4, false],
    ['{"a b":" c\\n"}', 1, false],
    ['{"a": 1}', 1, true],
    ['{"a":1 }', 1, true],
    ['{"a"\t:1}', 1, true],
    ['{"a":1,\n"b":2}', 1, true],
    ['[1,\r2]', 1, true],
    [' {}', 1, true],
    ['{}\n', 1, true],
    ['"a" ', 0, true],
    ['{"\u2028":"\u00a0"}', 1, false],
  ])('measures %j', (text, depth, spaced) => {
    JSON.parse(text);
    expect(measureJson(text)).toMatchObject({ depth, spaced });
  });

  it('measures a value within a text, and nothing around it', () => {
    const text = '[ [[[[]]]], {"a":[]} ]';
    const start = text.indexOf('{');
    expect(measureJson(text, start, text.indexOf('}') + 1)).toEqual({ depth: 2, keys: 1, spaced: false });
  });

  it.each([
    [99, 99],
    [100, 100],
    [101, 101],
    [102, 101],
    [40_000, 101],
  ])('of %i levels tells %i where 100 are allowed', (levels, told) => {
    expect(measureJson(nested(levels), 0, undefined, 100).depth).toBe(told);
  });

  it('counts 40,000 levels, and a million, where nothing is forbidden', () => {
    expect(measureJson(nested(40_000)).depth).toBe(40_000);
    expect(measureJson('['.repeat(1_000_000) + ']'.repeat(1_000_000)).depth).toBe(1_000_000);
  });

  it.each([
    ['[]', 0],
    ['"a:b"', 0],
    ['{"a:b":":","c":{"d":[{"e":1},{}]}}', 4],
    [`{${Array.from({ length: 1_000 }, (_, key) => `"${key}":0`).join(',')}}`, 1_000],
  ])('counts the keys of %j', (text, keys) => {
    expect(measureJson(text).keys).toBe(keys);
  });

  it('reads no further than the first level too many', () => {
    // Behind it stands what it would throw on.
    expect(measureJson(`${'['.repeat(101)}"`, 0, undefined, 100).depth).toBe(101);
  });
});

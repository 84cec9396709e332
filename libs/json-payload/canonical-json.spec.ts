import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from './canonical-json.ts';
import { sameJson } from './same-json.ts';

describe('canonicalJson', () => {
  it.each<[what: string, text: string, canonical: string]>([
    ['sorts keys', '{"b":1,"a":2,"":3}', '{"":3,"a":2,"b":1}'],
    ['sorts keys at every level', '[{"b":{"d":1,"c":2},"a":[]}]', '[{"a":[],"b":{"c":2,"d":1}}]'],
    ['sorts numeric keys as texts', '{"9":1,"10":2,"-1":3}', '{"-1":3,"10":2,"9":1}'],
    ['sorts by UTF-16 code units, not code points', '{"\ufb33":1,"😀":2}', '{"😀":2,"\ufb33":1}'],
    [
      'sorts by the value of keys, not by their spelling',
      '{"\\u0062":1,"a\\"":2,"a#":3,"a!":4}',
      '{"a!":4,"a\\"":2,"a#":3,"b":1}',
    ],
    ['keeps the order of arrays', '[3,1,2]', '[3,1,2]'],
    ['takes the last of duplicates', '{"a":1,"b":2,"a":{"x":[1]},"a":[{"c":0,"b":0}]}', '{"a":[{"b":0,"c":0}],"b":2}'],
    ['takes the last where spellings differ', '{"a":1,"\\u0061":2}', '{"a":2}'],
    ['drops white space', ' { "a b" : [ 1 ,\t2 ] ,\r\n"c" : " " } ', '{"a b":[1,2],"c":" "}'],
    [
      'spells strings in one way',
      '["\\u0041","\\/","\\u000a","\\n","\\u001f","\\u00e9","\\u2028","\u2028"]',
      '["A","/","\\n","\\n","\\u001f","é","\u2028","\u2028"]',
    ],
    [
      'joins surrogates, and leaves lone ones',
      '["\\ud83d\\ude00","\\ud83d","\\ude00\\ud83d","\ud800"]',
      '["😀","\\ud83d","\\ude00\\ud83d","\\ud800"]',
    ],
    ['keeps NUL', '{"\\u0000":"a\\u0000b"}', '{"\\u0000":"a\\u0000b"}'],
    [
      'keeps numbers as they are',
      '[1,1.0,1e0,1E0,-0,0,1e400,123456789012345678901234567890]',
      '[1,1.0,1e0,1E0,-0,0,1e400,123456789012345678901234567890]',
    ],
    [
      'treats __proto__ like any key',
      '{"b":{},"__proto__":{"x":1},"constructor":2}',
      '{"__proto__":{"x":1},"b":{},"constructor":2}',
    ],
    ['takes empty containers', '{"a":{},"b":[],"c":[[],{}]}', '{"a":{},"b":[],"c":[[],{}]}'],
    ['takes a string', ' "\\u0061" ', '"a"'],
    ['takes a number', ' -1.50 ', '-1.50'],
    ['takes a literal', 'null', 'null'],
    ['takes an empty string in a list', '["",[""]]', '["",[""]]'],
  ])('%s', (_what, text, canonical) => {
    JSON.parse(text);
    expect(canonicalJson(text)).toBe(canonical);
    expect(canonicalJson(canonical)).toBe(canonical);
  });

  it('takes 100,000 levels of arrays and objects', () => {
    const levels = 100_000;
    const arrays = '['.repeat(levels) + ']'.repeat(levels);
    expect(canonicalJson(arrays)).toBe(arrays);
    const objects = `${'{"b":'.repeat(levels)}1${',"a":0}'.repeat(levels)}`;
    expect(canonicalJson(objects)).toBe(`${'{"a":0,"b":'.repeat(levels)}1${'}'.repeat(levels)}`);
  });

  it('takes wide values', () => {
    const keys = Array.from({ length: 200_000 }, (_, index) => `"k${index}":[]`);
    expect(canonicalJson(`{${keys.toReversed().join()}}`)).toBe(`{${keys.toSorted().join()}}`);
  });
});

describe('sameJson', () => {
  it.each([
    ['{}', ' { } '],
    ['{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['{"a":"A"}', '{"\\u0061":"\\u0041"}'],
    ['"/"', '"\\/"'],
    ['"\\ud83d\\ude00"', '"😀"'],
    ['"\\ud800"', '"\\uD800"'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"__proto__":1,"x":2}', '{"x":2,"__proto__":1}'],
  ])('%j is %j', (a, b) => {
    expect(sameJson(a, b)).toBe(true);
    expect(sameJson(b, a)).toBe(true);
  });

  it.each([
    ['{}', '[]'],
    ['{"a":1}', '{"a":2}'],
    ['{"a":1}', '{"b":1}'],
    ['{"a":1}', '{"a":"1"}'],
    ['{"a":null}', '{}'],
    ['{"a":null}', '{"a":"null"}'],
    ['{"a":{}}', '{"a":[]}'],
    ['[1,2]', '[2,1]'],
    ['[1,2]', '[1,[2]]'],
    ['[[1],2]', '[[1,2]]'],
    ['["a,b"]', '["a","b"]'],
    ['["1"]', '["1",""]'],
    ['1', '1.0'],
    ['100', '1e2'],
    ['0', '-0'],
    ['1e400', '1e401'],
    ['123456789012345678901234567890', '123456789012345678901234567891'],
    ['0.1234567890123456789', '0.1234567890123456788'],
    ['"\\ud800"', '"\\ud801"'],
    ['"\\ud800"', '"\ufffd"'],
    ['"\\u0000"', '""'],
    ['"a\\u0000b"', '"a\\u0000c"'],
    ['"é"', '"e\u0301"'],
    ['{"a":1,"a":2}', '{"a":1}'],
    ['{"__proto__":{"x":1}}', '{}'],
    ['{"a\\":1,\\"b":2}', '{"a":1,"b":2}'],
  ])('%j is not %j', (a, b) => {
    expect(sameJson(a, b)).toBe(false);
    expect(sameJson(b, a)).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import { arrayElements, objectMembers } from './json-members.ts';

/** Keys and values in a list: an object would hide duplicates, and order. */
const members = (text: string): [key: string, value: string][] => {
  JSON.parse(text);
  return objectMembers(text).map(({ key, start, end }) => [key, text.slice(start, end)]);
};
const elements = (text: string): string[] => {
  JSON.parse(text);
  return arrayElements(text).map(({ start, end }) => text.slice(start, end));
};

const S = '\t\n\r ';

describe('objectMembers', () => {
  it.each<[what: string, text: string, expected: [string, string][]]>([
    ['no member', '{}', []],
    ['no member, spaced', `${S}{${S}}${S}`, []],
    ['one', '{"a":1}', [['a', '1']]],
    [
      'every kind of value',
      '{"s":"x","n":-1.5e+3,"t":true,"f":false,"z":null,"o":{"a":1},"l":[1,2]}',
      [
        ['s', '"x"'],
        ['n', '-1.5e+3'],
        ['t', 'true'],
        ['f', 'false'],
        ['z', 'null'],
        ['o', '{"a":1}'],
        ['l', '[1,2]'],
      ],
    ],
    [
      'white space of all four kinds everywhere',
      `${S}{${S}"a"${S}:${S}1${S},${S}"b"${S}:${S}[${S}]${S},${S}"c"${S}:${S}"${'  '}"${S}}${S}`,
      [
        ['a', '1'],
        ['b', `[${S}]`],
        ['c', '"  "'],
      ],
    ],
    [
      'the order of the text, not of numeric keys',
      '{"b":1,"10":2,"a":3,"2":4}',
      [
        ['b', '1'],
        ['10', '2'],
        ['a', '3'],
        ['2', '4'],
      ],
    ],
    [
      'duplicates',
      '{"a":1,"b":2,"a":3,"a":1}',
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
        ['a', '1'],
      ],
    ],
    [
      'duplicates that are written differently',
      '{"a":1,"\\u0061":2}',
      [
        ['a', '1'],
        ['a', '2'],
      ],
    ],
    [
      'keys that objects have anyway',
      '{"__proto__":{"x":1},"constructor":"Ferrari","toString":"s","hasOwnProperty":true,"":1}',
      [
        ['__proto__', '{"x":1}'],
        ['constructor', '"Ferrari"'],
        ['toString', '"s"'],
        ['hasOwnProperty', 'true'],
        ['', '1'],
      ],
    ],
    [
      'escapes in keys',
      '{"\\"":1,"\\\\":2,"\\/":3,"\\b\\f\\n\\r\\t":4,"\\u0000":5,"\\ud83d\\ude00":6,"\\uD800":7,"a\\\\\\"b":8}',
      [
        ['"', '1'],
        ['\\', '2'],
        ['/', '3'],
        ['\b\f\n\r\t', '4'],
        ['\0', '5'],
        ['😀', '6'],
        ['\ud800', '7'],
        ['a\\"b', '8'],
      ],
    ],
    [
      'keys of other scripts',
      '{"é":1,"日本":2,"😀":3,"\u2028":4,"\x7f":5}',
      [
        ['é', '1'],
        ['日本', '2'],
        ['😀', '3'],
        ['\u2028', '4'],
        ['\x7f', '5'],
      ],
    ],
    [
      'structure in keys',
      '{"{":1,"}":2,"[":3,"]":4,",":5,":":6," ":7}',
      [
        ['{', '1'],
        ['}', '2'],
        ['[', '3'],
        [']', '4'],
        [',', '5'],
        [':', '6'],
        [' ', '7'],
      ],
    ],
    [
      'structure in strings',
      '{"a":"},{","b":["]","\\"]"],"c":{"}":"}"},"d":"\\\\","e":"\\\\\\"}"}',
      [
        ['a', '"},{"'],
        ['b', '["]","\\"]"]'],
        ['c', '{"}":"}"}'],
        ['d', '"\\\\"'],
        ['e', '"\\\\\\"}"'],
      ],
    ],
    [
      'numbers that JSON.parse would change',
      '{"a":123456789012345678901234567890,"b":0.1234567890123456789,"c":1e400,"d":-0,"e":1.0,"f":-0.0E-0}',
      [
        ['a', '123456789012345678901234567890'],
        ['b', '0.1234567890123456789'],
        ['c', '1e400'],
        ['d', '-0'],
        ['e', '1.0'],
        ['f', '-0.0E-0'],
      ],
    ],
    [
      'strings that jsonb would refuse',
      '{"a":"a\\u0000b","b":"\\ud800","c":"\\udc00\\ud800"}',
      [
        ['a', '"a\\u0000b"'],
        ['b', '"\\ud800"'],
        ['c', '"\\udc00\\ud800"'],
      ],
    ],
    [
      'empty things',
      '{"a":"","b":{},"c":[],"d":[{}],"e":{"":""}}',
      [
        ['a', '""'],
        ['b', '{}'],
        ['c', '[]'],
        ['d', '[{}]'],
        ['e', '{"":""}'],
      ],
    ],
  ])('finds %s', (_what, text, expected) => {
    expect(members(text)).toEqual(expected);
  });

  it('finds the members of an object within a text', () => {
    const text = '{"events":[ {"a":1} ,{"b":"]}"}]}';
    const [events] = objectMembers(text);
    const each = arrayElements(text, events?.start, events?.end);
    expect(each.map(({ start, end }) => text.slice(start, end))).toEqual(['{"a":1}', '{"b":"]}"}']);
    const inner = each.map(({ start, end }) => objectMembers(text, start, end));
    expect(inner.map(([member]) => member && [member.key, text.slice(member.start, member.end)])).toEqual([
      ['a', '1'],
      ['b', '"]}"'],
    ]);
  });

  it.each(['', ' ', '[]', '"{}"', '1', 'null'])('says that %j is no object', (text) => {
    expect(() => objectMembers(text)).toThrow(TypeError);
  });

  it('takes any depth', () => {
    const deep = `${'{"a":['.repeat(20_000)}${']}'.repeat(20_000)}`;
    expect(members(`{"x":${deep},"y":1}`)).toEqual([
      ['x', deep],
      ['y', '1'],
    ]);
  });

  it('reads 8 MiB of anything in linear time', () => {
    const much = 8 << 20;
    for (const value of [
      `"${'\\"'.repeat(much / 2)}"`,
      `"${'\\\\'.repeat(much / 2)}"`,
      `"${'x'.repeat(much)}"`,
      `[${'"",'.repeat(much / 3)}0]`,
      `${'['.repeat(much / 2)}${']'.repeat(much / 2)}`,
      '9'.repeat(much),
      `[${' '.repeat(much)}]`,
    ]) {
      const [member] = objectMembers(`{"a":${value}}`);
      expect(member).toEqual({ key: 'a', start: 5, end: 5 + value.length });
    }
  });
});

describe('arrayElements', () => {
  it.each<[text: string, expected: string[]]>([
    ['[]', []],
    [`${S}[${S}]${S}`, []],
    ['[1]', ['1']],
    ['[[],{},"",0,null]', ['[]', '{}', '""', '0', 'null']],
    [`[${S}1${S},${S}"a,b"${S},${S}[${S}2${S}]${S}]`, ['1', '"a,b"', `[${S}2${S}]`]],
    ['["]","[",",","\\"","\\\\"]', ['"]"', '"["', '","', '"\\""', '"\\\\"']],
    ['[[[1],[2]],[[3]]]', ['[[1],[2]]', '[[3]]']],
    ['[1e400,-0,1.0,123456789012345678901234567890]', ['1e400', '-0', '1.0', '123456789012345678901234567890']],
  ])('finds the elements of %j', (text, expected) => {
    expect(elements(text)).toEqual(expected);
  });

  it.each(['', '{}', '"[]"', '1'])('says that %j is no array', (text) => {
    expect(() => arrayElements(text)).toThrow(TypeError);
  });
});

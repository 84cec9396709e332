import { describe, expect, it } from '@jest/globals';
import { canonicalJson } from './canonical-json.ts';
import { checkedMembers } from './checked-members.ts';
import { compactJson } from './compact-json.ts';
import { isJson } from './is-json.ts';
import { arrayElements, objectMembers } from './json-members.ts';
import { measureJson } from './measure-json.ts';
import { sameJson } from './same-json.ts';
import { VALID_JSON as VALID } from '../../test/support/valid-json.ts';

/**
 * After the manner of Nicolas Seriot's JSONTestSuite. This library does not validate: JSON.parse is
 * its gate, so what must be refused is tried on the gate, and the library must only come to an end.
 */
const INVALID = [
  ...[
    '',
    ' ',
    '\n',
    '[',
    ']',
    '{',
    '}',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[,]',
    '[1,,2]',
    '[1 2]',
    '["a" "b"]',
    '[1:2]',
    '["a":1]',
    '[]]',
    '[[]',
    '[]1',
    '[1}',
  ],
  ...[
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '{,"a":1}',
    '{"a":1,,"b":2}',
    '{"a" 1}',
    '{"a",1}',
    '{a:1}',
    "{'a':1}",
    '{1:1}',
    '{"a":1 "b":2}',
  ],
  ...[
    '{"a"::1}',
    '{:1}',
    '{"a":}',
    '{null:null}',
    '{"a":1}}',
    '{"a":1}{"b":2}',
    '{"a":1}#',
    '{"a":1}/**/',
    '{"a":/*x*/1}',
    '{"a":1}//',
    '{"a":"b"]',
    '{[]:1}',
  ],
  ...[
    '01',
    '-01',
    '-',
    '+1',
    '--1',
    '.5',
    '-.5',
    '1.',
    '1.e1',
    '1e',
    '1e+',
    '1E',
    '1e1.5',
    '1.2.3',
    '0x1',
    '1_000',
    '1 000',
    '0e',
    '9.e+',
    '1a',
    '-a',
    '- 1',
  ],
  ...['NaN', '-NaN', 'Infinity', '-Infinity', '1eE2', '１', '١', '1/2', '2.e3', '[-2.]', '[.123]', '[1ea]', '[1e1e1]'],
  ...[
    'True',
    'TRUE',
    'nul',
    'nulll',
    'tru',
    'fals',
    'undefined',
    'null null',
    '[nul',
    '*',
    '<a>',
    '"a" "b"',
    'a',
    '[a',
    '\\u0041',
  ],
  ...[
    '"',
    '"a',
    '"\\"',
    '"\\',
    '"\\a"',
    '"\\x41"',
    '"\\u"',
    '"\\u12"',
    '"\\u123"',
    '"\\u123g"',
    '"\\uD800\\u"',
    '"\\u{41}"',
    '"\\U0041"',
    '"\\0"',
    '"\\\'"',
  ],
  ...[
    '"\n"',
    '"\t"',
    '"\0"',
    '"\x1f"',
    '"a\\\nb"',
    "'a'",
    '`a`',
    'a"',
    '"a""',
    '["',
    '["a',
    '["a\\"]',
    '{"a',
    '{"\\"}',
    '["\\uD834\\u"]',
  ],
  ...[
    '\ufeff{}',
    '\u00a0{}',
    '\u2028{}',
    '\u200b{}',
    '\v{}',
    '\f{}',
    '{\u00a0}',
    '[\f1]',
    '{}\u0000',
    '\u0000{}',
    '[\u2060]',
    '\u0085{}',
  ],
  ...['['.repeat(100_000), '{"a":'.repeat(100_000), `[${'"a",'.repeat(1000)}`, ']'.repeat(1000), '"\\'.repeat(1000)],
];

/** White space outside strings, found in another way than by the library. */
const TOKENS = /("(?:[^"\\]|\\.)*")|[ \t\n\r]+/gs;

function depthOf(text: string): number {
  let [open, deepest] = [0, 0];
  for (const character of text.replace(TOKENS, (_all, string?: string) => (string === undefined ? '' : '"'))) {
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++open);
    if (character === ']' || character === '}') open--;
  }
  return deepest;
}

const name = (text: string): [shown: string, text: string] => [JSON.stringify(text).slice(0, 60), text];

describe('a valid text', () => {
  it.each(VALID.map(name))('%s keeps its value', (_shown, text) => {
    const value: unknown = JSON.parse(text);
    const compact = compactJson(text);
    expect(compact).toBe(text.replace(TOKENS, '$1'));
    expect(measureJson(text)).toMatchObject({ depth: depthOf(text), spaced: compact !== text });
    expect(measureJson(compact).spaced).toBe(false);
    expect(JSON.parse(canonicalJson(text))).toEqual(value);
    expect(sameJson(text, compact)).toBe(true);
  });

  it.each(VALID.map(name))('%s is found as a member and as an element', (_shown, text) => {
    const object = `{"before":${text},"it" :${text} , "after":${text}}`;
    const value = text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '');
    expect(objectMembers(object).map(({ key, start, end }) => [key, object.slice(start, end)])).toEqual([
      ['before', value],
      ['it', value],
      ['after', value],
    ]);
    const array = `[${text},[${text}] ,${text}]`;
    expect(arrayElements(array).map(({ start, end }) => array.slice(start, end))).toEqual([value, `[${text}]`, value]);
  });
});

/** What it should find, by the functions that JSON.parse goes before. */
const membersOf = (object: string): unknown =>
  objectMembers(object).map((member) => ({ ...member, ...measureJson(object, member.start, member.end) }));

describe('checkedMembers', () => {
  it.each(VALID.map(name))('reads an object with %s as the others do, or leaves it to them', (_shown, text) => {
    const object = ` {"before":${text}, "it" :${text} ,"after":[${text}, {"a":${text}}]} `;
    const members = checkedMembers(object);
    if (members !== null) expect(members).toEqual(membersOf(object));
    else expect(text).toMatch(/[\n\r\t]|^(?:\[|\{"a":){500}/);
  });

  it.each(VALID.map(name))('leaves %s to others unless it is an object', (_shown, text) => {
    const members = checkedMembers(text);
    if (members !== null) expect(members).toEqual(membersOf(text));
    else expect(text).toMatch(/^[^{]|[\n\r\t]|"[^"]*\\.*":|^(?:\{"a":){500}/);
  });

  it.each(INVALID.map(name))('takes no object with %s', (_shown, text) => {
    expect(checkedMembers(text)).toBeNull();
    for (const object of [
      `{"a":${text}}`,
      `{"a":1,"b":{"c":${text}}}`,
      `{"a":[1,${text}]}`,
      `{${text}:1}`,
      `{${text}`,
    ]) {
      const isValid = isJson(object);
      expect({ object, taken: checkedMembers(object) !== null }).toEqual({ object, taken: isValid });
    }
  });
});

describe('an invalid text', () => {
  it.each(INVALID.map(name))('%s is refused by JSON.parse', (_shown, text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  it.each(INVALID.map(name))('%s brings every function to an end', (_shown, text) => {
    for (const read of [objectMembers, arrayElements, measureJson, compactJson, canonicalJson] as ((
      text: string,
    ) => unknown)[]) {
      try {
        read(text);
      } catch (error) {
        expect((error as Error).name).toMatch(/^(Syntax|Type)Error$/);
      }
    }
  });
});

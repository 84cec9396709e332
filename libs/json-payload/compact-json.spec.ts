import { describe, expect, it } from '@jest/globals';
import { compactJson } from './compact-json.ts';

const S = '\t\n\r ';

describe('compactJson', () => {
  it.each<[text: string, compact: string]>([
    ['{}', '{}'],
    [`${S}{${S}}${S}`, '{}'],
    [`${S}[${S}1${S},${S}-2.50E+7${S},${S}true${S}]${S}`, '[1,-2.50E+7,true]'],
    [`{${S}"a b"${S}:${S}" c\\t d "${S}}`, '{"a b":" c\\t d "}'],
    ['{"a" : "\\" : \\"" , "b" : "\\\\" , "c" : [ ] }', '{"a":"\\" : \\"","b":"\\\\","c":[]}'],
    ['{ "b":1, "a":2, "b":3 }', '{"b":1,"a":2,"b":3}'],
    ['[ 1.0, 1e400, -0, 123456789012345678901234567890 ]', '[1.0,1e400,-0,123456789012345678901234567890]'],
    ['[ "\\u0041\\/\\u0000\\ud800", "é日😀\u2028\u00a0" ]', '["\\u0041\\/\\u0000\\ud800","é日😀\u2028\u00a0"]'],
    ['{ "__proto__" : { } , "" : null }', '{"__proto__":{},"":null}'],
    [' "a" ', '"a"'],
    ['\n1\n', '1'],
  ])('of %j makes %j', (text, compact) => {
    JSON.parse(text);
    expect(compactJson(text)).toBe(compact);
    expect(compactJson(compact)).toBe(compact);
  });

  it('takes a value out of a text', () => {
    const text = '[ {"a" : 1} , {"b":2} ]';
    expect(compactJson(text, 2, 11)).toBe('{"a":1}');
    expect(compactJson(text, 14, 21)).toBe('{"b":2}');
  });

  it('leaves no line feed, however the text was laid out', () => {
    const text = JSON.stringify({ a: ['x\ny', { b: [1, 2, { c: '\r\n' }] }], d: {} }, null, '\t').replaceAll(
      '\n',
      '\r\n',
    );
    expect(compactJson(text)).toBe(JSON.stringify(JSON.parse(text)));
  });

  it('compacts 8 MiB, and a million levels', () => {
    const spaced = `[${'1 ,\n'.repeat(2 << 20)}1 ]`;
    expect(compactJson(spaced)).toBe(`[${'1,'.repeat(2 << 20)}1]`);
    expect(compactJson('[ '.repeat(1_000_000) + '] '.repeat(1_000_000))).toBe(
      '['.repeat(1_000_000) + ']'.repeat(1_000_000),
    );
  });
});

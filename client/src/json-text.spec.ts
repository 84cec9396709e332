import { describe, expect, it } from '@jest/globals';
import { jsonText, NotJson, rawJson, utf8Bytes } from './json-text.ts';

/** Where in a value it is refused, and why. */
function refusal(value: unknown): [string, string] | undefined {
  try {
    jsonText(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return [error.path.reverse().join('.'), error.message];
  }
}

describe('the JSON text of a value', () => {
  it.each([
    [{ a: [1, 'x', null, true, undefined, { b: undefined, c: {} }], d: new Date(0) }],
    [[]],
    [{ text: '"\\\u0000\ud83d\ude00 ü', lone: '\ud800' }],
    [{ big: 1e21, small: 5e-324, negative: -1.5 }],
    [Object.assign(Object.create({ inherited: 1 }) as object, { own: 1 })],
    [{ hidden: { toJSON: () => ({ shown: 1 }) } }],
    [{ '': 1, 2: 'two', 'a"b': [[]] }],
    [[, 1]],
  ])('of %j is what JSON.stringify makes of it', (value) => {
    expect(jsonText(value)).toBe(JSON.stringify(value));
  });

  it('has all digits of a bigint, the sign of -0, and JSON as it stands, at any depth', () => {
    const value = { id: 123456789012345678901234567890n, zero: -0, total: rawJson('99.90'), list: [-0, 1n] };
    expect(jsonText(value)).toBe('{"id":123456789012345678901234567890,"zero":-0,"total":99.90,"list":[-0,1]}');
  });

  it('keeps keys that mean something to JavaScript', () => {
    const value = JSON.parse('{"__proto__":{"constructor":1},"toString":2}') as object;
    expect(jsonText(value)).toBe('{"__proto__":{"constructor":1},"toString":2}');
  });

  it('has what JSON.rawJSON makes as it stands, where Node has it', () => {
    const { rawJSON } = JSON as { rawJSON?: (text: string) => object };
    if (rawJSON === undefined) return expect(process.version).toMatch(/^v20\./);
    expect(jsonText({ total: rawJSON('99.90') })).toBe('{"total":99.90}');
  });

  it.each([
    [{ a: { b: [0, NaN] } }, 'a.b.1', /NaN/],
    [{ a: -Infinity }, 'a', /-Infinity/],
    [{ a: () => 1 }, 'a', /function/],
    [{ a: [Symbol('x')] }, 'a.0', /symbol/],
    [{ a: new Map([[1, 2]]) }, 'a', /Map/],
    [{ a: new Set() }, 'a', /Set/],
    [{ a: Promise.resolve(1) }, 'a', /Promise/],
    [{ a: /x/ }, 'a', /RegExp/],
  ])('refuses what it would lose: %p', (value, path, problem) => {
    expect(refusal(value)).toEqual([path, expect.stringMatching(problem)]);
  });

  it('refuses what refers to itself, and what is nested more than 100 levels deep', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(refusal(circle)?.[1]).toMatch(/more than 100 levels deep, or refers to itself/);
    const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });
    expect(refusal(nested(100))).toBeUndefined();
    expect(refusal(nested(101))?.[1]).toMatch(/more than 100 levels/);
  });
});

describe('rawJson', () => {
  it('throws a SyntaxError for what is not JSON', () => {
    for (const text of ['', '{"a":}', '{} {}', "{'a':1}", 'NaN']) expect(() => rawJson(text)).toThrow(SyntaxError);
  });

  it('keeps a text as it stands, but escapes lone surrogates, which UTF-8 does not have', () => {
    expect(rawJson(' {"a": 1.00,\n"b":"\ud83d\ude00"}').text).toBe(' {"a": 1.00,\n"b":"\ud83d\ude00"}');
    expect(rawJson('{"a":"\ud800x\udc00"}').text).toBe('{"a":"\\ud800x\\udc00"}');
  });
});

describe('the bytes of a text', () => {
  it.each(['', 'abc', 'äß', '€', '\ud83d\ude00', 'a€\ud83d\ude00ä'])('%p are counted as UTF-8', (text) => {
    expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
  });
});

import { describe, expect, it } from '@jest/globals';
import { JsonPaths, type JsonPath } from './json-paths.ts';

const found = (text: string, ...paths: JsonPath[]): (string | undefined)[] =>
  new JsonPaths(paths).find(text).map((span) => (span === undefined ? undefined : text.slice(span.start, span.end)));

const allFound = (text: string, ...pointers: string[][]): string[] =>
  JsonPaths.ofPointers(pointers)
    .findAll(text)
    .map(({ start, end }) => text.slice(start, end));

describe('JSON paths', () => {
  it('lead to values as they stand in the text, in the order of the paths', () => {
    const text = ' { "a" : 1.50, "b" :[ true, {"c\\"" : "x,}"} ] , "":null } ';
    expect(found(text, ['b', 1, 'c"'], ['a'], [''], ['b', 0], ['b'])).toEqual([
      '"x,}"',
      '1.50',
      'null',
      'true',
      '[ true, {"c\\"" : "x,}"} ]',
    ]);
    expect(found(' 1e400 ', [])).toEqual(['1e400']);
  });

  it('lead to nothing where there is no such key, no such place, or a value of another kind', () => {
    expect(found('{"a":[1],"b":{"0":1},"c":"text"}', ['x'], ['a', 1], ['a', '0'], ['b', 0], ['c', 'length'])).toEqual(
      Array(5).fill(undefined),
    );
    expect(found('{}', ['__proto__'], ['constructor'], ['toString', 'name'])).toEqual(Array(3).fill(undefined));
  });

  it('lead into the last of members with the same key, and into none of those before', () => {
    expect(found('{"a":{"b":1,"c":2},"a":{"c":3}}', ['a', 'b'], ['a', 'c'])).toEqual([undefined, '3']);
    expect(found('{"a":{"b":1},"\\u0061":null}', ['a', 'b'], ['a'])).toEqual([undefined, 'null']);
    expect(found('{"a":[[1],[2]],"a":[[3]]}', ['a', 1, 0], ['a', 0, 0])).toEqual([undefined, '3']);
  });

  it('give the same value to each of several equal paths', () => {
    expect(found('{"a":1}', ['a'], ['a'])).toEqual(['1', '1']);
  });

  it('of pointers lead to every member with the key, and by digits to a key or a place', () => {
    expect(allFound('{"a":{"b":1},"a":{"b":2}}', ['a', 'b'])).toEqual(['1', '2']);
    expect(allFound('{"0":[5,6],"1":{"0":7}}', ['0', '1'], ['1', '0'])).toEqual(['6', '7']);
    expect(allFound('[[1,2],3]', ['0', '01'], ['00'])).toEqual([]);
    expect(allFound('{"a":{"b":1}}', ['a'], ['a', 'b'])).toEqual(['1', '{"b":1}']);
  });

  it('lead to all levels of a text that is 200 deep', () => {
    const depth = 200;
    const text = '{"a":'.repeat(depth) + '[1,2]' + '}'.repeat(depth);
    const paths = Array.from({ length: depth }, (_, length) => Array<string>(length + 1).fill('a'));
    const spans = new JsonPaths(paths).find(text);
    expect(spans[depth - 1]).toEqual({ start: 5 * depth, end: 5 * depth + 5 });
    expect(spans.map((span) => span?.end)).toEqual(paths.map((_, index) => text.length - index - 1));
  });
});

import { describe, expect, it } from '@jest/globals';
import { commonTypes, matchesTypes, TYPE_PATTERN, typeFilter } from './type-filter.ts';

describe('TYPE_PATTERN', () => {
  it.each(['a', '0', '_', '.', 'order.placed', 'a'.repeat(100)])('takes %s', (type) =>
    expect(TYPE_PATTERN.test(type)).toBe(true),
  );
  it.each(['', 'A', 'order placed', 'a-b', 'é', 'a\n', '\na', 'a\u0000', 'a'.repeat(101), 'order:placed'])(
    'refuses %j',
    (type) => expect(TYPE_PATTERN.test(type)).toBe(false),
  );
});

describe('matchesTypes', () => {
  it.each([
    ['order.placed', [], true],
    ['order.placed', ['order.placed'], true],
    ['order.placed', ['order'], false],
    ['order.placed', ['order.*'], true],
    ['order', ['order.*'], false],
    ['orders.x', ['order.*'], false],
    ['page.view', ['order.*', 'page.view'], true],
  ])('of %s and %j is %s', (type, filters, expected) => {
    expect(matchesTypes(type, filters.map(typeFilter))).toBe(expected);
  });
});

describe('commonTypes', () => {
  const common = (a: string[], b: string[]): string[] | null =>
    commonTypes(a.map(typeFilter), b.map(typeFilter))?.map(({ type, isPrefix }) => (isPrefix ? `${type}*` : type)) ??
    null;

  it.each([
    [[], [], []],
    [['a'], [], ['a']],
    [['a.*'], ['a.b', 'c'], ['a.b']],
    [['a.b.*'], ['a.*'], ['a.b.*']],
    [['a.*'], ['a'], null],
    [['a', 'b'], ['b', 'c'], ['b']],
    [['a.*'], ['ab.*'], null],
  ])('of %j and %j are %j, in either order', (a, b, expected) => {
    expect([common(a, b), common(b, a)]).toEqual([expected, expected]);
  });

  it('let through exactly what both let through', () => {
    const names = ['a', 'a.b', 'a.b.c', 'a.c', 'ab', 'b', 'b.a'];
    const filters = [...names, 'a.*', 'a.b.*', 'b.*'];
    const pairs = filters.flatMap((one, index) =>
      filters.slice(index).map((other) => [one, other] as [string, string]),
    );
    const wrong: unknown[] = [];
    for (const a of pairs)
      for (const b of pairs) {
        const [first, second] = [a.map(typeFilter), b.map(typeFilter)];
        const both = commonTypes(first, second);
        for (const type of names) {
          const passes = both !== null && matchesTypes(type, both);
          if (passes !== (matchesTypes(type, first) && matchesTypes(type, second))) wrong.push([a, b, type, passes]);
        }
      }
    expect(wrong).toEqual([]);
  });
});

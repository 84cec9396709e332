import { describe, expect, it } from '@jest/globals';
import { matchesTypes, typeFilter } from './type-filter.ts';

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

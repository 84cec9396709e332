import { describe, expect, it } from '@jest/globals';
import type { DomainError } from '../../../libs/kernel/domain-error.ts';
import { readDisplayRule, requireRulePattern } from './display-rule.ts';

function problemsOf(rule: unknown): Record<string, string[]> {
  try {
    readDisplayRule(rule);
  } catch (error) {
    return { ...((error as DomainError).details as Record<string, string[]>) };
  }
  return {};
}

describe('a display rule', () => {
  it('is read as it is, without what is null', () => {
    const rule = {
      title: 'Order {payload.id}',
      severity: 'success',
      icon: 'package',
      url: 'https://shop.example/{payload.id}',
      quiet: true,
      hidden: false,
      fields: [{ label: 'Total', path: 'payload.total', as: 'money(payload.currency)' }],
      mask: ['/card/number'],
      description: 'An order was placed',
    };
    expect(readDisplayRule({ ...rule, icon: null })).toEqual({ ...rule, icon: undefined });
    expect(readDisplayRule({})).toEqual({});
  });

  it('has characters of any kind up to its limits, which are not those of UTF-16', () => {
    const rule = {
      title: '🎉'.repeat(300),
      description: '🎉'.repeat(500),
      fields: [{ label: '🎉'.repeat(40), path: 'payload.a' }],
    };
    expect(readDisplayRule(rule)).toEqual(rule);
  });

  it.each<[object, Record<string, unknown>]>([
    [{ titel: 'x' }, { titel: 'is not a known field; did you mean title?' }],
    [{ title: 'Order {payload.id' }, { title: '{ at 7 is not closed' }],
    [{ title: '🎉 {payload.id' }, { title: '{ at 3 is not closed' }],
    [{ title: 'a\ud800' }, { title: 'must have no control characters and no halves of characters' }],
    [{ title: '{payloud.id}' }, { title: 'payloud at 2 is not known; did you mean payload?' }],
    [{ title: '{payload.n:mony(payload.c)}' }, { title: 'mony at 12 is not known; did you mean money?' }],
    [{ title: '' }, { title: 'must have 1 to 300 characters' }],
    [{ title: 'x'.repeat(301) }, { title: 'must have 1 to 300 characters' }],
    [{ title: '🎉'.repeat(301) }, { title: 'must have 1 to 300 characters' }],
    [{ title: 'a\nb' }, { title: 'must have no control characters and no halves of characters' }],
    [{ title: 1 }, { title: 'must be a string' }],
    [{ severity: 'warn' }, { severity: 'must be one of info, success, warning, error' }],
    [{ severity: 'eror' }, { severity: 'must be one of info, success, warning, error; did you mean error?' }],
    [{ icon: 'shoping-cart' }, { icon: expect.stringMatching(/; did you mean shopping-cart\?$/) }],
    [{ icon: 'toString' }, { icon: expect.stringMatching(/^must be one of activity, /) }],
    [{ url: '{payload.host}/x' }, { url: expect.stringMatching(/^must begin with http/) }],
    [{ quiet: 'yes' }, { quiet: 'must be true or false' }],
    [{ fields: {} }, { fields: 'must be a list' }],
    [{ fields: Array(9).fill({}) }, { fields: 'may have at most 8 items, and has 9' }],
    [
      { fields: [{ label: 'x', path: 'payload.' }] },
      { 'fields[0].path': '. at 8 is followed by no name; write ["…"] for any key' },
    ],
    [
      { fields: [{ label: 'x', path: 'payload.a', as: 'dates' }] },
      { 'fields[0].as': 'dates at 1 is not known; did you mean date?' },
    ],
    [{ fields: [{ path: 'payload.a' }] }, { 'fields[0].label': 'must be a string' }],
    [
      { fields: [{ label: 'x', path: 'payload.a', lable: 1 }] },
      { 'fields[0].lable': 'is not a known field; did you mean label?' },
    ],
    [{ mask: ['card'] }, { 'mask[0]': expect.stringMatching(/^must be a JSON pointer/) }],
    [{ mask: ['/a~2'] }, { 'mask[0]': expect.stringMatching(/^must be a JSON pointer/) }],
    [{ mask: [''] }, { 'mask[0]': 'must have 1 to 300 characters' }],
    [{ description: 'x'.repeat(501) }, { description: 'must have 1 to 500 characters' }],
    [
      JSON.parse('{"__proto__":{"title":"x"}}') as object,
      { ['__proto__']: expect.stringMatching(/^is not a known field/) },
    ],
  ])('%j is refused by the field', (rule, problems) => {
    const found = problemsOf(rule);
    expect(Object.entries(found).map(([field, [problem]]) => [field, problem])).toEqual(Object.entries(problems));
  });

  it.each([null, [], 'x', 1, true])('is no %j', (rule) => {
    expect(problemsOf(rule)).toEqual({ rule: ['must be an object'] });
  });

  it('is for a type, the beginning of types, or all', () => {
    for (const pattern of ['order.placed', 'order.*', '*', 'a_1.*', '.*'])
      expect(requireRulePattern(pattern)).toBe(pattern);
    for (const pattern of ['', 'order*', 'Order', 'order.*.*', '**', 'a b', 'x'.repeat(101), 'order.%2a']) {
      expect(() => requireRulePattern(pattern)).toThrow();
    }
  });
});

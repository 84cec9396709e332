import { describe, expect, it } from '@jest/globals';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { displayOf } from '../../../test/support/display-of.ts';
import { compileRules } from './compiled-rules.ts';
import { patternsOf, textsOf } from './rule-set.ts';
import type { DisplayRule } from './display-rule.ts';

const rulesOf = (rules: Record<string, DisplayRule>) => compileRules(textsOf(new Map(Object.entries(rules))));
const event = (type: string, payload = '{}') => ({
  type,
  occurredAt: '2026-04-18T10:00:00Z' as Instant,
  payload: new JsonText(payload),
});

describe('the rules of an app', () => {
  it.each([
    ['order.placed', 'Order placed', 'info'],
    ['invoice.payment_failed', 'Invoice payment failed', 'warning'],
    ['charge.disputed', 'Charge disputed', 'warning'],
    ['errors.none', 'Errors none', 'info'],
    ['a', 'A', 'info'],
    ['...', '...', 'info'],
    ['order..placed_', 'Order placed', 'info'],
  ])('say of %s, where there is none, "%s" and %s', (type, title, severity) => {
    expect(displayOf(rulesOf({}), event(type), null)).toEqual({
      title,
      severity,
      icon: null,
      url: null,
      fields: [],
      quiet: false,
      hidden: false,
    });
  });

  it('count field by field: of the type, of the longest prefix, of shorter ones, of all types, the built-in one', () => {
    const rules = rulesOf({
      '*': { icon: 'box', severity: 'success', quiet: true, title: 'anything' },
      'order.*': { icon: 'package', quiet: false },
      'order.item.*': { severity: 'error' },
      'order.item.added': { title: 'Item added' },
    });
    expect(displayOf(rules, event('order.item.added'), null)).toMatchObject({
      title: 'Item added',
      severity: 'error',
      icon: 'package',
      quiet: false,
    });
    expect(displayOf(rules, event('order.placed'), null)).toMatchObject({
      title: 'anything',
      icon: 'package',
      quiet: false,
    });
    // "order.*" is the beginning "order.", so it says nothing of the type "order" itself.
    expect(rules.ofType('order')).toMatchObject({ icon: 'box', quiet: true });
    expect(rules.effective('order.item.added')).toEqual({
      title: 'Item added',
      severity: 'error',
      icon: 'package',
      quiet: false,
    });
  });

  it('are looked for from the most exact one on', () => {
    expect(patternsOf('a.b.c')).toEqual(['a.b.c', 'a.b.*', 'a.*', '*']);
    expect(patternsOf('.a')).toEqual(['.a', '.*', '*']);
    expect(patternsOf('a')).toEqual(['a', '*']);
  });

  it('give fields with their labels, and a dash for what is missing', () => {
    const fields = [
      { label: 'Total', path: 'payload.total', as: 'money(payload.currency)' },
      { label: 'Order', path: 'payload.id' },
    ];
    expect(displayOf(rulesOf({ t: { fields } }), event('t', '{"total":99.90,"currency":"USD"}'), null).fields).toEqual([
      { label: 'Total', value: '$99.90' },
      { label: 'Order', value: '—' },
    ]);
  });

  it('know a title without an event only where it shows no value of one', () => {
    const rules = rulesOf({ a: { title: 'Fixed {type}' }, b: { title: '{payload.x}' } });
    expect([rules.titleOfType('a'), rules.titleOfType('b'), rules.titleOfType('c.d')]).toEqual(['Fixed a', 'B', 'C d']);
    expect([rules.hasRules, rulesOf({}).hasRules]).toEqual([true, false]);
  });

  it('tell whether one of them shows the customer', () => {
    const fields = [{ label: 'Who', path: 'customer.name' }];
    for (const rule of [{ title: 'By {customer.name}' }, { url: 'https://a.example/{customer.name}' }, { fields }])
      expect(rulesOf({ a: {}, b: rule }).showsCustomer).toBe(true);
    expect([rulesOf({}), rulesOf({ a: { title: '{payload.customer}' } })].map((of) => of.showsCustomer)).toEqual([
      false,
      false,
    ]);
  });

  it('take no memory of their own where there are none', () => {
    expect(rulesOf({})).toBe(rulesOf({}));
  });

  it.each([
    ['/a', '{"a":1,"b":1.50}', '{"a":"•••","b":1.50}'],
    ['/a', '{"a":1,"a":{"x":2}}', '{"a":"•••","a":"•••"}'],
    ['/a/0/b', '{"a":[{"b":1},{"b":2}]}', '{"a":[{"b":"•••"},{"b":2}]}'],
    ['/a~1b/c~0d', '{"a/b":{"c~d":1}}', '{"a/b":{"c~d":"•••"}}'],
    ['/a/00', '{"a":[1]}', '{"a":[1]}'],
    ['/__proto__', '{"__proto__":1}', '{"__proto__":"•••"}'],
    ['/a', ' {"a":1}', ' {"a":"•••"}'],
    ['/0', '{"0":1,"1":[0]}', '{"0":"•••","1":[0]}'],
    ['/a/b', '{"a":{"b":1},"a":{"b":2}}', '{"a":{"b":"•••"},"a":{"b":"•••"}}'],
    ['/a', '{"\\u0061":1}', '{"\\u0061":"•••"}'],
    ['/missing', '{"a":1e400}', '{"a":1e400}'],
  ])('mask %s of %s', (pointer, payload, masked) => {
    expect(rulesOf({ t: { mask: [pointer] } }).mask('t', new JsonText(payload)).text).toBe(masked);
  });

  it('mask a value once where a pointer leads into another', () => {
    const mask = ['/a/b', '/a', '/c'];
    expect(rulesOf({ t: { mask } }).mask('t', new JsonText('{"a":{"b":1},"c":2}')).text).toBe('{"a":"•••","c":"•••"}');
  });

  it('leave out what of a stored rule cannot be read', () => {
    const rules = rulesOf({
      t: { title: '{payload.', url: 'javascript:alert(1)', fields: [{ label: 'x', path: '?' }] },
    });
    expect(displayOf(rules, event('t'), null)).toMatchObject({ title: 'T', url: null, fields: [] });
  });
});

import { describe, expect, it } from '@jest/globals';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { compileRules } from '../domain/compiled-rules.ts';
import { textsOf } from '../domain/rule-set.ts';
import { DisplayCache } from './display-cache.ts';

const event = (id: string, payload = '{"n":1}') => ({
  id,
  decoded: () => ({
    type: 'order.placed',
    occurredAt: '2026-04-18T10:00:00Z' as Instant,
    payload: new JsonText(payload),
  }),
});
const rules = (title: string) => compileRules(textsOf(new Map([['order.placed', { title }]])));
const titleOf = ({ text }: JsonText): string => (JSON.parse(text) as { title: string }).title;

describe('the displays that were made last', () => {
  it('are given again for the same event, rules and customer', () => {
    const cache = new DisplayCache();
    const known = rules('Order {payload.n}');
    const first = cache.json(known, event('a'), null);
    expect(titleOf(first)).toBe('Order 1');
    expect(cache.json(known, event('a'), null)).toBe(first);
  });

  it('are made anew for another event, for other rules and for another name of the customer', () => {
    const cache = new DisplayCache();
    const known = rules('Order {payload.n} of {customer.name}');
    expect(titleOf(cache.json(known, event('a'), 'Ada'))).toBe('Order 1 of Ada');
    expect(titleOf(cache.json(known, event('b', '{"n":2}'), 'Ada'))).toBe('Order 2 of Ada');
    expect(titleOf(cache.json(known, event('a'), 'Grace'))).toBe('Order 1 of Grace');
    expect(titleOf(cache.json(known, event('a'), null))).toBe('Order 1 of —');
    expect(titleOf(cache.json(rules('No. {payload.n}'), event('a'), null))).toBe('No. 1');
  });

  it('are forgotten, the oldest first, where they take more than 24 MiB', () => {
    const cache = new DisplayCache();
    const known = rules('{payload.text}');
    const payload = JSON.stringify({ text: 'x'.repeat(190) });
    const first = cache.json(known, event('first', payload), null);
    for (let index = 0; index < 60_000; index++) cache.json(known, event(`e${index}`, payload), null);
    const again = cache.json(known, event('first', payload), null);
    expect(again).not.toBe(first);
    expect(again.text).toBe(first.text);
    const last = event('e59999', payload);
    expect(cache.json(known, last, null)).toBe(cache.json(known, last, null));
  });
});

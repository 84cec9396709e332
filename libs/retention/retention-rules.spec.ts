import { describe, expect, it } from '@jest/globals';
import { parseCalendarPeriod } from '../time/calendar-period.ts';
import {
  formatRetentionRules,
  keptWithoutRule,
  parseRetentionRules,
  ruleOfType,
  withRule,
  type RetentionRules,
} from './retention-rules.ts';

const rules = (text: string): RetentionRules => {
  const parsed = parseRetentionRules(text);
  if (parsed === null) throw new Error(`not rules: ${text}`);
  return parsed;
};

describe('The rules of retention', () => {
  it('are written in the order in which they are asked, whatever the order in which they came', () => {
    const text = 'page.view.long=P2Y,page.view=forever,page.=P1D,page.*=P90D,*=P6M';
    expect(formatRetentionRules(rules(text))).toBe(text);
    expect(formatRetentionRules(rules(text.split(',').toReversed().join(',')))).toBe(text);
    expect(rules('')).toEqual([]);
  });

  it.each([
    'page.*',
    'page.*=',
    'page.*=P90',
    'page*=P90D',
    'Page=P1D',
    '=P1D',
    'a=P1D,',
    'a=P1D=P2D',
    '**=P1D',
    '.*.*=P1D',
  ])('are not %j', (text) => {
    expect(parseRetentionRules(text)).toBeNull();
  });

  it.each([
    ['page.view', 'page.view'],
    ['page.viewed', 'page.*'],
    ['page.', 'page.'],
    ['page.view.long', 'page.view.long'],
    ['page.view.longer', 'page.view.*'],
    ['page', '*'],
    ['pages.view', '*'],
    ['order.placed', '*'],
  ])('are asked for %s, of which the longest match holds: %s', (type, pattern) => {
    const all = rules('*=P1Y,page.*=P90D,page.=P1D,page.view=forever,page.view.*=P2D,page.view.long=P3D');
    expect(ruleOfType(all, type)?.pattern).toBe(pattern);
  });

  it('leave a type alone that none of them matches', () => {
    expect(ruleOfType(rules('page.*=P90D'), 'order.placed')).toBeUndefined();
    expect(ruleOfType([], 'order.placed')).toBeUndefined();
  });

  it('change for one pattern at a time', () => {
    const days = parseCalendarPeriod('P7D');
    const changed = withRule(rules('page.*=P90D'), 'page.view', days);
    expect(formatRetentionRules(changed)).toBe('page.view=P7D,page.*=P90D');
    expect(formatRetentionRules(withRule(changed, 'page.*', null))).toBe('page.view=P7D,page.*=forever');
    expect(formatRetentionRules(withRule(changed, 'page.*', undefined))).toBe('page.view=P7D');
  });

  it.each([
    ['page.view', 'P90D'],
    ['page.*', 'P1Y'],
    ['page.view.*', 'P90D'],
    ['*', undefined],
  ])('say what holds for %s without a rule of its own: %s', (pattern, expected) => {
    expect(keptWithoutRule(rules('*=P1Y,page.*=P90D,page.view=P1D'), pattern)?.text).toBe(expected);
  });
});

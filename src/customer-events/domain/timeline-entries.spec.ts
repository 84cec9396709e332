import { describe, expect, it } from '@jest/globals';
import { parseInstant, type Instant } from '../../../libs/time/instant.ts';
import { daysIn } from '../../../libs/time/zone-days.ts';
import type { EventOutline } from './ticket-context.ts';
import { cutAt, foldedStretches, foldKeys, type FoldRules, type Stretch } from './timeline-entries.ts';

const instant = (text: string): Instant => parseInstant(text) as Instant;

/** The newest first, a minute apart before 10:00. */
const events = (types: string, end = '2026-04-20T10:00:00Z'): EventOutline[] =>
  types.split(' ').map((type, index) => ({
    id: `e${index}`,
    type,
    occurredAt: instant(new Date(Date.parse(end) - index * 60_000).toISOString()),
  }));

const RULES: FoldRules = {
  quiet: 'fold',
  isQuiet: (type) => type.startsWith('q'),
  dayOf: daysIn('UTC'),
  ticketAt: null,
};

const shown = (stretch: Stretch): string => {
  if (stretch.kind === 'event') return stretch.event.type;
  if (stretch.kind === 'run') return `${stretch.count}x${stretch.type}`;
  return `${stretch.count}q(${stretch.types.map(({ type, count }) => `${count}${type}`).join(',')})`;
};
const folded = (outlines: EventOutline[], rules: Partial<FoldRules> = {}): string =>
  foldedStretches(outlines, foldKeys({ ...RULES, ...rules }))
    .map(shown)
    .join(' ');

describe('the folds of a timeline', () => {
  it.each([
    ['a a', 'a a'],
    ['a a a', '3xa'],
    ['a a b a a a b', 'a a b 3xa b'],
    ['q1 q2', 'q1 q2'],
    ['q1 q2 q1', '3q(2q1,1q2)'],
    ['q1 q1 q1', '3q(3q1)'],
    ['q2 q1 q1 q1 a q2', '4q(3q1,1q2) a q2'],
    ['q2 q1 q3', '3q(1q1,1q2,1q3)'],
  ])('of %s are %s', (types, expected) => {
    expect(folded(events(types))).toBe(expected);
  });

  it('do not know quiet types where these are to be shown', () => {
    expect(folded(events('q1 q1 q1 q2 q2'), { quiet: 'show' })).toBe('3xq1 q2 q2');
  });

  it('end at midnight of the time zone', () => {
    const around = events('a a a a a a', '2026-04-20T22:02:00Z');
    expect(folded(around, { dayOf: daysIn('Europe/Berlin') })).toBe('3xa 3xa');
    expect(folded(around)).toBe('6xa');
  });

  it('end at the instant of the ticket; an event of that very instant is before it', () => {
    expect(folded(events('a a a a a a'), { ticketAt: instant('2026-04-20T09:57:00Z') })).toBe('3xa 3xa');
    expect(folded(events('q q a a a a a'), { ticketAt: instant('2026-04-20T09:55:59.999999Z') })).toBe('q q 3xa a a');
  });
});

describe('where a page of entries ends', () => {
  it.each([
    // keys, limit, whether there is nothing behind them; events of the page, whether it is whole
    ['a b c d', 2, false, 2, true],
    ['a a b', 1, false, 1, true],
    ['a a b', 2, false, 2, true],
    ['a a a b c', 1, false, 3, true],
    ['a a a', 1, false, 3, false],
    ['a a a', 1, true, 3, true],
    ['a b b', 2, false, 2, false],
    ['a b b b b', 2, false, 5, false],
    ['a b', 5, true, 2, true],
    ['a b', 5, false, 2, false],
    ['', 5, false, 0, false],
    ['', 5, true, 0, true],
  ])('of %j by %d, at the end: %s', (keys, limit, reachesEnd, count, isWhole) => {
    expect(cutAt(keys === '' ? [] : keys.split(' '), limit, reachesEnd)).toEqual({ events: count, isWhole });
  });
});

import { describe, expect, it } from '@jest/globals';
import { parseCalendarPeriod, periodBefore, type CalendarPeriod } from './calendar-period.ts';

const period = (text: string): CalendarPeriod => {
  const parsed = parseCalendarPeriod(text);
  if (parsed === null) throw new Error(`not a period: ${text}`);
  return parsed;
};
const before = (text: string, instant: string): string =>
  new Date(periodBefore(period(text), Date.parse(instant))).toISOString().replace('.000Z', 'Z');

describe('A calendar period', () => {
  it.each([
    ['P90D', { days: 90, months: 0 }],
    ['P12W', { days: 84, months: 0 }],
    ['P6M', { days: 0, months: 6 }],
    ['P2Y', { days: 0, months: 24 }],
    ['P36500D', { days: 36_500, months: 0 }],
    ['P100Y', { days: 0, months: 1_200 }],
  ])('%s has whole days or whole months', (text, expected) => {
    expect(parseCalendarPeriod(text)).toEqual({ text, ...expected });
  });

  it.each([
    ...[
      '',
      'P',
      'P90',
      '90D',
      'p90d',
      'P90d',
      'P0D',
      'P-1D',
      'P1.5D',
      'P090D',
      'P1Y6M',
      'PT24H',
      'P1DT1H',
      ' P1D',
      'P1D\n',
    ],
    ...['P36501D', 'P5215W', 'P1201M', 'P101Y', 'P100000D', 'P٣D'],
  ])('is not %j', (text) => {
    expect(parseCalendarPeriod(text)).toBeNull();
  });

  it.each([
    ['P1D', '2026-03-01T10:20:30Z', '2026-02-28T10:20:30Z'],
    ['P1D', '2028-03-01T10:20:30Z', '2028-02-29T10:20:30Z'],
    ['P2W', '2026-01-10T00:00:00Z', '2025-12-27T00:00:00Z'],
    ['P1M', '2026-03-28T23:59:59Z', '2026-02-28T23:59:59Z'],
    ['P1M', '2026-03-29T10:00:00Z', '2026-03-01T00:00:00Z'],
    ['P1M', '2026-03-31T10:00:00Z', '2026-03-01T00:00:00Z'],
    ['P1M', '2028-03-29T10:00:00Z', '2028-02-29T10:00:00Z'],
    ['P1M', '2026-05-31T10:00:00Z', '2026-05-01T00:00:00Z'],
    ['P1M', '2026-01-31T10:00:00Z', '2025-12-31T10:00:00Z'],
    ['P14M', '2026-01-31T10:00:00Z', '2024-12-01T00:00:00Z'],
    ['P1Y', '2028-02-29T10:00:00Z', '2027-03-01T00:00:00Z'],
    ['P4Y', '2028-02-29T10:00:00Z', '2024-02-29T10:00:00Z'],
    ['P100Y', '2026-02-28T10:00:00Z', '1926-02-28T10:00:00Z'],
    ['P100Y', '2000-02-29T10:00:00Z', '1900-03-01T00:00:00Z'],
  ])('%s before %s is %s', (text, instant, expected) => {
    expect(before(text, instant)).toBe(expected);
  });

  it('never begins earlier at a later time', () => {
    for (const text of ['P1M', 'P6M', 'P1Y', 'P30D']) {
      const begin = Date.parse('2027-01-01T00:00:00Z');
      let last = -Infinity;
      const earlier: number[] = [];
      for (let hours = 0; hours < 3 * 366 * 24; hours += 7) {
        const start = periodBefore(period(text), begin + hours * 3_600_000 + (hours % 11));
        if (start < last) earlier.push(hours);
        last = start;
      }
      expect([text, earlier]).toEqual([text, []]);
    }
  });
});

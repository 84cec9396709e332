import { describe, expect, it } from '@jest/globals';
import { instantFromMillis, millisOfInstant, parseInstant, type Instant } from './instant.ts';
import { daysBetween, daysIn, daySpans, parseDay, type Day } from './zone-days.ts';
import { isTimeZone, zoneOffsets } from './zone-offsets.ts';

const day = (text: string): Day => parseDay(text) as Day;
const instant = (text: string): Instant => parseInstant(text) as Instant;
const lengths = (zone: string, from: string, to: string): [string, number][] => {
  const { spans, end } = daySpans(zone, day(from), day(to));
  const ends = [...spans.slice(1).map((span) => span.from), end as Instant];
  return spans.map((span, index) => [
    span.day,
    (millisOfInstant(ends[index] as Instant) - millisOfInstant(span.from)) / 60_000,
  ]);
};

describe('daySpans', () => {
  it.each<[string, string, string, [string, number][]]>([
    [
      'UTC',
      '2026-04-18',
      '2026-04-20',
      [
        ['2026-04-18', 1440],
        ['2026-04-19', 1440],
      ],
    ],
    ['Europe/Berlin', '2026-03-29', '2026-03-30', [['2026-03-29', 1380]]],
    ['Europe/Berlin', '2026-10-25', '2026-10-26', [['2026-10-25', 1500]]],
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-06', [['2026-04-05', 1470]]],
    ['America/Sao_Paulo', '2018-11-04', '2018-11-05', [['2018-11-04', 1380]]],
    [
      'Pacific/Apia',
      '2011-12-29',
      '2012-01-01',
      [
        ['2011-12-29', 1440],
        ['2011-12-31', 1440],
      ],
    ],
    ['Pacific/Apia', '2011-12-30', '2011-12-31', []],
    [
      'America/St_Johns',
      '2010-11-06',
      '2010-11-08',
      [
        ['2010-11-06', 1440],
        ['2010-11-07', 1],
        ['2010-11-06', 59],
        ['2010-11-07', 1440],
      ],
    ],
    [
      'America/St_Johns',
      '2010-11-06',
      '2010-11-07',
      [
        ['2010-11-06', 1440],
        ['2010-11-07', 1],
        ['2010-11-06', 59],
      ],
    ],
  ])('of %s from %s to %s', (zone, from, to, expected) => {
    expect(lengths(zone, from, to)).toEqual(expected);
  });

  it('begins with the first instant there is, and ends with the last day that can be named', () => {
    for (const zone of ['Asia/Tokyo', 'America/New_York', 'UTC']) {
      const [first] = daySpans(zone, day('0001-01-01'), day('0001-01-03')).spans;
      expect(first?.day).toBe('0001-01-01');
      expect(millisOfInstant(first?.from as Instant)).toBeGreaterThanOrEqual(
        millisOfInstant(parseInstant('0001-01-01') as Instant),
      );
      const { spans, end } = daySpans(zone, day('9999-12-30'), day('9999-12-31'));
      expect(spans.map((span) => span.day)).toEqual(['9999-12-30']);
      expect(end?.slice(0, 10)).toMatch(/^9999-12-3[01]$/);
    }
  });

  it('gives each hour of years the day that the calendar of the zone says', () => {
    for (const zone of [
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'America/Havana',
      'Africa/Casablanca',
      'Pacific/Kiritimati',
      'Antarctica/Troll',
    ]) {
      const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
      for (const year of [1945, 2010, 2026]) {
        const { spans, end } = daySpans(zone, day(`${year}-01-01`), day(`${year + 1}-01-01`));
        const starts = spans.map(({ from }) => millisOfInstant(from));
        let index = 0;
        for (let at = starts[0] as number; at < millisOfInstant(end as Instant); at += 1_740_000) {
          while ((starts[index + 1] ?? Infinity) <= at) index++;
          if (spans[index]?.day !== calendar.format(at))
            expect([zone, instantFromMillis(at), spans[index]?.day]).toEqual([zone, '', calendar.format(at)]);
        }
        expect(spans.at(0)?.day).toBe(`${year}-01-01`);
        expect(spans.at(-1)?.day).toBe(`${year}-12-31`);
      }
    }
  });
});

describe('parseDay', () => {
  it.each(['2026-02-30', '2026-4-1', '0000-01-01', '2026-04-18T00:00:00Z', ' 2026-04-18', '+02026-04-18', ''])(
    'refuses %j',
    (text) => expect(parseDay(text)).toBeNull(),
  );

  it('counts days from one to another', () => {
    expect(daysBetween(day('2024-01-01'), day('2025-01-01'))).toBe(366);
    expect(daysBetween(day('2026-04-18'), day('2026-04-17'))).toBe(-1);
  });
});

describe('isTimeZone', () => {
  it.each(['UTC', 'Europe/Berlin', 'america/new_york', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])(
    'knows %s',
    (zone) => {
      expect(isTimeZone(zone)).toBe(true);
      expect(typeof zoneOffsets(zone)(0)).toBe('number');
    },
  );

  it.each([
    '',
    'Berlin',
    '+02:00',
    'Mars/Base',
    'Europe/Berlin ',
    'Europe/Berlin\n',
    ' UTC',
    '__proto__',
    '../etc',
    'x'.repeat(1000),
  ])('refuses %j', (zone) => {
    expect(isTimeZone(zone)).toBe(false);
  });
});

describe('the day of an instant in a time zone', () => {
  // Each pair lies on both sides of a midnight, to the microsecond.
  it.each([
    ['UTC', '2026-04-20T23:59:59.999999Z', '2026-04-21T00:00:00Z'],
    ['Europe/Berlin', '2026-03-28T22:59:59.999999Z', '2026-03-28T23:00:00Z'],
    ['Europe/Berlin', '2026-03-29T21:59:59.999999Z', '2026-03-29T22:00:00Z'],
    ['Europe/Berlin', '2026-10-24T21:59:59.999999Z', '2026-10-24T22:00:00Z'],
    ['Europe/Berlin', '2026-10-25T22:59:59.999999Z', '2026-10-25T23:00:00Z'],
    ['America/New_York', '2026-03-09T03:59:59.999999Z', '2026-03-09T04:00:00Z'],
    ['Asia/Kolkata', '2026-04-20T18:29:59.999999Z', '2026-04-20T18:30:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T12:59:59.999999Z', '2026-04-04T13:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-05T13:29:59.999999Z', '2026-04-05T13:30:00Z'],
  ])('of %s change between %s and %s', (zone, before, after) => {
    const dayOf = daysIn(zone);
    expect(dayOf(instant(before))).not.toBe(dayOf(instant(after)));
  });

  it.each([
    ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T21:59:59Z', 23],
    ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T22:59:59Z', 25],
    ['Australia/Lord_Howe', '2026-04-04T13:00:00Z', '2026-04-05T13:29:59Z', 24.5],
  ])('of %s last from %s to %s: %d hours', (zone, first, last) => {
    const dayOf = daysIn(zone);
    expect(dayOf(instant(first))).toBe(dayOf(instant(last)));
  });

  it('is that of the spans of days, in any zone, around changes of the clocks', () => {
    for (const zone of [
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Africa/Monrovia',
    ]) {
      for (const from of ['1971-12-20', '1972-01-01', '2011-12-25', '2026-03-25', '2026-10-20'] as Day[]) {
        const to = new Date(Date.parse(from) + 12 * 86_400_000).toISOString().slice(0, 10) as Day;
        const dayOf = daysIn(zone);
        for (const span of daySpans(zone, from, to).spans) {
          const after = new Date(Date.parse(span.from) + 1).toISOString();
          const days = [span.from, instant(after)].map((one) =>
            new Date(dayOf(one) * 86_400_000).toISOString().slice(0, 10),
          );
          expect([zone, ...days]).toEqual([zone, span.day, span.day]);
        }
      }
    }
  });

  it('tells the first and the last day of time', () => {
    const dayOf = daysIn('America/New_York');
    expect(dayOf(instant('0001-01-01T00:00:00Z'))).not.toBe(dayOf(instant('9999-12-31T23:59:59.999999Z')));
  });
});

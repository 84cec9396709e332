import { afterEach, describe, expect, it } from '@jest/globals';
import { runInThisContext } from 'node:vm';
import {
  compareInstants,
  instantFromMicros,
  instantFromMillis,
  instantToMicros,
  INSTANT_FORMS,
  millisOfInstant,
  parseInstant,
  shiftInstant,
  type Instant,
} from './instant.ts';
import { randomWholeNumbers } from '../../test/support/random.ts';

const ACCEPTED: [text: string, canonical: string][] = [
  // The date alone
  ['2026-04-18', '2026-04-18T00:00:00Z'],
  ['0001-01-01', '0001-01-01T00:00:00Z'],
  ['0099-12-31', '0099-12-31T00:00:00Z'],
  ['1582-10-04', '1582-10-04T00:00:00Z'],
  ['1582-10-10', '1582-10-10T00:00:00Z'],
  ['1900-02-28', '1900-02-28T00:00:00Z'],
  ['2000-02-29', '2000-02-29T00:00:00Z'],
  ['2024-02-29', '2024-02-29T00:00:00Z'],
  ['0004-02-29', '0004-02-29T00:00:00Z'],
  ['0400-02-29', '0400-02-29T00:00:00Z'],
  ['2026-01-31', '2026-01-31T00:00:00Z'],
  ['2026-04-30', '2026-04-30T00:00:00Z'],
  ['2026-12-31', '2026-12-31T00:00:00Z'],
  ['9999-12-31', '9999-12-31T00:00:00Z'],
  // With Z
  ['2026-04-18T10:00:00Z', '2026-04-18T10:00:00Z'],
  ['2026-04-18T00:00:00Z', '2026-04-18T00:00:00Z'],
  ['2026-04-18T23:59:59Z', '2026-04-18T23:59:59Z'],
  ['2026-04-18T10:00Z', '2026-04-18T10:00:00Z'],
  ['2026-04-18T23:59Z', '2026-04-18T23:59:00Z'],
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
  ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
  ['0001-01-01T00:00:00.000001Z', '0001-01-01T00:00:00.000001Z'],
  ['1582-10-15T12:00:00Z', '1582-10-15T12:00:00Z'],
  ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  // Fractions
  ['2026-04-18T10:00:00.1Z', '2026-04-18T10:00:00.1Z'],
  ['2026-04-18T10:00:00.12Z', '2026-04-18T10:00:00.12Z'],
  ['2026-04-18T10:00:00.123Z', '2026-04-18T10:00:00.123Z'],
  ['2026-04-18T10:00:00.1234Z', '2026-04-18T10:00:00.1234Z'],
  ['2026-04-18T10:00:00.12345Z', '2026-04-18T10:00:00.12345Z'],
  ['2026-04-18T10:00:00.123456Z', '2026-04-18T10:00:00.123456Z'],
  ['2026-04-18T10:00:00.1234567Z', '2026-04-18T10:00:00.123456Z'],
  ['2026-04-18T10:00:00.123456789Z', '2026-04-18T10:00:00.123456Z'],
  ['2026-04-18T10:00:00.999999999Z', '2026-04-18T10:00:00.999999Z'],
  ['2026-04-18T23:59:59.9999999Z', '2026-04-18T23:59:59.999999Z'],
  ['9999-12-31T23:59:59.9999999999Z', '9999-12-31T23:59:59.999999Z'],
  [`2026-04-18T10:00:00.${'3'.repeat(1000)}Z`, '2026-04-18T10:00:00.333333Z'],
  ['2026-04-18T10:00:00.0Z', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00:00.000Z', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00:00.000000Z', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00:00.000000999Z', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00:00.0000009', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00:00.10Z', '2026-04-18T10:00:00.1Z'],
  ['2026-04-18T10:00:00.100000Z', '2026-04-18T10:00:00.1Z'],
  ['2026-04-18T10:00:00.1000009Z', '2026-04-18T10:00:00.1Z'],
  ['2026-04-18T10:00:00.001Z', '2026-04-18T10:00:00.001Z'],
  ['2026-04-18T10:00:00.000001Z', '2026-04-18T10:00:00.000001Z'],
  ['2026-04-18T10:00:00.010100Z', '2026-04-18T10:00:00.0101Z'],
  ['2026-04-18T10:00:00.500000+00:00', '2026-04-18T10:00:00.5Z'],
  // Without offset
  ['2026-04-18T10:00:00', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00', '2026-04-18T10:00:00Z'],
  ['2026-04-18T00:00', '2026-04-18T00:00:00Z'],
  ['2026-04-18T10:00:00.10', '2026-04-18T10:00:00.1Z'],
  ['2026-04-18T10:00:00.5', '2026-04-18T10:00:00.5Z'],
  ['2026-04-18T10:00:00.123456', '2026-04-18T10:00:00.123456Z'],
  ['2026-03-08T02:30:00', '2026-03-08T02:30:00Z'],
  ['2026-11-01T01:30', '2026-11-01T01:30:00Z'],
  // With offset
  ['2026-04-18T10:00:00+00:00', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00:00-00:00', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00+00:00', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00-00:00', '2026-04-18T10:00:00Z'],
  ['2026-04-18T10:00:00+02:00', '2026-04-18T08:00:00Z'],
  ['2026-04-18T10:00:00-05:00', '2026-04-18T15:00:00Z'],
  ['2026-04-18T10:00+02:00', '2026-04-18T08:00:00Z'],
  ['2026-04-18T10:00-02:00', '2026-04-18T12:00:00Z'],
  ['2026-04-18T10:00:00+05:45', '2026-04-18T04:15:00Z'],
  ['2026-04-18T10:00:00-03:30', '2026-04-18T13:30:00Z'],
  ['2026-04-18T10:00:00+00:01', '2026-04-18T09:59:00Z'],
  ['2026-04-18T10:00:00-00:59', '2026-04-18T10:59:00Z'],
  ['2026-04-18T10:00:00+14:00', '2026-04-17T20:00:00Z'],
  ['2026-04-18T10:00:00-12:00', '2026-04-18T22:00:00Z'],
  ['2026-04-18T10:00:00+23:59', '2026-04-17T10:01:00Z'],
  ['2026-04-18T10:00:00-23:59', '2026-04-19T09:59:00Z'],
  ['2026-04-18T10:00:00.123456789+02:00', '2026-04-18T08:00:00.123456Z'],
  ['2026-04-18T10:00:00.120-02:00', '2026-04-18T12:00:00.12Z'],
  ['2026-04-18T10:00:00.000+02:00', '2026-04-18T08:00:00Z'],
  // Over the edge of a day, a month, a year, a century
  ['2026-04-18T00:00:00+00:01', '2026-04-17T23:59:00Z'],
  ['2026-04-18T23:59:59-00:01', '2026-04-19T00:00:59Z'],
  ['2026-05-01T01:00:00+02:00', '2026-04-30T23:00:00Z'],
  ['2026-04-30T23:00:00-02:00', '2026-05-01T01:00:00Z'],
  ['2026-03-01T00:30:00+01:00', '2026-02-28T23:30:00Z'],
  ['2024-03-01T00:30:00+01:00', '2024-02-29T23:30:00Z'],
  ['2024-02-28T23:30:00-01:00', '2024-02-29T00:30:00Z'],
  ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00Z'],
  ['1900-02-28T23:30:00-01:00', '1900-03-01T00:30:00Z'],
  ['2000-02-28T23:30:00-01:00', '2000-02-29T00:30:00Z'],
  ['2026-01-01T00:00:00+01:00', '2025-12-31T23:00:00Z'],
  ['2025-12-31T23:59:59.999999-00:01', '2026-01-01T00:00:59.999999Z'],
  ['2000-01-01T00:00:00+00:01', '1999-12-31T23:59:00Z'],
  ['1970-01-01T00:00:00+01:00', '1969-12-31T23:00:00Z'],
  ['1969-12-31T23:00:00-01:00', '1970-01-01T00:00:00Z'],
  ['1582-10-15T00:00:00+01:00', '1582-10-14T23:00:00Z'],
  // The edge of time
  ['0001-01-01T00:00:00-23:59', '0001-01-01T23:59:00Z'],
  ['0001-01-01T23:59:00+23:59', '0001-01-01T00:00:00Z'],
  ['0001-03-01T00:00:00+00:01', '0001-02-28T23:59:00Z'],
  ['0100-03-01T00:00:00+00:01', '0100-02-28T23:59:00Z'],
  ['9999-12-31T00:00:00-23:59', '9999-12-31T23:59:00Z'],
  ['9999-12-31T23:59:59.999999+00:01', '9999-12-31T23:58:59.999999Z'],
];

const REFUSED: string[] = [
  // Not a form
  ...[
    '',
    ' ',
    'now',
    'null',
    'NaN',
    'today',
    'T',
    'Z',
    '2026',
    '2026-04',
    '2026-4-18',
    '26-04-18',
    '2026-04-1',
    '2026-04-018',
  ],
  ...[
    '20260418',
    '20260418T100000Z',
    '2026-0418',
    '202604-18',
    '2026-04-18T100000Z',
    '2026-04-18T1000Z',
    '20260418T10:00:00Z',
  ],
  ...[
    '2026-W16-6',
    '2026W166',
    '2026-W16',
    '2026-108',
    '2026108',
    '2026-04-18T10',
    '2026-04-18T10Z',
    '2026-04-18T10+02:00',
    '2026-04-18T10.5Z',
  ],
  ...[
    '2026-04-18T',
    '2026-04-18Z',
    '2026-04-18+02:00',
    '2026-04-18-02:00',
    '2026-04-18T10:',
    '2026-04-18T10:0Z',
    '2026-04-18T1:00Z',
    '2026-04-18T10:00:0Z',
  ],
  ...[
    '2026-04-18T10:00.5Z',
    '2026-04-18T10:00:00.Z',
    '2026-04-18T10:00:00.',
    '2026-04-18T10:00:00,5Z',
    '2026-04-18T10:00:00:5Z',
    '2026-04-18T10:00:00.1.2Z',
  ],
  ...[
    '2026-04-18T10:00:00.-1Z',
    '2026-04-18T10:00:00.1e3Z',
    '2026-04-18T.5Z',
    '2026-04-18T10:00:',
    '2026-04-18T10:00:Z',
    '2026/04/18',
    '18.04.2026',
    '04/18/2026',
  ],
  ...[
    '2026-04-18t10:00:00Z',
    '2026-04-18T10:00:00z',
    '2026-04-18t10:00:00z',
    '2026-04-18 10:00:00Z',
    '2026-04-18 10:00:00',
    '2026-04-18_10:00:00Z',
  ],
  ...[
    '2026-04-18T10:00:00 Z',
    '2026-04-18T10:00:00 +02:00',
    '2026-04-18T10:00:00+0200',
    '2026-04-18T10:00:00+02',
    '2026-04-18T10:00:00+2:00',
    '2026-04-18T10:00:00+02:0',
  ],
  ...[
    '2026-04-18T10:00:00+02:00:00',
    '2026-04-18T10:00:00+002:00',
    '2026-04-18T10:00:00+-2:00',
    '2026-04-18T10:00:00\u221202:00',
    '2026-04-18T10:00:00±00:00',
  ],
  ...[
    '2026-04-18T10:00:00UTC',
    '2026-04-18T10:00:00GMT',
    '2026-04-18T10:00:00EST',
    '2026-04-18T10:00:00ZZ',
    '2026-04-18T10:00:00Z+02:00',
    '2026-04-18T10:00:00+02:00Z',
  ],
  ...[
    '2026-04-18T10:00:00Z[UTC]',
    '2026-04-18T10:00:00[Europe/Berlin]',
    'Sat, 18 Apr 2026 10:00:00 GMT',
    'April 18, 2026',
    '1776506400',
    '1776506400000',
    '2026-04-18T10:00:00Z/P1D',
  ],
  ...[
    '+2026-04-18',
    '-2026-04-18',
    '+002026-04-18T10:00:00Z',
    '-000001-01-01T00:00:00Z',
    '02026-04-18',
    '10000-01-01',
    '12026-04-18T10:00:00Z',
    '2026--4-18',
    '2026-+4-18',
  ],
  // Something before, behind or between
  ...[
    ' 2026-04-18',
    '2026-04-18 ',
    '\n2026-04-18',
    '2026-04-18\n',
    '2026-04-18\r\n',
    '2026-04-18T10:00:00Z\n',
    '2026-04-18T10:00:00\n',
    '2026-04-18T10:00:00Z\r',
  ],
  ...[
    '2026-04-18T10:00:00Z ',
    '\t2026-04-18T10:00:00Z',
    '\ufeff2026-04-18',
    '2026-04-18\0',
    '2026-04-18T10:00:00Z\u2028',
    'x\n2026-04-18',
    '2026-04-18\nx',
    '2026-\n04-18',
    '"2026-04-18"',
  ],
  // Digits and signs of other scripts
  ...[
    '２０２６-04-18',
    '2026-04-1８',
    '٢٠٢٦-٠٤-١٨',
    '2026-04-18T10:00:00.٥Z',
    '2026-04-18T10:00:0०Z',
    '2026‐04‐18',
    '2026–04–18',
    '2026-04-18T10：00：00Z',
    '𝟐𝟎𝟐𝟔-04-18',
    '²026-04-18',
  ],
  // No such date
  ...[
    '2026-00-10',
    '2026-13-10',
    '2026-99-10',
    '2026-04-00',
    '2026-04-31',
    '2026-06-31',
    '2026-09-31',
    '2026-11-31',
    '2026-01-32',
    '2026-12-32',
    '2026-04-99',
  ],
  ...[
    '2026-02-29',
    '2026-02-30',
    '2024-02-30',
    '1900-02-29',
    '2100-02-29',
    '0001-02-29',
    '0100-02-29',
    '2026-02-29T10:00:00Z',
    '2026-02-30T10:00:00+02:00',
    '2023-02-29T23:30:00-01:00',
  ],
  ...[
    '0000-01-01',
    '0000-02-29',
    '0000-12-31T23:59:59Z',
    '0000-00-00',
    '0000-12-31T23:30:00-01:00',
    '2026-00-00T00:00:00Z',
  ],
  // No such time
  ...[
    '2026-04-18T24:00:00Z',
    '2026-04-18T24:00',
    '2026-04-18T25:00:00Z',
    '2026-04-18T99:00Z',
    '2026-04-18T10:60:00Z',
    '2026-04-18T10:60',
    '2026-04-18T10:99:00Z',
    '2026-04-18T24:00:00+02:00',
  ],
  ...[
    '2026-04-18T10:00:60Z',
    '2026-04-18T10:00:61Z',
    '2026-04-18T10:00:99Z',
    '2016-12-31T23:59:60Z',
    '2016-12-31T23:59:60.5Z',
    '2017-01-01T00:59:60+01:00',
    '1990-12-31T15:59:60-08:00',
  ],
  // No such offset
  ...[
    '2026-04-18T10:00:00+24:00',
    '2026-04-18T10:00:00-24:00',
    '2026-04-18T10:00:00+99:00',
    '2026-04-18T10:00:00+02:60',
    '2026-04-18T10:00:00-00:60',
    '2026-04-18T10:00+24:00',
    '2026-04-18T10:00:00.5+99:99',
  ],
  // Out of the years, in UTC
  ...[
    '0001-01-01T00:00:00+00:01',
    '0001-01-01T00:59:59.999999+01:00',
    '0001-01-01T23:58:00+23:59',
    '9999-12-31T23:59:00-00:01',
    '9999-12-31T23:59:59.999999-00:01',
    '9999-12-31T00:01:00-23:59',
  ],
];

const instant = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (parsed === null) throw new Error(`${text} is not an instant`);
  return parsed;
};

describe('parseInstant', () => {
  it.each(ACCEPTED)('reads %s as %s', (text, canonical) => {
    expect(parseInstant(text)).toBe(canonical);
    expect(parseInstant(canonical)).toBe(canonical);
  });

  it.each(REFUSED)('refuses %j', (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it('refuses every one-character change that leaves the forms', () => {
    const text = '2026-04-18T10:00:00.5+02:00';
    const taken: string[] = [];
    for (let at = 0; at < text.length; at++) {
      for (const other of ['x', ' ', '', '\n', '٣', '：', text.charAt(at).repeat(2)]) {
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        if (parseInstant(changed) !== null) taken.push(changed);
      }
    }
    // Only the digit of the fraction may be doubled.
    expect(taken).toEqual(['2026-04-18T10:00:00.55+02:00']);
  });

  it('takes time in proportion to the length of a hostile text', () => {
    const digits = '2026-04-18T10:00:00.' + '1'.repeat(4 << 20);
    expect(parseInstant(`${digits}x`)).toBeNull();
    expect(parseInstant(`${digits}Z`)).toBe('2026-04-18T10:00:00.111111Z');
  });

  it('knows every day of a whole cycle of 400 years', () => {
    const wrong: string[] = [];
    const days = 146_097;
    for (let day = 0; day < days; day++) {
      const time = Date.UTC(1800, 0, 1) + day * 86_400_000;
      const date = new Date(time).toISOString().slice(0, 10);
      if (parseInstant(date) !== `${date}T00:00:00Z` || instantFromMillis(time) !== `${date}T00:00:00Z`)
        wrong.push(date);
    }
    expect(wrong).toEqual([]);
  });

  it('knows the leap days and the turns of the years 1 to 9999, and no 29 February else', () => {
    const wrong: string[] = [];
    for (let year = 1; year <= 9999; year++) {
      const date = new Date(0);
      date.setUTCFullYear(year, 1, 29);
      const yearText = String(year).padStart(4, '0');
      if ((parseInstant(`${yearText}-02-29`) !== null) !== (date.getUTCMonth() === 1)) wrong.push(`${yearText}-02-29`);
      date.setUTCFullYear(year, 2, 1);
      const [march, beforeMarch] = [`${yearText}-03-01T00:00:00Z`, new Date(date.getTime() - 1).toISOString()];
      if (instantFromMillis(date.getTime()) !== march) wrong.push(march);
      if (instantFromMillis(date.getTime() - 1) !== beforeMarch) wrong.push(beforeMarch);
      if (parseInstant(beforeMarch.replace('Z', '-00:01')) !== march.replace('00Z', '59.999Z'))
        wrong.push(`after ${beforeMarch}`);
      date.setUTCFullYear(year, 11, 31);
      if (instantFromMillis(date.getTime()) !== `${yearText}-12-31T00:00:00Z`) wrong.push(`${yearText}-12-31`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('on random instants', () => {
  const random = randomWholeNumbers(20_260_418);
  const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');

  it('agrees with Date on offsets and milliseconds', () => {
    let accepted = 0;
    const wrong: unknown[] = [];
    for (let round = 0; round < 50_000; round++) {
      // Every other year at an edge, where an offset may lead out.
      const year = round % 2 === 0 ? 1 + random(9999) : (([1, 9999, 1900, 2000, 1970] as const)[random(5)] as number);
      const [month, day] = [1 + random(12), 1 + random(31)];
      const [hour, minute, second, millis] = [random(24), random(60), random(60), random(1000)];
      const [sign, offsetHours, offsetMinutes] = [random(2) === 0 ? 1 : -1, random(24), random(60)];
      const micros = random(4) === 0 ? 0 : random(1000);
      const text =
        `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}T${padded(hour, 2)}:${padded(minute, 2)}:${padded(second, 2)}` +
        `.${padded(millis, 3)}${padded(micros, 3)}${sign < 0 ? '-' : '+'}${padded(offsetHours, 2)}:${padded(offsetMinutes, 2)}`;

      const date = new Date(0);
      date.setUTCFullYear(year, month - 1, day);
      const exists = date.getUTCMonth() === month - 1;
      date.setUTCHours(hour, minute - sign * (offsetHours * 60 + offsetMinutes), second, millis);
      const utcYear = date.getUTCFullYear();
      const parsed = parseInstant(text);
      if (!exists || utcYear < 1 || utcYear > 9999) {
        if (parsed !== null) wrong.push([text, parsed]);
        continue;
      }
      accepted++;
      const expected = `${(date.toISOString().slice(0, -1) + padded(micros, 3)).replace(/\.?0*$/, '')}Z` as Instant;
      const epochMicros = BigInt(date.getTime()) * 1000n + BigInt(micros);
      const right =
        parsed === expected &&
        millisOfInstant(expected) === date.getTime() &&
        instantToMicros(expected) === epochMicros &&
        instantFromMicros(epochMicros) === expected &&
        (micros !== 0 || instantFromMillis(date.getTime()) === expected);
      if (!right) wrong.push([text, parsed, expected]);
    }
    expect(wrong).toEqual([]);
    expect(accepted).toBeGreaterThan(40_000);
  });

  it('orders them as their microseconds', () => {
    const wrong: unknown[] = [];
    const base = instantToMicros(instant('2026-04-18T10:00:00Z'));
    for (let round = 0; round < 20_000; round++) {
      const reach = ([3, 20, 2000, 2_000_000, 2_000_000_000] as const)[round % 5] as number;
      const [a, b] = [base + BigInt(random(reach)), base - BigInt(random(reach)) + BigInt(random(reach))];
      const order = Math.sign(compareInstants(instantFromMicros(a), instantFromMicros(b)));
      if (order !== (a < b ? -1 : a > b ? 1 : 0)) wrong.push([a, b, order]);
    }
    expect(wrong).toEqual([]);
  });
});

describe('compareInstants', () => {
  const ASCENDING = [
    '0001-01-01T00:00:00Z',
    '0001-01-01T00:00:00.000001Z',
    '0999-12-31T23:59:59.999999Z',
    '1000-01-01T00:00:00Z',
    '1969-12-31T23:59:59.9Z',
    '1970-01-01T00:00:00Z',
    '2026-04-18T09:59:59.999999Z',
    '2026-04-18T10:00:00Z',
    '2026-04-18T10:00:00.000001Z',
    '2026-04-18T10:00:00.00001Z',
    '2026-04-18T10:00:00.1Z',
    '2026-04-18T10:00:00.100001Z',
    '2026-04-18T10:00:00.12Z',
    '2026-04-18T10:00:00.5Z',
    '2026-04-18T10:00:00.55Z',
    '2026-04-18T10:00:00.9Z',
    '2026-04-18T10:00:01Z',
    '2026-04-18T10:00:10Z',
    '9999-12-31T23:59:59.999999Z',
  ].map(instant);

  it('orders the edges', () => {
    ASCENDING.forEach((a, i) => {
      ASCENDING.forEach((b, j) => expect([a, b, Math.sign(compareInstants(a, b))]).toEqual([a, b, Math.sign(i - j)]));
    });
    expect(ASCENDING.toReversed().sort(compareInstants)).toEqual(ASCENDING);
  });

  it('finds instants equal that were written differently', () => {
    expect(compareInstants(instant('2026-04-18T10:00:00.500Z'), instant('2026-04-18T12:00:00.5+02:00'))).toBe(0);
  });
});

describe('shiftInstant', () => {
  it.each([
    ['2026-04-18T10:00:00Z', 1n, '2026-04-18T10:00:00.000001Z'],
    ['0001-01-01T00:00:01.5Z', -1_500_000n, '0001-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00.5Z', -500_001n, null],
    ['0001-01-01T00:00:00.5Z', -1_000_000n, null],
    ['9999-12-31T23:59:59.999998Z', 1n, '9999-12-31T23:59:59.999999Z'],
    ['9999-12-31T23:59:59.999999Z', 1n, null],
  ] as const)('%s by %s µs is %s', (instant, micros, shifted) => {
    expect(shiftInstant(parseInstant(instant) as Instant, micros)).toBe(shifted);
  });
});

describe('from and to numbers', () => {
  it.each<[text: string, millis: number, micros: bigint]>([
    ['1970-01-01T00:00:00Z', 0, 0n],
    ['1970-01-01T00:00:00.000001Z', 0, 1n],
    ['1970-01-01T00:00:00.001Z', 1, 1000n],
    ['1969-12-31T23:59:59.999999Z', -1, -1n],
    ['1969-12-31T23:59:59.999Z', -1, -1000n],
    ['1969-12-31T23:59:59.998999Z', -2, -1001n],
    ['1969-12-31T23:59:59Z', -1000, -1_000_000n],
    ['2026-04-18T10:00:00Z', 1_776_506_400_000, 1_776_506_400_000_000n],
    ['2026-04-18T10:00:00.123456Z', 1_776_506_400_123, 1_776_506_400_123_456n],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000, -62_135_596_800_000_000n],
    ['9999-12-31T23:59:59.999999Z', 253_402_300_799_999, 253_402_300_799_999_999n],
  ])('%s is %d ms, %d µs', (text, millis, micros) => {
    expect(instantToMicros(instant(text))).toBe(micros);
    expect(millisOfInstant(instant(text))).toBe(millis);
    expect(instantFromMicros(micros)).toBe(text);
    if (micros % 1000n === 0n) expect(instantFromMillis(millis)).toBe(text);
  });

  it('takes negative zero', () => {
    expect(instantFromMillis(-0)).toBe('1970-01-01T00:00:00Z');
  });

  it.each([0.5, NaN, Infinity, -Infinity, -62_135_596_800_001, 253_402_300_800_000, 8.64e15, 1e300])(
    'refuses %d ms',
    (millis) => {
      expect(() => instantFromMillis(millis)).toThrow(RangeError);
    },
  );

  it.each([-62_135_596_800_000_001n, 253_402_300_800_000_000n, 10n ** 400n, -(10n ** 400n)])(
    'refuses %d µs',
    (micros) => {
      expect(() => instantFromMicros(micros)).toThrow(RangeError);
    },
  );
});

describe('whatever the time zone of the machine', () => {
  // Jest gives tests a copy of process.env; only the real one changes the time zone of Date.
  const realProcess = runInThisContext('process') as NodeJS.Process;
  const timeZone = realProcess.env['TZ'];
  afterEach(() => {
    if (timeZone === undefined) delete realProcess.env['TZ'];
    else realProcess.env['TZ'] = timeZone;
  });

  it.each([
    ['America/New_York', 300],
    ['Asia/Kathmandu', -345],
    ['UTC', 0],
  ])('%s gives the same instants', (zone, offset) => {
    realProcess.env['TZ'] = zone;
    expect(new Date(2026, 0, 1).getTimezoneOffset()).toBe(offset);
    for (const [text, canonical] of ACCEPTED) {
      expect(parseInstant(text)).toBe(canonical);
      expect(instantFromMicros(instantToMicros(canonical as Instant))).toBe(canonical);
    }
    expect(instantFromMillis(1_776_506_400_123)).toBe('2026-04-18T10:00:00.123Z');
    // Hours that clocks in New York skip and repeat.
    expect(parseInstant('2026-03-08T02:30')).toBe('2026-03-08T02:30:00Z');
    expect(parseInstant('2026-11-01T01:30')).toBe('2026-11-01T01:30:00Z');
  });
});

it('says what is accepted, with an example that is', () => {
  const [example] = /\d{4}-\d\d-\d\dT\S+$/.exec(INSTANT_FORMS) ?? [];
  expect(parseInstant(example ?? '')).toBe(example);
});

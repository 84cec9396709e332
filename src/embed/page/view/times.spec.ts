import { describe, expect, it } from '@jest/globals';
import { compareInstants } from '../api/compare-instants.ts';
import { agoText, arrivalText, relativeText, Times } from './times.ts';

const TICKET = '2026-04-20T08:00:00Z';
const NOW = Date.parse('2026-04-20T12:00:00Z');

it('instants are compared to the microsecond', () => {
  expect(compareInstants('2026-04-20T08:00:00.000001Z', TICKET)).toBeGreaterThan(0);
  expect(compareInstants('2026-04-20T08:00:00.1Z', '2026-04-20T08:00:00.100000Z')).toBe(0);
  expect(compareInstants('2026-04-20T07:59:59.999999Z', TICKET)).toBeLessThan(0);
  expect(compareInstants('1969-12-31T23:59:59.9Z', '1970-01-01T00:00:00Z')).toBeLessThan(0);
});

it.each([
  ['2026-04-20T06:00:00Z', '2 h before'],
  ['2026-04-20T08:05:00Z', '5 min after'],
  ['2026-04-20T07:59:30Z', '30 s before'],
  ['2026-04-17T08:00:00Z', '3 days before'],
  ['2025-04-20T08:00:00Z', '11 months before'],
  ['2019-04-20T08:00:00Z', '7 years before'],
  ['2026-04-20T08:00:00.000000Z', 'at the ticket'],
])('%s is %s', (instant, text) => {
  expect(relativeText(instant, TICKET, NOW)).toBe(text);
});

it('without a ticket times are relative to now', () => {
  expect(relativeText('2026-04-20T10:00:00Z', null, NOW)).toBe('2 h ago');
  expect(relativeText('2026-04-20T14:00:00Z', null, NOW)).toBe('in 2 h');
  expect(agoText(NOW - 3_000, NOW)).toBe('just now');
  expect(agoText(NOW - 12_000, NOW)).toBe('12 s ago');
});

it('an arrival is told from one hour on', () => {
  expect(arrivalText(TICKET, '2026-04-20T09:00:00Z')).toBeNull();
  expect(arrivalText(TICKET, '2026-04-23T08:00:00Z')).toBe('3 days later');
});

describe('instants as people read them', () => {
  const times = new Times('en', 'Europe/Berlin');

  it('keep all digits of their seconds', () => {
    expect(times.exactClock('2026-04-20T12:03:07.123456Z')).toBe('14:03:07.123456');
    expect(times.exactClock('2026-04-20T12:03:07Z')).toBe('14:03:07');
    expect(new Times('en-US', 'UTC').exactClock('2026-04-20T12:03:07.000001Z')).toMatch(/^12:03:07\.000001\sPM$/);
  });

  it('have their time in UTC, with the day where it is another', () => {
    expect(times.utcClock('2026-04-20T12:03:07.123456Z')).toBe('12:03:07');
    expect(times.utcClock('2026-04-20T23:00:00Z')).toBe('Mon 20 Apr 2026 23:00:00');
  });

  it('are of the day and the offset of the time zone', () => {
    expect(times.day('2026-04-20')).toBe('Mon 20 Apr 2026');
    for (const day of ['0000-12-31', '0001-01-01', '+010000-01-01']) expect(times.day(day)).toMatch(/\d/);
    expect(times.date('2026-04-20T23:00:00Z')).toBe('Tue 21 Apr 2026');
    expect(times.dateAndClock(TICKET)).toBe('20 Apr 10:00');
    expect(times.offset(NOW)).toBe('UTC+2');
    expect(times.dayOfSearch('2026-03-12T00:00:00Z', NOW)).toBe('12 March');
    expect(times.dayOfSearch('2019-03-12T00:00:00Z', NOW)).toBe('12 March 2019');
  });

  it('are shown in UTC and English where the zone or the locale is unknown', () => {
    expect(new Times('no_such-locale!', 'No/Where').clock(TICKET)).toBe('08:00');
  });
});

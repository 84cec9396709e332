import { describe, expect, it } from '@jest/globals';
import { dayAfter, endOfDay, localDays } from './local-day.ts';

describe('the day of an instant in a time zone', () => {
  // What programs write where there is no date, such as "never".
  it.each([
    ['0001-01-01T00:00:00Z', 'UTC', '0001-01-01'],
    ['0001-01-01T00:00:00Z', 'Asia/Tokyo', '0001-01-01'],
    ['0001-01-01T00:00:00Z', 'America/New_York', '0001-01-01'],
    ['0001-01-02T00:00:00Z', 'America/New_York', '0001-01-01'],
    ['0999-05-05T00:00:00Z', 'UTC', '0999-05-05'],
    ['0999-12-31T12:00:00Z', 'UTC', '0999-12-31'],
    ['9999-12-31T23:59:59.999999Z', 'UTC', '9999-12-31'],
    ['9999-12-31T23:59:59.999999Z', 'Europe/Berlin', '9999-12-31'],
    ['9999-12-31T23:59:59.999999Z', 'America/New_York', '9999-12-31'],
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25'],
  ])('%s in %s is one of the years 0001 to 9999: %s', (instant, timeZone, day) => {
    expect(localDays(timeZone)(instant)).toBe(day);
  });

  it.each([
    ['2026-12-31', 1, '2027-01-01'],
    ['9999-12-31', 1, '9999-12-31'],
    ['9999-12-31', -1, '9999-12-30'],
    ['0001-01-05', -92, '0001-01-01'],
  ])('%s and %d days is %s', (day, days, other) => {
    expect(dayAfter(day, days)).toBe(other);
  });

  it.each([
    ['2026-10-25', 'Europe/Berlin', '2026-10-25T22:59:59.999999Z'],
    ['9999-12-31', 'America/New_York', '9999-12-31T23:59:59.999999Z'],
    ['9999-12-31', 'Europe/Berlin', '9999-12-31T23:59:59.999999Z'],
    ['9999-12-30', 'Europe/Berlin', '9999-12-30T22:59:59.999999Z'],
    ['0001-01-01', 'UTC', '0001-01-01T23:59:59.999999Z'],
    ['0999-05-05', 'UTC', '0999-05-05T23:59:59.999999Z'],
  ])('%s in %s ends with %s, an instant that the service takes and that is still of that day', (day, timeZone, end) => {
    expect(endOfDay(day, timeZone)).toBe(end);
    expect(localDays(timeZone)(end)).toBe(day);
  });
});

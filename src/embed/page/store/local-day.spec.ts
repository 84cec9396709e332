import { describe, expect, it } from '@jest/globals';
import { dayAfter, endOfDay, localDays } from './local-day.ts';

describe('the day of an instant in a time zone', () => {
  it.each([
    ['2026-04-18T22:30:00Z', 'Europe/Berlin', '2026-04-19'],
    ['2026-04-18T22:30:00Z', 'America/New_York', '2026-04-18'],
    // What programs write where they have no date.
    ['0001-01-01T00:00:00Z', 'UTC', '0001-01-01'],
    ['0001-01-01T00:00:00Z', 'Europe/Berlin', '0001-01-01'],
    ['0001-01-01T00:00:00Z', 'America/New_York', '0000-12-31'],
    ['0999-12-31T23:59:59Z', 'Asia/Tokyo', '1000-01-01'],
    ['9999-12-31T23:59:59.999999Z', 'UTC', '9999-12-31'],
    ['9999-12-31T23:59:59.999999Z', 'Europe/Berlin', '+010000-01-01'],
  ])('%s in %s is %s', (instant, timeZone, day) => {
    expect(localDays(timeZone)(instant)).toBe(day);
  });

  it('has a neighbour in every year', () => {
    expect(dayAfter('9999-12-31', 1)).toBe('+010000-01-01');
    expect(dayAfter('0001-01-01', -1)).toBe('0000-12-31');
  });

  it('ends where the next one begins, also when the clocks change and in the first and last years', () => {
    expect(endOfDay('2026-04-18', 'Europe/Berlin')).toBe('2026-04-18T21:59:59.999999Z');
    expect(endOfDay('2026-03-29', 'Europe/Berlin')).toBe('2026-03-29T21:59:59.999999Z');
    expect(endOfDay('2026-10-25', 'Europe/Berlin')).toBe('2026-10-25T22:59:59.999999Z');
    expect(endOfDay('0001-01-01', 'UTC')).toBe('0001-01-01T23:59:59.999999Z');
    expect(endOfDay('9999-12-31', 'UTC')).toBe('9999-12-31T23:59:59.999999Z');
  });
});

import { describe, expect, it } from '@jest/globals';
import { parseInstant, type Instant } from '../../../libs/time/instant.ts';
import { daysIn } from './local-days.ts';

const instant = (text: string): Instant => parseInstant(text) as Instant;

describe('the days of a time zone', () => {
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

  it('tells the first and the last day of time', () => {
    const dayOf = daysIn('America/New_York');
    expect(dayOf(instant('0001-01-01T00:00:00Z'))).not.toBe(dayOf(instant('9999-12-31T23:59:59.999999Z')));
  });
});

/** A length of time by the calendar: whole days, or whole months of whatever length they have. */
export interface CalendarPeriod {
  /** As it was given, such as `P90D`. */
  readonly text: string;
  /** One of the two is 0. */
  readonly days: number;
  readonly months: number;
}

const FORM = /^P([1-9]\d{0,4})([DWMY])$/;
const DAYS_OF_WEEK = 7;
const MONTHS_OF_YEAR = 12;
const DAY_MS = 86_400_000;

/** A hundred years: with the present time as its end, a longer one might begin before the year 1. */
const MAX_DAYS = 36_500;
const MAX_MONTHS = 1_200;

/** What {@link parseCalendarPeriod} accepts, in words that follow "must be". */
export const CALENDAR_PERIOD_FORMS =
  'an ISO 8601 duration in whole days, weeks, months or years, from P1D to P100Y, such as P90D, P12W, P6M or P2Y';

/** The period that a text names, or null for any other text; {@link CALENDAR_PERIOD_FORMS} says what is accepted. */
export function parseCalendarPeriod(text: string): CalendarPeriod | null {
  const [, digits, unit] = FORM.exec(text) ?? [];
  if (digits === undefined) return null;
  const number = Number(digits);
  const days = unit === 'D' ? number : unit === 'W' ? number * DAYS_OF_WEEK : 0;
  const months = unit === 'M' ? number : unit === 'Y' ? number * MONTHS_OF_YEAR : 0;
  return days > MAX_DAYS || months > MAX_MONTHS ? null : { text, days, months };
}

/**
 * The time that lies a period before another one, in UTC. A day has 24 hours. Where the month that is reached lacks the
 * day, it is the end of that month: a month before March 30 and 31 is the beginning of March 1.
 *
 * So a later time never gives an earlier one. With the last day of the shorter month, as calendars usually do it, the
 * month before March 29, 18:00 would begin later than the month before March 30, 10:00.
 *
 * @param millis and what is returned: milliseconds since the Unix epoch.
 */
export function periodBefore({ days, months }: CalendarPeriod, millis: number): number {
  if (months === 0) return millis - days * DAY_MS;
  const date = new Date(millis);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const nextMonth = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return Math.min(date.getTime() + (day - 1) * DAY_MS, nextMonth);
}

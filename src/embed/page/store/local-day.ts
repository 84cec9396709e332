import type { Day, Instant } from '../api/types.ts';

/**
 * The first and the last day that the service knows. What is before or after them in the time zone of the page, such as the
 * last second of 9999 east of Greenwich, is counted among their events: browsers have no day for it.
 */
const FIRST_DAY: Day = '0001-01-01';
export const LAST_DAY: Day = '9999-12-31';

const MILLIS_PER_DAY = 86_400_000;
const startOf = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

/** Tells the day of instants in a time zone. The formatter is kept: to make one takes longer than a thousand uses of it. */
export function localDays(timeZone: string): (instant: Instant) => Day {
  // Sweden writes dates as ISO 8601 does, but years without zeros in front of them.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (instant) => {
    const millis = Date.parse(instant);
    const day = format.format(millis);
    return day.length === FIRST_DAY.length ? day : fourDigits(day, millis);
  };
}

function fourDigits(day: string, millis: number): Day {
  if (day.length > LAST_DAY.length) return LAST_DAY;
  // The year before 1 is written as 1, too.
  const isBeforeFirst = day.endsWith('-12-31') && millis < startOf(FIRST_DAY) + MILLIS_PER_DAY;
  return isBeforeFirst ? FIRST_DAY : day.padStart(FIRST_DAY.length, '0');
}

/** The day so many days after another one, or the first or last one. */
export function dayAfter(day: Day, days: number): Day {
  const millis = startOf(day) + days * MILLIS_PER_DAY;
  return new Date(Math.min(Math.max(millis, startOf(FIRST_DAY)), startOf(LAST_DAY))).toISOString().slice(0, day.length);
}

/** The last microsecond of a day in a time zone. */
export function endOfDay(day: Day, timeZone: string): Instant {
  const local = startOf(day) + MILLIS_PER_DAY;
  // The offset of the guess may be that of the other side of a change of the clocks: the second guess is right.
  const guess = local - offsetAt(local, timeZone);
  const midnight = day === LAST_DAY ? startOf(LAST_DAY) + MILLIS_PER_DAY : local - offsetAt(guess, timeZone);
  return new Date(midnight - 1).toISOString().replace('Z', '999Z');
}

const WITH_TIME = '0001-01-01 00:00:00'.length;

/** How far the clocks of a time zone are ahead of UTC, in milliseconds. Those of the last day are those of the day before. */
function offsetAt(millis: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const at = Math.min(millis, startOf(LAST_DAY));
  return Date.parse(`${format.format(at).padStart(WITH_TIME, '0').replace(' ', 'T')}Z`) - at;
}

/** A time zone that this browser knows: the service may know one more. */
export function usableTimeZone(wanted: string | null, otherwise: string): string {
  try {
    localDays(wanted ?? otherwise);
    return wanted ?? otherwise;
  } catch {
    return otherwise;
  }
}

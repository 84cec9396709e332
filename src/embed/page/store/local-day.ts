import type { Day, Instant } from '../api/types.ts';

/** Tells the day of instants in a time zone. The formatter is kept: to make one takes longer than a thousand uses of it. */
export function localDays(timeZone: string): (instant: Instant) => Day {
  // Sweden writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (instant) => format.format(Date.parse(instant));
}

const MILLIS_PER_DAY = 86_400_000;

/** The day so many days after another one. */
export const dayAfter = (day: Day, days: number): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * MILLIS_PER_DAY).toISOString().slice(0, day.length);

/** The last microsecond of a day in a time zone. */
export function endOfDay(day: Day, timeZone: string): Instant {
  const local = Date.parse(`${dayAfter(day, 1)}T00:00:00Z`);
  // The offset of the guess may be that of the other side of a change of the clocks: the second guess is right.
  const guess = local - offsetAt(local, timeZone);
  const midnight = local - offsetAt(guess, timeZone);
  return new Date(midnight - 1).toISOString().replace('Z', '999Z');
}

/** How far the clocks of a time zone are ahead of UTC, in milliseconds. */
function offsetAt(millis: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return Date.parse(`${format.format(millis).replace(' ', 'T')}Z`) - millis;
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

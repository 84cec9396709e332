import type { Day, Instant } from '../api/types.ts';

/** A year that Intl writes as ISO 8601 does: earlier ones have fewer digits there, and later ones more. */
const HAS_USUAL_YEAR = /^\d{4}-/;

/**
 * Tells the day of instants in a time zone, as ISO 8601 writes it: the instants that mean "never" have one in the year 0 or 10000
 * somewhere, `0000-12-31` or `+010000-01-01`. The formatter is kept: to make one takes longer than a thousand uses of it.
 */
export function localDays(timeZone: string): (instant: Instant) => Day {
  // Sweden writes dates as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (instant) => {
    const millis = Date.parse(instant);
    const day = format.format(millis);
    return HAS_USUAL_YEAR.test(day) ? day : dayOf(wallClock(millis, timeZone));
  };
}

/** The day of an instant in UTC. */
function dayOf(millis: number): Day {
  const text = new Date(millis).toISOString();
  return text.slice(0, text.indexOf('T'));
}

const WALL_CLOCK: Intl.DateTimeFormatOptions = {
  era: 'short',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
};
const MILLIS_PER_DAY = 86_400_000;

/** The day so many days after another one. */
export const dayAfter = (day: Day, days: number): Day => dayOf(Date.parse(`${day}T00:00:00Z`) + days * MILLIS_PER_DAY);

/** The last microsecond of a day in a time zone. */
export function endOfDay(day: Day, timeZone: string): Instant {
  const local = Date.parse(`${dayAfter(day, 1)}T00:00:00Z`);
  // The offset of the guess may be that of the other side of a change of the clocks: the second guess is right.
  const guess = local - offsetAt(local, timeZone);
  const midnight = local - offsetAt(guess, timeZone);
  return new Date(midnight - 1).toISOString().replace('Z', '999Z');
}

/** How far the clocks of a time zone are ahead of UTC, in milliseconds. */
const offsetAt = (millis: number, timeZone: string): number => wallClock(millis, timeZone) - millis;

/** What the clocks of a time zone show at an instant, to the second, as if it were UTC. */
function wallClock(millis: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, ...WALL_CLOCK });
  const parts = Object.fromEntries(format.formatToParts(millis).map(({ type, value }) => [type, value]));
  const year = parts['era'] === 'BC' ? 1 - Number(parts['year']) : Number(parts['year']);
  // Date.UTC takes the year 1 as 1901.
  const shown = new Date(0);
  shown.setUTCFullYear(year, Number(parts['month']) - 1, Number(parts['day']));
  return shown.setUTCHours(Number(parts['hour']), Number(parts['minute']), Number(parts['second']));
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

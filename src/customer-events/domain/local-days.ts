import { millisOfInstant, type Instant } from '../../../libs/time/instant.ts';

/** Tells the days of a time zone apart. */
export type DayOf = (instant: Instant) => string;

const QUARTER_HOUR = 900_000;
/** Since then all clocks of the world differ from UTC by whole quarters of an hour, so that no day begins within one. */
const WHOLE_QUARTERS_SINCE = Date.UTC(1973, 0, 1);

/**
 * The day of an instant on the calendar of a time zone. It remembers the last one, so that neighbours cost little.
 *
 * @param timeZone one for which `isTimeZone` holds.
 */
export function daysIn(timeZone: string): DayOf {
  const format = new Intl.DateTimeFormat('en-u-ca-gregory', {
    timeZone,
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  let last = { quarter: NaN, day: '' };
  return (instant) => {
    const millis = millisOfInstant(instant);
    if (millis < WHOLE_QUARTERS_SINCE) return format.format(millis);
    const quarter = Math.floor(millis / QUARTER_HOUR);
    if (quarter !== last.quarter) last = { quarter, day: format.format(millis) };
    return last.day;
  };
}

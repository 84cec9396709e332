declare const instantBrand: unique symbol;

/**
 * A point in time in the years 0001–9999, to the microsecond (the precision of PostgreSQL's
 * timestamptz). It is its own canonical text: RFC 3339 in UTC with `Z`, the seconds always written,
 * the fraction only as long as it needs to be: `2026-04-18T10:00:00Z`, `2026-04-18T10:00:00.1204Z`.
 * Equal instants are equal strings; for earlier and later there is {@link compareInstants}.
 */
export type Instant = string & { readonly [instantBrand]: true };

/** What {@link parseInstant} accepts, in words that follow "must be". */
export const INSTANT_FORMS =
  'an existing date YYYY-MM-DD (midnight UTC) or date and time YYYY-MM-DDTHH:MM[:SS[.fraction]] followed by Z, ' +
  'by an offset +HH:MM or -HH:MM, or by nothing (UTC), in the years 0001 to 9999 and without leap seconds, ' +
  'for example 2026-04-18T10:00:00Z';

// Without the m flag `$` is the very end, not a place before a line feed; `\d` is an ASCII digit.
const FORM = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/;
/** Lengths of the accepted forms up to a part; all parts but the offset stand in fixed places. */
const DATE_END = 10;
const MINUTE_END = 16;
const SECOND_END = 19;
const FRACTION_DIGITS = 6;
/** More than a date and time with nanoseconds and an offset takes. */
const MAX_USUAL_LENGTH = 64;

const SECONDS_OF_DAY = 86_400;
const MICROS_OF_SECOND = 1_000_000n;
/** In seconds since 1970: 0001-01-01, and the day after 9999-12-31. */
const FIRST_SECOND = -719_162 * SECONDS_OF_DAY;
const SECONDS_END = 2_932_897 * SECONDS_OF_DAY;
const FIRST_MICRO = BigInt(FIRST_SECOND) * MICROS_OF_SECOND;
const MICROS_END = BigInt(SECONDS_END) * MICROS_OF_SECOND;

/**
 * The instant a text names, or null for any other text; {@link INSTANT_FORMS} says what is accepted.
 * Of RFC 3339 that is what is in upper case; of ISO 8601, besides, the date alone, the time without
 * seconds, and the time without offset, which is UTC whatever the time zone of this machine.
 *
 *  - Offsets go from -23:59 to +23:59; `-00:00` is UTC (RFC 3339 §4.3).
 *  - The year is 0001–9999 both as written and in UTC.
 *  - A fraction may have any number of digits. Those beyond microseconds (.NET sends 7 digits, Java
 *    and Go 9) are cut off, not rounded, so that no instant moves to a later second.
 *  - A leap second (`:60`) is refused: the time line of POSIX and PostgreSQL has no place for it, so
 *    that whatever were stored would be another instant.
 */
export function parseInstant(text: string): Instant | null {
  if (!FORM.test(text.length > MAX_USUAL_LENGTH ? withoutFraction(text) : text)) return null;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (year === 0 || month === 0 || month > 12 || day === 0 || day > daysOfMonth(year, month)) return null;
  if (text.length === DATE_END) return `${text}T00:00:00Z` as Instant;

  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const hasSecond = text[MINUTE_END] === ':';
  const second = hasSecond ? twoDigits(text, MINUTE_END + 1) : 0;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const zone = zoneLength(text);
  const offset = zone > 1 ? offsetMinutes(text) : 0;
  if (offset === null) return null;

  const fraction = hasSecond ? canonicalFraction(text, text.length - zone) : '';
  if (offset !== 0) {
    const local = daysFromCivil(year, month, day) * SECONDS_OF_DAY + hour * 3600 + minute * 60 + second;
    const seconds = local - offset * 60;
    return seconds >= FIRST_SECOND && seconds < SECONDS_END ? writeInstant(seconds, fraction) : null;
  }
  if (!hasSecond) return `${text.slice(0, MINUTE_END)}:00Z` as Instant;
  const isCanonical = zone === 1 && text.length === SECOND_END + fraction.length + 1;
  return (isCanonical ? text : `${text.slice(0, SECOND_END)}${fraction}Z`) as Instant;
}

/**
 * @param millis whole milliseconds since the Unix epoch, as from Date.now().
 * @throws RangeError for a fraction or an instant outside the years 0001–9999.
 */
export function instantFromMillis(millis: number): Instant {
  const seconds = Math.floor(millis / 1000);
  if (!Number.isInteger(millis) || !(seconds >= FIRST_SECOND && seconds < SECONDS_END)) throw notAnInstant(millis);
  return writeInstant(seconds, fractionOfMicros((millis - seconds * 1000) * 1000));
}

/**
 * @param micros microseconds since the Unix epoch; a bigint, because a number is exact only until 2255.
 * @throws RangeError for an instant outside the years 0001–9999.
 */
export function instantFromMicros(micros: bigint): Instant {
  const rest = ((micros % MICROS_OF_SECOND) + MICROS_OF_SECOND) % MICROS_OF_SECOND;
  const seconds = Number((micros - rest) / MICROS_OF_SECOND);
  if (!(seconds >= FIRST_SECOND && seconds < SECONDS_END)) throw notAnInstant(micros);
  return writeInstant(seconds, fractionOfMicros(Number(rest)));
}

/** Microseconds since the Unix epoch; negative before 1970. */
export function instantToMicros(instant: Instant): bigint {
  return BigInt(epochSeconds(instant)) * MICROS_OF_SECOND + BigInt(microsOfFraction(instant));
}

/** The millisecond since the Unix epoch in which an instant lies; before 1970 too the one that began before it. */
export function millisOfInstant(instant: Instant): number {
  return epochSeconds(instant) * 1000 + Math.floor(microsOfFraction(instant) / 1000);
}

/** An instant moved by some microseconds; null where that is not in the years 0001–9999. */
export function shiftInstant(instant: Instant, micros: bigint): Instant | null {
  const shifted = instantToMicros(instant) + micros;
  // In microseconds: a division of bigints cuts towards zero, and takes the last second of year 0 for the first of year 1.
  return shifted >= FIRST_MICRO && shifted < MICROS_END ? instantFromMicros(shifted) : null;
}

/** Chronological order, to the microsecond: negative if `a` is earlier, 0 if equal, positive if later. */
export function compareInstants(a: Instant, b: Instant): number {
  if (a === b) return 0;
  // The texts themselves would not do: `Z` sorts after `.` and the digits, so 10:00:00Z after 10:00:00.5Z.
  return a.slice(0, -1) < b.slice(0, -1) ? -1 : 1;
}

const notAnInstant = (epochTime: number | bigint): RangeError =>
  new RangeError(`${epochTime} is no instant of the years 0001 to 9999`);

/** A text with its fraction, if it has one, cut out: on millions of digits a pattern runs out of stack. */
function withoutFraction(text: string): string {
  if (text[SECOND_END] !== '.') return text;
  let end = SECOND_END + 1;
  while (isDigit(text.charCodeAt(end))) end++;
  return end > SECOND_END + 1 ? text.slice(0, SECOND_END) + text.slice(end) : text;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

function twoDigits(text: string, at: number): number {
  return text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 0x30 * 11;
}

/** How many characters of a date and time are its `Z` (1), its offset (6), or neither (0). */
function zoneLength(text: string): number {
  if (text.endsWith('Z')) return 1;
  const sign = text[text.length - 6];
  return sign === '+' || sign === '-' ? 6 : 0;
}

function offsetMinutes(text: string): number | null {
  const hours = twoDigits(text, text.length - 5);
  const minutes = twoDigits(text, text.length - 2);
  if (hours > 23 || minutes > 59) return null;
  return (text[text.length - 6] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** The fraction with its point, without digits beyond microseconds and without trailing zeros; maybe empty. */
function canonicalFraction(text: string, end: number): string {
  const point = SECOND_END;
  let last = Math.min(end - 1, point + FRACTION_DIGITS);
  while (last > point && text[last] === '0') last--;
  return last > point ? text.slice(point, last + 1) : '';
}

function fractionOfMicros(micros: number): string {
  if (micros === 0) return '';
  let digits = FRACTION_DIGITS;
  while (micros % 10 === 0) {
    micros /= 10;
    digits--;
  }
  return `.${String(micros).padStart(digits, '0')}`;
}

function microsOfFraction(instant: Instant): number {
  return Number(instant.slice(SECOND_END + 1, -1).padEnd(FRACTION_DIGITS, '0'));
}

function epochSeconds(instant: Instant): number {
  const year = twoDigits(instant, 0) * 100 + twoDigits(instant, 2);
  const days = daysFromCivil(year, twoDigits(instant, 5), twoDigits(instant, 8));
  return days * SECONDS_OF_DAY + twoDigits(instant, 11) * 3600 + twoDigits(instant, 14) * 60 + twoDigits(instant, 17);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Days since 1970 from a proleptic Gregorian date and back: Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms". Years begin in March, so that the leap day is a year's last. From year 1
// on nothing is negative, so dividing may cut off. JavaScript's Date would do it too, but takes two-digit
// years for 19xx, and one of its local methods is soon called by mistake.

const DAYS_OF_400_YEARS = 146_097;
const DAYS_FROM_MARCH_0000_TO_1970 = 719_468;

function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const dayOfYear = Math.trunc((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.trunc(marchYear / 4) - Math.trunc(marchYear / 100) + Math.trunc(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - DAYS_FROM_MARCH_0000_TO_1970;
}

function writeInstant(seconds: number, fraction: string): Instant {
  const epochDay = Math.floor(seconds / SECONDS_OF_DAY);
  const days = epochDay + DAYS_FROM_MARCH_0000_TO_1970;
  const era = Math.trunc(days / DAYS_OF_400_YEARS);
  const dayOfEra = days - era * DAYS_OF_400_YEARS;
  const yearOfEra = Math.trunc(
    (dayOfEra - Math.trunc(dayOfEra / 1460) + Math.trunc(dayOfEra / 36_524) - Math.trunc(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100));
  const marchMonth = Math.trunc((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.trunc((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);

  const secondOfDay = seconds - epochDay * SECONDS_OF_DAY;
  const hour = Math.trunc(secondOfDay / 3600);
  const minute = Math.trunc(secondOfDay / 60) % 60;
  const date = `${padded(Math.trunc(year / 100))}${padded(year % 100)}-${padded(month)}-${padded(day)}`;
  return `${date}T${padded(hour)}:${padded(minute)}:${padded(secondOfDay % 60)}${fraction}Z` as Instant;
}

const PADDED = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));
const padded = (value: number): string => PADDED[value] as string;

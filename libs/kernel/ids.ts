import { hash } from 'node:crypto';
import { randomStringSource } from './random-string.ts';

/** The shape of every id that leaves the service: opaque, `c` and 24 of `[a-z0-9]`. */
export const ID_PATTERN = /^c[a-z0-9]{24}$/;

const BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz';
const ID_DIGITS = 24;
const randomBase36 = randomStringSource(BASE36);

/** 10 base-36 digits hold every millisecond of the years 0001–9999, counted from 0001-01-01. */
const TIME_DIGITS = 10;
const MILLIS_OF_YEAR_1 = -62_135_596_800_000;
const MILLIS_OF_YEAR_10000 = 253_402_300_800_000;
/** 8 base-36 digits hold the milliseconds since 1970 until the year 2059, as in a cuid. */
const CREATED_DIGITS = 8;
const COUNTER_DIGITS = 2;
const COUNTER_LIMIT = 36 ** COUNTER_DIGITS;
const RANDOM_DIGITS = ID_DIGITS - TIME_DIGITS - CREATED_DIGITS - COUNTER_DIGITS;

/** Two digits each. */
const PAIRS = Array.from({ length: BASE36.length ** 2 }, (_, value) => value.toString(36).padStart(2, '0'));

/**
 * @param digits an even number of them.
 *
 * Not `toString(36)`, which is slow for numbers above 2³¹: of an imported line it took 1.0 µs, this takes 0.2 µs.
 */
function toDigits(value: number, digits: number): string {
  let text = '';
  for (let rest = value; text.length < digits; rest = Math.floor(rest / PAIRS.length)) {
    text = (PAIRS[rest % PAIRS.length] as string) + text;
  }
  return text;
}

/** An id without meaning: 24 random digits, 124 bits. */
export function randomId(): string {
  return `c${randomBase36(ID_DIGITS)}`;
}

/** An id that follows from its parts: the first 24 base-36 digits of SHA-256(parts joined by 0x00). */
export function derivedId(...parts: string[]): string {
  const digest = hash('sha256', parts.join('\0'), 'hex');
  // 50 digits hold 256 bits; leading zeros are digits too, or ids would differ in length.
  return `c${BigInt(`0x${digest}`).toString(36).padStart(50, '0').slice(0, ID_DIGITS)}`;
}

/**
 * Makes time-ordered ids: they sort by the instant they are made for, then by the order in which
 * this source made them. Layout: `c`, 10 digits of that instant in milliseconds, 8 of the
 * millisecond of creation, 2 of a counter within it, 4 random ones (another instance may be in
 * the same millisecond).
 *
 * The instant is in the id so that one row can be found by its id alone through an index that
 * begins with the time: see {@link millisOfTimeOrderedId}.
 */
export function timeOrderedIdSource(): (atMillis: number, nowMillis: number) => string {
  let lastNow = 0;
  let lastNowDigits = '';
  let counter = 0;
  const goTo = (now: number): void => {
    lastNow = now;
    lastNowDigits = toDigits(now, CREATED_DIGITS);
    counter = 0;
  };
  return (atMillis, nowMillis) => {
    // More than 1,296 in a millisecond, or a clock set back: it goes on from where it was.
    if (nowMillis > lastNow) goTo(nowMillis);
    else if (++counter === COUNTER_LIMIT) goTo(lastNow + 1);
    return (
      'c' +
      toDigits(atMillis - MILLIS_OF_YEAR_1, TIME_DIGITS) +
      lastNowDigits +
      toDigits(counter, COUNTER_DIGITS) +
      randomBase36(RANDOM_DIGITS)
    );
  };
}

/** The millisecond (since the Unix epoch) for which a time-ordered id was made; null for a text that is none. */
export function millisOfTimeOrderedId(id: string): number | null {
  if (!ID_PATTERN.test(id)) return null;
  const millis = Number.parseInt(id.slice(1, 1 + TIME_DIGITS), 36) + MILLIS_OF_YEAR_1;
  return millis < MILLIS_OF_YEAR_10000 ? millis : null;
}

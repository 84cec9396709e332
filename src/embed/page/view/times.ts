import { compareInstants } from '../api/compare-instants.ts';
import type { Instant } from '../api/types.ts';
import { TEXTS } from './texts.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The digits behind the seconds, with the point: as they were sent, since a Date keeps only three of them. */
const fractionOf = (instant: Instant) => /\.\d+/.exec(instant)?.[0] ?? '';

/** The largest whole unit of a length in milliseconds, such as `3 days`; below 10 s nothing is worth a number. */
export function lengthText(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  if (length < MINUTE) return TEXTS.seconds(Math.floor(length / SECOND));
  if (length < HOUR) return TEXTS.minutes(Math.floor(length / MINUTE));
  if (length < 2 * DAY) return TEXTS.hours(Math.floor(length / HOUR));
  if (length < 60 * DAY) return TEXTS.dayCount(Math.floor(length / DAY));
  if (length < 730 * DAY) return TEXTS.months(Math.floor(length / (30.44 * DAY)));
  return TEXTS.years(Math.floor(length / (365.25 * DAY)));
}

/** How far an instant is from the ticket (`2 h before`), or where there is none from now (`2 h ago`). */
export function relativeText(instant: Instant, ticket: Instant | null, now: number): string {
  if (ticket !== null) {
    const order = compareInstants(instant, ticket);
    const distance = Date.parse(instant) - Date.parse(ticket);
    if (order === 0) return TEXTS.atTicket;
    return order < 0 ? TEXTS.before(lengthText(distance)) : TEXTS.after(lengthText(distance));
  }
  return agoText(Date.parse(instant), now);
}

/** `12 s ago`; `just now` below 10 s, and `in 2 h` for what is to come. */
export function agoText(then: number, now: number): string {
  const distance = now - then;
  if (Math.abs(distance) < 10 * SECOND) return TEXTS.justNow;
  return distance > 0 ? TEXTS.ago(lengthText(distance)) : TEXTS.in(lengthText(distance));
}

/** `3 days later`, where an event arrived more than an hour after it occurred; null otherwise. */
export function arrivalText(occurredAt: Instant, createdAt: Instant): string | null {
  const delay = Date.parse(createdAt) - Date.parse(occurredAt);
  return delay > HOUR ? TEXTS.arrivedLater(lengthText(delay)) : null;
}

type Parts = Intl.DateTimeFormatOptions;

const CLOCK: Parts = { hour: '2-digit', minute: '2-digit' };
const SECONDS: Parts = { ...CLOCK, second: '2-digit' };
const DATE: Parts = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' };

/** Instants as people of one locale and time zone read them. An unknown locale or zone is taken as English or UTC. */
export class Times {
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  constructor(
    readonly locale: string,
    readonly timeZone: string,
  ) {}

  /** `14:03` */
  clock(instant: Instant): string {
    return this.#format('clock', CLOCK).format(Date.parse(instant));
  }

  /** `14:03:07.123456`: all digits that were sent. */
  exactClock(instant: Instant): string {
    return exact(this.#format('seconds', SECONDS), instant);
  }

  /** `12:03:07`, in UTC; with the day where it is another one there. */
  utcClock(instant: Instant): string {
    const utc = exactParts(this.#format('utc', SECONDS, 'UTC'), instant, '');
    const day = this.#date('utc-date', Date.parse(instant), 'UTC');
    return day === this.date(instant) ? utc : `${day} ${utc}`;
  }

  /** `Mon 20 Apr 2026` in English, as the locale has it otherwise. */
  date(instant: Instant): string {
    return this.#date('date', Date.parse(instant), this.timeZone);
  }

  /** The same of a day of the page, such as `2026-04-20`. */
  day(day: string): string {
    return this.#date('day', Date.parse(`${day}T12:00:00Z`), 'UTC');
  }

  /** `20 Apr 10:00` */
  dateAndClock(instant: Instant): string {
    const date = this.#format('short', { day: 'numeric', month: 'short' }).format(Date.parse(instant));
    return `${date} ${this.clock(instant)}`;
  }

  /** `12 March`, with the year where it is not the present one. */
  dayOfSearch(instant: Instant, now: number): string {
    const isThisYear = new Date(now).getUTCFullYear() === new Date(instant).getUTCFullYear();
    const parts: Parts = { day: 'numeric', month: 'long', ...(isThisYear ? {} : { year: 'numeric' }) };
    return this.#format(`search ${isThisYear}`, parts).format(Date.parse(instant));
  }

  /** `UTC+2`, of the zone at that time. */
  offset(at: number): string {
    const format = this.#format('offset', { timeZoneName: 'shortOffset' });
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
    return name.replace('GMT', 'UTC');
  }

  #date(key: string, at: number, zone: string): string {
    const text = this.#format(key, DATE, zone).format(at);
    return this.locale.startsWith('en-US') ? text : text.replace(/,/g, '');
  }

  #format(key: string, parts: Parts, zone = this.timeZone): Intl.DateTimeFormat {
    const known = this.#formats.get(key);
    if (known !== undefined) return known;
    const made = formatOf(this.locale, { ...parts, timeZone: zone });
    this.#formats.set(key, made);
    return made;
  }
}

function formatOf(locale: string, parts: Parts): Intl.DateTimeFormat {
  for (const name of [locale, 'en-GB']) {
    for (const zone of [parts.timeZone, 'UTC']) {
      try {
        return new Intl.DateTimeFormat(name === 'en' ? 'en-GB' : name, { ...parts, timeZone: zone });
      } catch {
        // The next one is tried: the names come from the session, and browsers do not know all of them.
      }
    }
  }
  return new Intl.DateTimeFormat();
}

const exact = (format: Intl.DateTimeFormat, instant: Instant) => exactParts(format, instant, fractionOf(instant));

function exactParts(format: Intl.DateTimeFormat, instant: Instant, fraction: string): string {
  const parts = format.formatToParts(Date.parse(instant));
  return parts.map(({ type, value }) => (type === 'second' ? value + fraction : value)).join('');
}

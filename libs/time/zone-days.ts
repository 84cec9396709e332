import { instantFromMillis, millisOfInstant, parseInstant, type Instant } from './instant.ts';
import { spansOfDay, zoneOffsets, type OffsetAt, type OffsetSpan } from './zone-offsets.ts';

declare const dayBrand: unique symbol;

/** A day of the calendar in the years 0001-9999: `YYYY-MM-DD`. Of two of them the later one is the greater text. */
export type Day = string & { readonly [dayBrand]: true };

/** A time that belongs to one day of a time zone. */
export interface DaySpan {
  readonly day: Day;
  /** Inclusive. */
  readonly from: Instant;
}

/** The days of some time without a gap: each span ends where the next begins, and the last one at `end`. */
export interface DaySpans {
  /** The earliest first. */
  readonly spans: readonly DaySpan[];
  /** Exclusive; undefined: time itself ends there. */
  readonly end: Instant | undefined;
}

const SECONDS_OF_DAY = 86_400;
const MILLIS_OF_DAY = SECONDS_OF_DAY * 1000;
const MAX_BOUNDARIES = 1_000;
const FORM = /^\d{4}-\d\d-\d\d$/;
const FIRST_SECOND = epochDay('0001-01-01' as Day) * SECONDS_OF_DAY;
const SECONDS_END = (epochDay('9999-12-31' as Day) + 1) * SECONDS_OF_DAY;

/** The day that a text names, or null for any other text. */
export const parseDay = (text: string): Day | null =>
  FORM.test(text) && parseInstant(text) !== null ? (text as Day) : null;

/** How many days `to` is after `from`. */
export const daysBetween = (from: Day, to: Day): number => epochDay(to) - epochDay(from);

/**
 * The time that days take up in a time zone. A day has one span; where clocks went back across midnight it has two, with
 * one of the day before between them; and one that a zone left out has none.
 *
 * @param zone the name of a time zone.
 * @param from the first day.
 * @param to the day after the last one.
 */
export function daySpans(zone: string, from: Day, to: Day): DaySpans {
  const [first, end] = [epochDay(from), epochDay(to)];
  const pieces = offsetSpans(zone, first, end)
    .flatMap(piecesByDay)
    .filter(({ start, end: pieceEnd }) => pieceEnd > FIRST_SECOND && start < SECONDS_END);
  const wanted = ({ day }: Piece): boolean => day >= first && day < end;
  // Between the first and the last of them there may be an hour of another day, where clocks went back across midnight.
  const inside = pieces.slice(pieces.findIndex(wanted), pieces.findLastIndex(wanted) + 1);
  const last = inside.at(-1);
  return {
    spans: inside.flatMap(({ day, start }, index) =>
      day === inside[index - 1]?.day ? [] : { day: dayOf(day), from: instantOfSecond(Math.max(start, FIRST_SECOND)) },
    ),
    end: last === undefined || last.end >= SECONDS_END ? undefined : instantOfSecond(last.end),
  };
}

/** The day of an instant on a calendar, in days since the Unix epoch. */
export type DayOf = (instant: Instant) => number;

/**
 * The day of an instant in a time zone, as {@link daySpans} cuts them. It remembers the last one, so that neighbours cost
 * little.
 *
 * @param zone the name of a time zone.
 */
export function daysIn(zone: string): DayOf {
  const offsetAt = remembered(zoneOffsets(zone));
  let last: Piece = { day: 0, start: 0, end: 0 };
  return (instant) => {
    const second = Math.floor(millisOfInstant(instant) / 1000);
    const holds = ({ start, end }: Piece): boolean => start <= second && second < end;
    if (!holds(last)) {
      const spans = spansOfDay(Math.floor(second / SECONDS_OF_DAY), offsetAt);
      last = spans.flatMap(piecesByDay).find(holds) as Piece;
    }
    return last.day;
  };
}

/** Days that are neighbours have a boundary in common, and to write the offset of one is what takes time. */
function remembered(offsetAt: OffsetAt): OffsetAt {
  const known = new Map<number, number>();
  return (epochSecond) => {
    const offset = known.get(epochSecond) ?? offsetAt(epochSecond);
    if (known.size > MAX_BOUNDARIES) known.clear();
    known.set(epochSecond, offset);
    return offset;
  };
}

/** A time of one day, within one offset: `start` and `end` in seconds since the Unix epoch, the day in days since then. */
interface Piece {
  readonly day: number;
  readonly start: number;
  readonly end: number;
}

/** From a day before to a day after: local times are less than a day from UTC in every zone. */
function offsetSpans(zone: string, first: number, end: number): OffsetSpan[] {
  const offsetAt = remembered(zoneOffsets(zone));
  const days = Array.from({ length: end - first + 2 }, (_, index) => first - 1 + index);
  return days.flatMap((day) => spansOfDay(day, offsetAt));
}

function piecesByDay({ start, end, offset }: OffsetSpan): Piece[] {
  const pieces: Piece[] = [];
  for (let at = start; at < end;) {
    const day = Math.floor((at + offset) / SECONDS_OF_DAY);
    const pieceEnd = Math.min((day + 1) * SECONDS_OF_DAY - offset, end);
    pieces.push({ day, start: at, end: pieceEnd });
    at = pieceEnd;
  }
  return pieces;
}

function epochDay(day: Day): number {
  return millisOfInstant(parseInstant(day) as Instant) / MILLIS_OF_DAY;
}

const instantOfSecond = (second: number): Instant => instantFromMillis(second * 1000);
const dayOf = (day: number): Day => instantOfSecond(day * SECONDS_OF_DAY).slice(0, 10) as Day;

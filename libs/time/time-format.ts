import { instantFromMicros, instantToMicros, millisOfInstant, parseInstant, type Instant } from './instant.ts';
import { isTimeZone, spansOfDay, zoneOffsets, type OffsetAt, type OffsetSpan } from './zone-offsets.ts';

/** How the instants of a column are written. */
export interface TimeFormat {
  /** Matches a whole text; its named groups are year, month, day, hour, half, minute, second, fraction and offset. */
  readonly form: RegExp;
  /** What is accepted, in words that follow "must be". */
  readonly words: string;
}

/** Which formats {@link timeReader} knows, in words that follow "a time format is". */
export const TIME_FORMATS =
  'epoch-seconds, epoch-millis, epoch-micros, day-first (18/4/2026 14:05), month-first (4/18/2026 2:05 PM), ' +
  'or a pattern of YYYY, MM or M or MMM (Apr) or MMMM (April), DD or D, HH or H (0 to 23), hh or h (1 to 12) with ' +
  'A (AM or PM), mm, ss, f (fraction of a second) and Z (offset), with other letters but T in single quotes, ' +
  'for example DD/MM/YYYY HH:mm:ss';

/** In words that follow the name of the field: "must be …", "does not exist in …". */
type Problem = { problem: string };
type Fields = Record<string, string | undefined>;
type Reader = (text: string) => Instant | Problem;
/** From a local time, written as if it were UTC; null where the instant is not in the years 0001–9999. */
type ToInstant = (local: Instant) => Instant | Problem | null;

/** More than a time takes in any format. Only what parseInstant accepts may be longer, by its fraction. */
const MAX_LENGTH = 64;
const YEARS = 'in the years 0001 to 9999';
const MICROS_OF_SECOND = 1_000_000n;
const FIRST_MICRO = instantToMicros('0001-01-01T00:00:00Z' as Instant);
const LAST_MICRO = instantToMicros('9999-12-31T23:59:59.999999Z' as Instant);

/**
 * Reads the times of one column: an instant, or why the text is not one. Make one reader for many
 * texts, because it remembers the clock changes of its zone.
 *
 * @param format a name or a pattern of {@link TIME_FORMATS}; undefined for what parseInstant accepts and
 *   `YYYY-MM-DD HH:MM[:SS[.fraction]]`, with a space or T, then nothing, Z, UTC, GMT or an offset.
 * @param zone where times without offset are local: `UTC` (also if undefined), an offset such as `+02:00`,
 *   or an IANA name with a slash such as `Europe/Berlin`. It changes no time that has an offset, and no epoch time.
 * @throws {RangeError} with one plain sentence for a format or zone that does not exist
 */
export function timeReader(format: string | undefined, zone: string | undefined): Reader {
  const toInstant = zone === undefined ? (local: Instant) => local : zoneNamed(zone);
  if (format === undefined) return standardReader(toInstant);
  const unit = EPOCH_UNITS.get(format);
  if (unit !== undefined) return epochReader(...unit);
  return formReader(PRESETS.get(format) ?? patternFormat(format), toInstant);
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, MAX_LENGTH));
const twoDigits = (text: string | number): string => String(text).padStart(2, '0');

const instantAt = (micros: bigint): Instant | null =>
  micros >= FIRST_MICRO && micros <= LAST_MICRO ? instantFromMicros(micros) : null;
const minusSeconds = (instant: Instant, seconds: number): Instant | null =>
  instantAt(instantToMicros(instant) - BigInt(seconds) * MICROS_OF_SECOND);

/** With the decimal places of each unit down to microseconds. */
const EPOCH_UNITS = new Map<string, [unit: string, digits: number]>([
  ['epoch-seconds', ['seconds', 6]],
  ['epoch-millis', ['milliseconds', 3]],
  ['epoch-micros', ['microseconds', 0]],
]);
const EPOCH = /^(-?)(\d+)(?:\.(\d+))?$/;

function epochReader(unit: string, digits: number): Reader {
  const written = 'as digits, maybe with a point, without thousands separators and exponent';
  const example = `1776521109${'250000'.slice(digits)}`;
  const problem = `must be ${unit} since 1970-01-01T00:00:00Z, ${written}, ${YEARS}, for example ${example}`;
  return (text) => epochInstant(text, digits) ?? { problem };
}

/** What is finer than microseconds is cut off towards the past, before 1970 too, as in a date and time. */
function epochInstant(text: string, digits: number): Instant | null {
  const match = text.length > MAX_LENGTH ? null : EPOCH.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  const micros = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  const isFiner = /[1-9]/.test(fraction.slice(digits));
  return instantAt(sign === '' ? micros : -micros - (isFiner ? 1n : 0n));
}

const OFFSET = 'Z|UTC|GMT|[+-]\\d\\d(?::?\\d\\d)?';
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d)(?::(?<second>\\d\\d)(?:\\.(?<fraction>\\d+))?)?';
const STANDARD: TimeFormat = {
  form: new RegExp(`^(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)(?:[ T]${TIME}(?: ?(?<offset>${OFFSET}))?)?$`),
  words:
    'an existing date YYYY-MM-DD or time YYYY-MM-DD HH:MM[:SS[.fraction]] (or T for the space), then Z, UTC, GMT, an ' +
    `offset +HH:MM, +HHMM or +HH, or nothing, ${YEARS}, for example 2026-04-18 14:05:09 +02:00`,
};
const ENDS_WITH_OFFSET = /^[+-]\d\d:\d\d$|Z$/;

// Spreadsheets write the space before AM and PM as a no-break space too, as Unicode CLDR has it since version 42.
const PRESET_TIME = `,? ${TIME.replace('\\d\\d', '\\d\\d?')}(?:[ \\u00a0\\u202f]?(?<half>[AaPp][Mm]))?`;
const preset = (first: 'day' | 'month', second: 'day' | 'month', example: string): TimeFormat => ({
  form: new RegExp(`^(?<${first}>\\d\\d?)([/.-])(?<${second}>\\d\\d?)\\2(?<year>\\d{4})(?:${PRESET_TIME})?$`),
  words:
    `an existing date ${first}/${second}/year (or with . or -) and maybe a time H:MM[:SS[.fraction]] [AM or PM], ` +
    `${YEARS}, for example ${example}`,
});
const PRESETS = new Map([
  ['day-first', preset('day', 'month', '18/4/2026 14:05')],
  ['month-first', preset('month', 'day', '4/18/2026 2:05 PM')],
]);

function standardReader(toInstant: ToInstant): Reader {
  const readForm = formReader(STANDARD, toInstant);
  return (text) => {
    const instant = parseInstant(text);
    if (instant === null) return readForm(text);
    return ENDS_WITH_OFFSET.test(text.slice(-6)) ? instant : (toInstant(instant) ?? readForm(text));
  };
}

function formReader(format: TimeFormat, toInstant: ToInstant): Reader {
  const problem = `must be ${format.words}`;
  return (text) => {
    const fields = text.length > MAX_LENGTH ? undefined : format.form.exec(text)?.groups;
    return (fields && instantOf(fields, toInstant)) ?? { problem };
  };
}

function instantOf(fields: Fields, toInstant: ToInstant): Instant | Problem | null {
  const local = localTime(fields);
  if (local === null || fields.offset === undefined) return local && toInstant(local);
  const offset = offsetSeconds(fields.offset);
  return offset === null ? null : minusSeconds(local, offset);
}

/** The local time as if it were UTC; null if there is no such date or time of day. */
function localTime({ year, month = '', day = '', hour = '0', half, minute, second, fraction }: Fields): Instant | null {
  const is12Hour = half !== undefined;
  if (is12Hour && (Number(hour) < 1 || Number(hour) > 12)) return null;
  const hourOfDay = is12Hour ? (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0) : hour;
  const time = `${twoDigits(hourOfDay)}:${minute ?? '00'}:${second ?? '00'}${fraction ? `.${fraction}` : ''}`;
  return parseInstant(`${year}-${twoDigits(monthNumber(month))}-${twoDigits(day)}T${time}Z`);
}

/** Seconds east of UTC; null for any other text, and from 24 hours on. */
function offsetSeconds(text: string): number | null {
  if (text === 'Z' || text === 'UTC' || text === 'GMT') return 0;
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) return null;
  return (sign === '-' ? -60 : 60) * (Number(hours) * 60 + Number(minutes));
}

/** A field of a time, with its regular expression and how it stands in the example of a message. */
type Token = { field: string; source: string; example: string };
type Part = { text: string; token: Token | undefined };

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const monthNumber = (month: string): number =>
  Number(month) || MONTHS.findIndex((name) => name.startsWith(month.slice(0, 3).toLowerCase())) + 1;
const anyCase = (word: string): string => word.replace(/./g, (letter) => `[${letter.toUpperCase()}${letter}]`);
const token = (field: string, source: string, example: string): Token => {
  return { field, source: `(?<${field}>${source})`, example };
};
const TOKENS: Record<string, Token> = {
  YYYY: token('year', '\\d{4}', '2026'),
  MMMM: token('month', MONTHS.map(anyCase).join('|'), 'April'),
  MMM: token('month', MONTHS.map((name) => anyCase(name.slice(0, 3))).join('|'), 'Apr'),
  MM: token('month', '\\d\\d', '04'),
  M: token('month', '\\d\\d?', '4'),
  DD: token('day', '\\d\\d', '18'),
  D: token('day', '\\d\\d?', '18'),
  HH: token('hour', '\\d\\d', '14'),
  H: token('hour', '\\d\\d?', '14'),
  hh: token('hour', '\\d\\d', '02'),
  h: token('hour', '\\d\\d?', '2'),
  A: token('half', '[AaPp][Mm]', 'PM'),
  mm: token('minute', '\\d\\d', '05'),
  ss: token('second', '\\d\\d', '09'),
  Z: token('offset', OFFSET, '+02:00'),
  f: { field: 'fraction', source: '(?<fraction>\\d+)?', example: '25' },
  '.f': { field: 'fraction', source: '(?:\\.(?<fraction>\\d+))?', example: '.25' },
  ',f': { field: 'fraction', source: '(?:,(?<fraction>\\d+))?', example: ',25' },
};
/** The longest token first; quoted text; an unknown letter as often as it is repeated; any other character. */
const PART = /'[^']*'|YYYY|MMMM?|MM?|DD?|HH?|hh?|mm|ss|[.,]?f|[AZT]|([A-Za-z])\1*|[^]/g;
/** A token of any number of digits: a digit after it could belong to either. */
const OPEN_ENDED = /^(?:[MDHhZ]|[.,]?f)$/;
const BEGINS_WITH_DIGIT = /^(?:'?\d|YYYY|MM?$|DD?$|HH?$|hh?$|mm|ss|f)/;
/** What a text of the pattern has there: quoted text without its quotes, and two quotes as an apostrophe. */
const literal = (text: string): string => (text === "''" ? "'" : text.length > 1 ? text.replaceAll("'", '') : text);

function patternFormat(pattern: string): TimeFormat {
  const parts = (pattern.match(PART) ?? []).map((text) => ({ text, token: TOKENS[text] }));
  const fault = pattern.length > MAX_LENGTH ? `has more than ${MAX_LENGTH} characters` : faultOf(parts);
  if (fault !== undefined)
    throw new RangeError(`the time format ${quoted(pattern)} ${fault}; a time format is ${TIME_FORMATS}`);
  const source = parts.map((part) => part.token?.source ?? literal(part.text).replace(/[^\w\s]/g, '\\$&'));
  const example = parts.map((part) => part.token?.example ?? literal(part.text)).join('');
  return {
    form: new RegExp(`^${source.join('')}$`),
    words: `an existing date and time ${YEARS} written as ${pattern}, for example ${example}`,
  };
}

function faultOf(parts: Part[]): string | undefined {
  const unknown = parts.filter(({ text, token }) => token === undefined && /^[A-SU-Za-z]/.test(text));
  if (unknown.length > 0) return `has letters without a meaning (${unknown.map(({ text }) => text).join(', ')})`;
  if (parts.some(({ text }) => text === "'")) return 'has a quote that does not end';
  const fields = parts.flatMap(({ token }) => token?.field ?? []);
  const has = (field: string): boolean => fields.includes(field);
  const repeated = fields.find((field, at) => fields.indexOf(field) < at);
  if (repeated !== undefined) return `has the ${repeated} more than once`;
  const missing = ['year', 'month', 'day'].find((field) => !has(field));
  if (missing !== undefined) return `has no ${missing}`;
  if (parts.some(({ text }) => /^hh?$/.test(text)) !== has('half')) return 'has only one of the 12-hour hour and A';
  if ((has('second') && !has('minute')) || (has('minute') && !has('hour')))
    return 'has mm without an hour, or ss without mm';
  if (parts.some(({ text }, at) => /f$/.test(text) && parts[at - 1]?.text !== 'ss')) return 'has f not after ss';
  const open = parts.find(({ text }, at) => OPEN_ENDED.test(text) && BEGINS_WITH_DIGIT.test(parts[at + 1]?.text ?? ''));
  return open && `has digits right after ${open.text}, which has no fixed length`;
}

const SECONDS_OF_DAY = 86_400;
const MAX_REMEMBERED_DAYS = 20_000;

function zoneNamed(zone: string): ToInstant {
  const offset = offsetSeconds(zone);
  if (offset !== null) return (local) => minusSeconds(local, offset);
  const spansAround = rememberedDays(offsetsOf(zone));
  return (local) => {
    const second = Math.floor(millisOfInstant(local) / 1000);
    const spans = spansAround(Math.floor(second / SECONDS_OF_DAY));
    const [found, other] = spans.filter(({ start, end, offset }) => second >= start + offset && second < end + offset);
    if (found === undefined) return { problem: `does not exist in ${zone}: ${clockChange(spans, second)}` };
    if (other !== undefined) return { problem: `exists twice in ${zone} that day: write it with its offset` };
    return minusSeconds(local, found.offset);
  };
}

/** Which change left out a local time. */
function clockChange(spans: OffsetSpan[], localSecond: number): string {
  const at = spans.findIndex((span) => localSecond < span.start + span.offset);
  const [fromDate, from, toDate, to] = spans.slice(at - 1, at + 1).flatMap(({ offset }) => {
    const local = new Date(((spans[at] as OffsetSpan).start + offset) * 1000).toISOString();
    return [local.slice(0, 10), local.slice(11, 19).replace(/:00$/, '')];
  });
  if (fromDate === toDate) return `the clocks went from ${from} to ${to} that day`;
  return `the clocks went from ${fromDate} ${from} to ${toDate} ${to}`;
}

/** The spans of a UTC day, the day before and the day after: local times are less than a day from UTC in every zone. */
function rememberedDays(offsetAt: OffsetAt): (day: number) => OffsetSpan[] {
  const days = new Map<number, OffsetSpan[]>();
  return (day) => {
    let spans = days.get(day);
    if (spans === undefined) {
      spans = [day - 1, day, day + 1].flatMap((each) => spansOfDay(each, offsetAt));
      if (days.size >= MAX_REMEMBERED_DAYS) days.clear();
      days.set(day, spans);
    }
    return spans;
  };
}

function offsetsOf(zone: string): OffsetAt {
  // A name without a slash is no zone here: ICU takes BST for Asia/Dhaka and EST for America/Panama.
  if (zone.includes('/') && isTimeZone(zone)) return zoneOffsets(zone);
  const zones = 'a time zone is UTC, an offset such as +02:00, or an IANA name such as Europe/Berlin';
  throw new RangeError(`there is no time zone ${quoted(zone)}; ${zones}`);
}

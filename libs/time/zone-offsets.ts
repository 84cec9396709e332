/** Seconds since the Unix epoch from `start` to before `end`, in which local time is `offset` seconds east of UTC. */
export interface OffsetSpan {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/** The offset of local time at a second since the Unix epoch, in seconds east of UTC. */
export type OffsetAt = (epochSecond: number) => number;

const SECONDS_OF_DAY = 86_400;
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,99}$/;

/** Whether a text names a time zone of the IANA database, such as `Europe/Berlin` or `UTC`. An offset is none. */
export function isTimeZone(text: string): boolean {
  if (!NAME.test(text)) return false;
  try {
    formatOf(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The one or two spans of a UTC day, given as days since the Unix epoch. The IANA database has no two changes of an offset
 * within three days, so that a day whose both ends have the same offset has it throughout.
 */
export function spansOfDay(day: number, offsetAt: OffsetAt): OffsetSpan[] {
  const [start, end] = [day * SECONDS_OF_DAY, (day + 1) * SECONDS_OF_DAY];
  const [offset, endOffset] = [offsetAt(start), offsetAt(end)];
  if (offset === endOffset) return [{ start, end, offset }];
  let [before, change] = [start, end];
  while (change - before > 1) {
    const middle = Math.floor((before + change) / 2);
    if (offsetAt(middle) === offset) before = middle;
    else change = middle;
  }
  const changed = { start: change, end, offset: endOffset };
  return [{ start, end: change, offset }, changed];
}

const MAX_FORMATS = 100;
const formats = new Map<string, Intl.DateTimeFormat>();

/** To make one takes some 100 µs, to write an instant by it 6. @throws RangeError for what names no time zone. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(zone, format);
  return format;
}

/** "12/7/1874, GMT+00:53:28", or "GMT" alone for UTC. */
const INTL_OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** @param zone the name of a time zone: see {@link isTimeZone}. */
export function zoneOffsets(zone: string): OffsetAt {
  const format = formatOf(zone);
  return (epochSecond) => {
    const match = INTL_OFFSET.exec(format.format(epochSecond * 1000));
    if (match === null) throw new Error(`Intl writes the offset of ${zone} in an unknown way`);
    const [hours = 0, minutes = 0, seconds = 0] = match.slice(2).map((digits) => Number(digits ?? 0));
    return (match[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
  };
}

import { instantOfUtcText } from '../../platform/postgres/utc-text.ts';
import { EVENT_OVERHEAD_BYTES, type ReadLimits, type TimelinePart, type TimelinePosition } from '../domain/timeline.ts';
import { StoredEventJson } from './stored-event-json.ts';
import { EVENT_SEPARATOR, type PageRow } from './timeline-page-sql.ts';

interface ReadPart {
  /** The events of a page, and where the next one begins. */
  readonly part: TimelinePart<StoredEventJson>;
  /** It ends before a payload that was not sent. */
  readonly endsAtPayload: boolean;
}

/** @param texts the events that `selectPage` gave; null: none. */
export function partOfAll(texts: string | null, limits: ReadLimits): ReadPart {
  if (texts === null) return { part: { events: [], next: null }, endsAtPayload: false };
  const all = texts.split(EVENT_SEPARATOR);
  const events: StoredEventJson[] = [];
  const room = roomFor(texts, all.length, limits);
  for (const text of all) {
    if (events.length === limits.events) break;
    if (text === '') return { part: { events, next: null }, endsAtPayload: true };
    const event = new StoredEventJson(text);
    if (!room.has(event)) break;
    events.push(event);
  }
  return {
    part: { events, next: events.length < all.length ? (events.at(-1)?.position ?? null) : null },
    endsAtPayload: false,
  };
}

export function partOf(rows: readonly PageRow[], limits: ReadLimits): ReadPart {
  const events: StoredEventJson[] = [];
  const room = new Room(limits);
  let last: PageRow | undefined;
  let endsAtPayload = false;
  for (const row of rows) {
    if (row.matches) {
      if (events.length === limits.events) break;
      endsAtPayload = row.event === null;
      if (row.event === null) break;
      const event = new StoredEventJson(row.event);
      if (!room.has(event)) break;
      events.push(event);
    }
    last = row;
  }
  const isEnd = last === rows.at(-1) && last?.endsWalk !== true;
  return { part: { events, next: isEnd || last === undefined ? null : positionOf(last) }, endsAtPayload };
}

const positionOf = ({ occurredAt, id }: PageRow): TimelinePosition => ({
  occurredAt: instantOfUtcText(occurredAt),
  id,
});

/** The bytes of a page, as events take them one by one. The first one always fits. */
class Room {
  private bytes = 0;
  private isFirst = true;

  constructor(private readonly limits: ReadLimits) {}

  has({ payload }: StoredEventJson): boolean {
    this.bytes += Buffer.byteLength(payload) + EVENT_OVERHEAD_BYTES;
    const fits = this.isFirst || this.bytes <= this.limits.bytes;
    this.isFirst = false;
    return fits;
  }
}

const ENOUGH: Pick<Room, 'has'> = { has: () => true };

/** Of a usual page all events fit, and none needs to be measured by itself. */
const roomFor = (texts: string, count: number, limits: ReadLimits): Pick<Room, 'has'> =>
  Buffer.byteLength(texts) + count * EVENT_OVERHEAD_BYTES <= limits.bytes ? ENOUGH : new Room(limits);

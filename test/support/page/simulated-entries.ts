import type { EntriesPage, Entry, EventEntry } from '../../../src/embed/page/api/types.ts';

export interface SimulatedEvent {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
}

const QUIET = 'quiet.';
const MIN_FOLD = 3;
/** Looked at in one request with a text to find. */
const MAX_SCANNED = 40;

const isQuiet = ({ type }: SimulatedEvent): boolean => type.startsWith(QUIET);

/** Instants of one length, and so the order of their texts. */
export const placeOf = ({ occurredAt, id }: SimulatedEvent): string => `${occurredAt} ${id}`;

/** A long timeline is asked for often. */
const ordered = new WeakMap<readonly SimulatedEvent[], readonly SimulatedEvent[]>();

export function newestFirst(events: readonly SimulatedEvent[]): readonly SimulatedEvent[] {
  const known = ordered.get(events) ?? [...events].sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  ordered.set(events, known);
  return known;
}

/** How many of the events, the newest first, lie behind a place, or at it. */
function countAfter(events: readonly SimulatedEvent[], place: string, isAtToo = false): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = placeOf(events[middle]!);
    if (other > place || (isAtToo && other === place)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const eventEntry = ({ id, type, occurredAt }: SimulatedEvent): EventEntry => ({
  ...{ kind: 'event', id, type, occurredAt, createdAt: occurredAt, payloadBytes: 2 },
  display: { title: type, severity: 'info', icon: null, url: null, fields: [], quiet: false, hidden: false },
});

/** Neighbours that are folded together, or one event by itself; the newest first. */
function stretches(events: readonly SimulatedEvent[], folds: boolean): SimulatedEvent[][] {
  const all: SimulatedEvent[][] = [];
  for (let start = 0; start < events.length;) {
    let end = start + 1;
    if (folds && isQuiet(events[start]!)) while (end < events.length && isQuiet(events[end]!)) end++;
    const run = events.slice(start, end);
    if (run.length < MIN_FOLD) all.push(...run.map((event) => [event]));
    else all.push(run);
    start = end;
  }
  return all;
}

function entryOf(run: readonly SimulatedEvent[]): Entry {
  const [newest, oldest] = [run[0]!, run.at(-1)!];
  if (run.length < MIN_FOLD) return eventEntry(newest);
  return {
    ...{ kind: 'quiet', count: run.length, first: oldest.occurredAt, last: newest.occurredAt, types: [] },
    cursor: `within ${placeOf(newest)} to ${placeOf(oldest)}`,
  };
}

/** As the service reads a timeline: see `EntriesPage`. Positions are exclusive, and cursors are for the filters alone. */
export class SimulatedEntries {
  constructor(private readonly limit: number) {}

  /** Null: the service refuses the query. */
  page(timeline: readonly SimulatedEvent[], query: URLSearchParams): EntriesPage | null {
    const types = query.getAll('type');
    const [quiet, text] = [query.get('quiet'), query.get('q')];
    const isSeen = (event: SimulatedEvent): boolean =>
      (types.length === 0 || types.includes(event.type)) && (quiet !== 'hide' || !isQuiet(event));
    const all = newestFirst(timeline);
    const seen = types.length === 0 && quiet !== 'hide' ? all : all.filter(isSeen);
    const bound = `${types.join()}|`;
    const within = query.get('within');
    if (within !== null) return this.within(seen, within);
    const around = query.get('around');
    if (around !== null) return this.around(timeline, seen, around, bound);
    const cursor = query.get('cursor');
    if (cursor !== null && !cursor.startsWith(bound)) return null;
    const at = query.get('at');
    const place = cursor !== null ? cursor.slice(bound.length) : at === null ? null : `${at} ~`;
    const folds = quiet === 'fold' && text === null;
    if (query.get('dir') === 'newer') return this.newer(seen, place ?? '', bound, folds, text);
    return this.older(seen, place, bound, folds, text, at !== null);
  }

  private older(
    seen: readonly SimulatedEvent[],
    place: string | null,
    bound: string,
    folds: boolean,
    text: string | null,
    isAt: boolean,
  ): EntriesPage {
    const beyond = place === null ? seen : seen.slice(countAfter(seen, place, true));
    const scanned = text === null ? beyond : beyond.slice(0, MAX_SCANNED);
    const found = text === null ? scanned : scanned.filter(({ id }) => id.includes(text));
    const runs = stretches(found, folds).slice(0, this.limit);
    const taken = runs.flat();
    const isCut = taken.length < found.length;
    const last = isCut ? taken.at(-1) : scanned.length < beyond.length ? scanned.at(-1) : undefined;
    const top = taken[0] ?? scanned[0];
    const hasNewer = isAt ? beyond.length < seen.length : place !== null;
    return {
      entries: runs.map(entryOf),
      older: last === undefined ? null : bound + placeOf(last),
      newer: !hasNewer ? null : bound + (isAt || top === undefined ? (place as string) : placeOf(top)),
      scanned: scanned.length,
      scannedTo: last?.occurredAt ?? null,
    };
  }

  private newer(
    seen: readonly SimulatedEvent[],
    place: string,
    bound: string,
    folds: boolean,
    text: string | null,
  ): EntriesPage {
    const beyond = seen.slice(0, countAfter(seen, place));
    const scanned = text === null ? beyond : beyond.slice(-MAX_SCANNED);
    const found = text === null ? scanned : scanned.filter(({ id }) => id.includes(text));
    const runs = stretches(found, folds).slice(-this.limit);
    const taken = runs.flat();
    const isCut = taken.length < found.length;
    const next = isCut ? taken[0] : scanned.length < beyond.length ? scanned[0] : undefined;
    const oldest = taken.at(-1) ?? scanned.at(-1);
    return {
      entries: runs.map(entryOf),
      older: bound + (oldest === undefined ? place : `${placeOf(oldest)}~`),
      newer: next === undefined ? null : bound + placeOf(next),
      scanned: scanned.length,
      scannedTo: null,
    };
  }

  private around(
    timeline: readonly SimulatedEvent[],
    seen: readonly SimulatedEvent[],
    id: string,
    bound: string,
  ): EntriesPage | null {
    const event = timeline.find((one) => one.id === id);
    if (event === undefined) return null;
    const half = Math.ceil(this.limit / 2);
    const newer = seen.filter((one) => placeOf(one) > placeOf(event));
    const older = seen.filter((one) => placeOf(one) < placeOf(event));
    const taken = [...newer.slice(-half), event, ...older.slice(0, half)];
    return {
      entries: taken.map(eventEntry),
      older: older.length <= half ? null : bound + placeOf(taken.at(-1)!),
      newer: newer.length <= half ? null : bound + placeOf(taken[0]!),
      scanned: taken.length,
      scannedTo: null,
    };
  }

  private within(seen: readonly SimulatedEvent[], cursor: string): EntriesPage {
    const [from = '', to = ''] = cursor.slice('within '.length).split(' to ');
    const all = seen.slice(countAfter(seen, from), countAfter(seen, to, true));
    const taken = all.slice(0, this.limit);
    const next = all[taken.length];
    return {
      entries: taken.map(eventEntry),
      older: next === undefined ? null : `within ${placeOf(next)} to ${to}`,
      newer: null,
      scanned: taken.length,
      scannedTo: null,
    };
  }
}

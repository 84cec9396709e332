import { compareInstants, type Instant } from '../../../libs/time/instant.ts';
import type { DayOf } from '../../../libs/time/zone-days.ts';
import { mergedCounts, type TypeCount } from './context-fitting.ts';
import type { EventOutline } from './ticket-context.ts';

/** What becomes of events of little interest. */
export type QuietMode = 'fold' | 'show' | 'hide';

/** One event by itself. */
export interface SingleStretch {
  readonly kind: 'event';
  readonly event: EventOutline;
}

/** Neighbours that are shown as one. */
interface Folded {
  readonly newest: EventOutline;
  readonly oldest: EventOutline;
  readonly count: number;
}

/** At least {@link MIN_FOLD} neighbours of one type. */
export interface RunStretch extends Folded {
  readonly kind: 'run';
  readonly type: string;
}

/** At least {@link MIN_FOLD} neighbours, all of quiet types. */
export interface QuietStretch extends Folded {
  readonly kind: 'quiet';
  /** The most frequent first, then by name. */
  readonly types: readonly TypeCount[];
}

export type Stretch = SingleStretch | RunStretch | QuietStretch;

export interface FoldRules {
  readonly quiet: QuietMode;
  readonly isQuiet: (type: string) => boolean;
  readonly dayOf: DayOf;
  /** No fold has events before and after it in it; null: there is no ticket. */
  readonly ticketAt: Instant | null;
}

/** Fewer neighbours stay single: a fold of two would take as much room as they do. */
export const MIN_FOLD = 3;

/** What an event has in common with its neighbours where they are folded: a text that is the same for all of them. */
export type FoldKeyOf = (event: EventOutline) => string;

/**
 * Says which events are folded if they are neighbours. It depends on nothing but the event, so a walk in either direction
 * finds the same folds.
 */
export function foldKeys({ quiet, isQuiet, dayOf, ticketAt }: FoldRules): FoldKeyOf {
  return ({ type, occurredAt }) => {
    const isAfterTicket = ticketAt !== null && compareInstants(occurredAt, ticketAt) > 0;
    const what = quiet === 'fold' && isQuiet(type) ? ' quiet' : type;
    return `${what} ${dayOf(occurredAt)} ${isAfterTicket}`;
  };
}

/** The length of the neighbours with one key that begin at an index. */
function lengthAt(keys: readonly string[], start: number): number {
  let end = start + 1;
  while (end < keys.length && keys[end] === keys[start]) end++;
  return end - start;
}

/** How many of the first events a page takes, and whether it is known how its last entry ends. */
export interface Cut {
  readonly events: number;
  /** False: there is room for more, or the last neighbours reach to the end of what was looked at. */
  readonly isWhole: boolean;
}

/**
 * Where a page of so many entries ends.
 *
 * @param keys of the events that were looked at, in the order of the walk.
 * @param reachesEnd whether there is nothing behind them.
 */
export function cutAt(keys: readonly string[], limit: number, reachesEnd: boolean): Cut {
  let events = 0;
  for (let entries = 0; entries < limit;) {
    if (events === keys.length) return { events, isWhole: reachesEnd };
    const length = lengthAt(keys, events);
    const isFold = length >= MIN_FOLD;
    const taken = isFold ? length : Math.min(length, limit - entries);
    const isOpen = events + length === keys.length && !reachesEnd;
    events += taken;
    if (isOpen) return { events, isWhole: false };
    entries += isFold ? 1 : taken;
  }
  return { events, isWhole: true };
}

/**
 * Folds neighbours.
 *
 * @param events the newest first.
 */
export function foldedStretches(events: readonly EventOutline[], keyOf: FoldKeyOf): Stretch[] {
  const keys = events.map(keyOf);
  const stretches: Stretch[] = [];
  for (let start = 0; start < events.length;) {
    const length = lengthAt(keys, start);
    const neighbours = events.slice(start, start + length);
    if (length < MIN_FOLD) stretches.push(...singleStretches(neighbours));
    else stretches.push(fold(neighbours, (keys[start] as string).startsWith(' quiet ')));
    start += length;
  }
  return stretches;
}

export const singleStretches = (events: readonly EventOutline[]): SingleStretch[] =>
  events.map((event) => ({ kind: 'event', event }));

function fold(neighbours: readonly EventOutline[], areQuiet: boolean): RunStretch | QuietStretch {
  const newest = neighbours[0] as EventOutline;
  const common = { newest, oldest: neighbours.at(-1) as EventOutline, count: neighbours.length };
  if (!areQuiet) return { kind: 'run', type: newest.type, ...common };
  return { kind: 'quiet', types: mergedCounts(neighbours.map(({ type }) => ({ type, count: 1 }))), ...common };
}

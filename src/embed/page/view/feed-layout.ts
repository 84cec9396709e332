import type { EventEntry } from '../api/types.ts';
import type { FeedItem, FeedPage, TimelineState } from '../store/state.ts';
import { compareInstants } from '../api/compare-instants.ts';
import { countOf, instantOf, itemsOf } from '../store/feed.ts';

/** The line of the ticket, or an item. */
export type Row = { readonly kind: 'ticket' } | { readonly kind: 'item'; readonly item: FeedItem };

/** The items of one page on one day. A day may have chunks of several pages. */
export interface Chunk {
  readonly page: string;
  readonly rows: readonly Row[];
}

export type Section =
  | { readonly kind: 'day'; readonly key: string; readonly day: string; readonly chunks: readonly Chunk[] }
  | { readonly kind: 'given-up'; readonly key: string; readonly page: string }
  | { readonly kind: 'ticket'; readonly key: string };

interface OpenSection {
  readonly kind: 'day';
  readonly key: string;
  readonly day: string;
  readonly chunks: { page: string; rows: Row[] }[];
}

/** The days of what is loaded, the newest first, with the line of the ticket at its place. */
export function feedSections(pages: readonly FeedPage[], ticketKey: string | null): Section[] {
  const sections: (OpenSection | Exclude<Section, { kind: 'day' }>)[] = [];
  for (const page of pages) {
    if (page.isGivenUp) sections.push({ kind: 'given-up', key: `given-up ${page.key}`, page: page.key });
    for (const item of page.isGivenUp ? [] : page.items) {
      const rows = rowsFor(sections, item.day, page.key);
      if (item.key === ticketKey) rows.push({ kind: 'ticket' });
      rows.push({ kind: 'item', item });
    }
  }
  if (ticketKey === END) sections.push({ kind: 'ticket', key: END });
  return sections;
}

function rowsFor(sections: (OpenSection | Exclude<Section, { kind: 'day' }>)[], day: string, page: string): Row[] {
  let section = sections.at(-1);
  if (section?.kind !== 'day' || section.day !== day) {
    section = { kind: 'day', key: `${day} ${page}`, day, chunks: [] };
    sections.push(section);
  }
  let chunk = section.chunks.at(-1);
  if (chunk?.page !== page) {
    chunk = { page, rows: [] };
    section.chunks.push(chunk);
  }
  return chunk.rows;
}

/** In place of an item's key: all that there is is newer than the ticket. */
export const END = '(end)';

/**
 * The key of the item below the line of the ticket: the newest that is not after it. Null where there is no ticket, or its
 * place is not loaded.
 */
export function ticketKey(state: Pick<TimelineState, 'head' | 'pages' | 'newer' | 'older' | 'target'>): string | null {
  const at = state.head?.session.at ?? null;
  if (at === null) return null;
  let isBelowNewer = state.newer.state === 'end';
  for (const page of state.pages) {
    if (page.isGivenUp) isBelowNewer = false;
    for (const { key, entry } of page.items) {
      if (compareInstants(instantOf(entry), at) <= 0) {
        return isBelowNewer || isTargetOfTicket(state.target, key) ? key : null;
      }
      isBelowNewer = true;
    }
  }
  return isBelowNewer && state.older.state === 'end' && state.pages.length > 0 ? END : null;
}

const isTargetOfTicket = (target: TimelineState['target'], key: string) =>
  target?.kind === 'ticket' && target.key === key;

/** The keys that the keyboard walks through, from above: items, and the events of open folds. */
export function walkedKeys(sections: readonly Section[], folds: TimelineState['folds']): string[] {
  const keys: string[] = [];
  for (const section of sections) {
    for (const row of section.kind === 'day' ? section.chunks.flatMap(({ rows }) => rows) : []) {
      if (row.kind === 'ticket') continue;
      keys.push(row.item.key);
      for (const { items } of folds.get(row.item.key)?.pages ?? []) keys.push(...items.map(({ key }) => key));
    }
  }
  return keys;
}

/** How many entries match, and whether that is all of them. */
export function matchCount(state: Pick<TimelineState, 'pages' | 'newer' | 'older'>): { count: number; isAll: boolean } {
  const isAll =
    state.newer.state === 'end' && state.older.state === 'end' && !state.pages.some(({ isGivenUp }) => isGivenUp);
  return { count: itemsOf(state.pages).reduce((sum, { entry }) => sum + countOf(entry), 0), isAll };
}

/** All events that are loaded, those of open folds among them. */
export function eventsOf({ pages, folds }: Pick<TimelineState, 'pages' | 'folds'>): EventEntry[] {
  const all = [...pages, ...[...folds.values()].flatMap((fold) => fold.pages)];
  return all.flatMap(({ items }) => items.map(({ entry }) => entry)).filter((entry) => entry.kind === 'event');
}

import { compareInstants } from '../api/compare-instants.ts';
import type { Day, EntriesPage, Entry, Instant } from '../api/types.ts';
import type { Edge, FeedItem, FeedPage } from './state.ts';

/** A page with the cursors of its own two ends, by which its neighbours are found again. */
export interface LoadedPage extends FeedPage {
  readonly older: string | null;
  readonly newer: string | null;
}

/** When an entry happened: of a fold, its newest event. */
export const instantOf = (entry: Entry): Instant => (entry.kind === 'event' ? entry.occurredAt : entry.last);
export const countOf = (entry: Entry): number => (entry.kind === 'event' ? 1 : entry.count);

export const keyOf = (entry: Entry): string => (entry.kind === 'event' ? entry.id : `fold ${entry.cursor}`);

export function loadedPage(
  key: string,
  { entries, older, newer }: EntriesPage,
  dayOf: (at: Instant) => Day,
): LoadedPage {
  return { key, items: entries.map(itemOf(dayOf)), isGivenUp: false, older, newer };
}

export const itemOf =
  (dayOf: (at: Instant) => Day) =>
  (entry: Entry): FeedItem => ({ key: keyOf(entry), day: dayOf(instantOf(entry)), entry });

export const itemsOf = (pages: readonly FeedPage[]): readonly FeedItem[] => pages.flatMap(({ items }) => items);

/** The pages that are shown: those between the ones that were given up. */
export const shownPages = (pages: readonly LoadedPage[]): readonly LoadedPage[] => pages.filter(isShown);

const isShown = ({ isGivenUp }: FeedPage): boolean => !isGivenUp;

/** The newest page, or the oldest one, put to those that are there; in the place of one that was given up. */
export function withPage(
  pages: readonly LoadedPage[],
  page: LoadedPage,
  dir: 'older' | 'newer',
): readonly LoadedPage[] {
  const shown = shownPages(pages);
  const [above, below] = [pages.slice(0, indexOf(pages, shown[0])), pages.slice(indexOf(pages, shown.at(-1)) + 1)];
  // Behind the end of the timeline nothing was given up.
  if (dir === 'newer') return [...(page.newer === null ? [] : above.slice(0, -1)), page, ...shown, ...below];
  return [...above, ...shown, page, ...(page.older === null ? [] : below.slice(1))];
}

const indexOf = (pages: readonly LoadedPage[], page: LoadedPage | undefined): number =>
  page === undefined ? pages.length : pages.indexOf(page);

/** How many events of the newest page came since: they are newer than all that is shown. */
export function countNew(newest: readonly Entry[], items: readonly FeedItem[]): number {
  const top = items[0];
  if (top === undefined) return newest.reduce((sum, entry) => sum + countOf(entry), 0);
  const known = new Set(items.map(({ key }) => key));
  const last = instantOf(top.entry);
  let count = 0;
  for (const entry of newest) {
    if (compareInstants(instantOf(entry), last) < 0 || known.has(keyOf(entry))) break;
    count += entry.kind === 'event' ? 1 : newOfFold(entry, items);
  }
  return count;
}

/** Of a fold that reaches over what is shown already. */
function newOfFold(fold: Exclude<Entry, { kind: 'event' }>, items: readonly FeedItem[]): number {
  let known = 0;
  for (const { entry } of items) {
    const first = entry.kind === 'event' ? entry.occurredAt : entry.first;
    if (compareInstants(first, fold.first) < 0) break;
    known += countOf(entry);
  }
  return Math.max(0, fold.count - known);
}

export const EDGE_END: Edge = { state: 'end', scannedTo: null };
export const EDGE_LOADING: Edge = { state: 'loading', scannedTo: null };
export const EDGE_FAILED: Edge = { state: 'failed', scannedTo: null };

/**
 * What is behind the end of a page that was loaded in a direction.
 *
 * @param isFinding whether a text was looked for, which ends somewhere: to go on is asked for, and not done by itself. So it
 *   is where nothing was found by the filters.
 */
export function edgeOf(page: EntriesPage, dir: 'older' | 'newer', isFinding: boolean): Edge {
  if (page[dir] === null) return EDGE_END;
  return { state: 'more', scannedTo: isFinding || page.entries.length === 0 ? page.scannedTo : null };
}

/** What is behind an end of what is shown, by the cursor there. */
export const edgeAt = (cursor: string | null | undefined): Edge =>
  cursor === null || cursor === undefined ? EDGE_END : { state: 'more', scannedTo: null };

/** What is behind the two ends of pages that are shown already. */
export function edgesBehind(pages: readonly LoadedPage[]): { readonly newer: Edge; readonly older: Edge } {
  return { newer: edgeAt(pages[0]?.newer), older: edgeAt(pages.at(-1)?.older) };
}

/** In which direction a page lies that was given up; null: it was not. */
export function directionOf(pages: readonly LoadedPage[], key: string): 'older' | 'newer' | null {
  const index = pages.findIndex((page) => page.key === key && page.isGivenUp);
  if (index < 0) return null;
  return index < pages.findIndex(({ isGivenUp }) => !isGivenUp) ? 'newer' : 'older';
}

import { compareInstants } from '../api/compare-instants.ts';
import type { Day, EntriesPage, Entry, Instant } from '../api/types.ts';
import type { Edge, FeedItem, FeedPage } from './state.ts';

/** A page with the cursors of its own two ends, by which its neighbours are found again. */
export interface LoadedPage extends FeedPage {
  readonly older: string | null;
  readonly newer: string | null;
}

/** More are not kept at once. */
export const MAX_ITEMS = 1_000;

export const instantOf = (entry: Entry): Instant => (entry.kind === 'event' ? entry.occurredAt : entry.last);
export const countOf = (entry: Entry): number => (entry.kind === 'event' ? 1 : entry.count);

export const keyOf = (entry: Entry): string => (entry.kind === 'event' ? entry.id : `fold ${entry.cursor}`);

export function loadedPage(
  key: string,
  { entries, older, newer }: EntriesPage,
  dayOf: (at: Instant) => Day,
): LoadedPage {
  const items = entries.map((entry): FeedItem => ({ key: keyOf(entry), day: dayOf(instantOf(entry)), entry }));
  return { key, items, isGivenUp: false, older, newer };
}

export const itemsOf = (pages: readonly LoadedPage[]): readonly FeedItem[] => pages.flatMap(({ items }) => items);

/** The pages that are shown: those between the ones that were given up. */
export const shownPages = (pages: readonly LoadedPage[]): readonly LoadedPage[] => pages.filter(isShown);

/**
 * Gives up pages until no more than {@link MAX_ITEMS} entries are kept. Only whole pages at one of the two ends go, so that
 * the ones that are kept stay one piece, and their cursors lead to what is gone.
 *
 * @param loaded the page that came last. It stays, and the end that is farther from it goes first.
 * @param near the pages that are looked at: they go after the others.
 */
export function withoutFarPages(
  pages: readonly LoadedPage[],
  loaded: string,
  near: readonly string[],
): readonly LoadedPage[] {
  const kept = [...pages];
  const centre = kept.findIndex(({ key }) => key === loaded);
  let count = itemsOf(kept).length;
  let [first, last] = [kept.findIndex(isShown), kept.findLastIndex(isShown)];
  const cost = (index: number): number =>
    Math.abs(index - centre) - (near.includes((kept[index] as LoadedPage).key) ? kept.length : 0);
  while (count > MAX_ITEMS && first < last) {
    const index = last === centre || (first !== centre && cost(first) >= cost(last)) ? first++ : last--;
    const page = kept[index] as LoadedPage;
    count -= page.items.length;
    kept[index] = { ...page, items: [], isGivenUp: true };
  }
  return kept;
}

const isShown = ({ isGivenUp }: LoadedPage): boolean => !isGivenUp;

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

const edgeOf = (cursor: string | null, scannedTo: Instant | null): Edge =>
  cursor === null ? EDGE_END : { state: 'more', scannedTo };

/** What is behind the two ends of a page. */
export const edgesOf = ({ newer, older, scannedTo }: EntriesPage): { readonly newer: Edge; readonly older: Edge } => ({
  newer: edgeOf(newer, null),
  older: edgeOf(older, scannedTo),
});

/** What is behind the two ends of pages that are shown already. */
export function edgesBehind(pages: readonly LoadedPage[]): { readonly newer: Edge; readonly older: Edge } {
  return { newer: edgeOf(pages[0]?.newer ?? null, null), older: edgeOf(pages.at(-1)?.older ?? null, null) };
}

/** In which direction a page lies that was given up; null: it was not. */
export function directionOf(pages: readonly LoadedPage[], key: string): 'older' | 'newer' | null {
  const index = pages.findIndex((page) => page.key === key && page.isGivenUp);
  if (index < 0) return null;
  return index < pages.findIndex(({ isGivenUp }) => !isGivenUp) ? 'newer' : 'older';
}

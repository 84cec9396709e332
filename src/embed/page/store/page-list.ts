import type { Day, EntriesPage, Entry, Instant } from '../api/types.ts';
import { withinBound, type FoldPage, type Loaded, type LoadedFold } from './bound.ts';
import { countNew, directionOf, edgesBehind, itemsOf, loadedPage, shownPages, withPage } from './feed.ts';
import type { Edge, FeedItem } from './state.ts';

const NOTHING: Loaded = { pages: [], folds: new Map() };

/** A page of an open fold, and the key of that. */
interface PlaceInFold {
  readonly key: string;
  readonly fold: LoadedFold;
  readonly page: FoldPage;
}

/** The pages of one feed, the newest first, and its open folds. Those that are shown are one piece of the timeline. */
export class PageList {
  private loaded = NOTHING;
  /** For the count of new events, also where the newest page has been given up. */
  private newestItems: readonly FeedItem[] = [];
  private lastKey = 0;
  /** The keys of the pages that are looked at. */
  near: readonly string[] = [];

  constructor(private readonly changed: (loaded: Loaded) => void) {}

  get isEmpty(): boolean {
    return this.loaded.pages.length === 0;
  }

  clear(): void {
    this.newestItems = [];
    this.set(NOTHING);
  }

  /** One page, and nothing of those before. */
  begin(page: EntriesPage, dayOf: (instant: Instant) => Day): readonly FeedItem[] {
    this.loaded = NOTHING;
    return this.put(page, 'older', dayOf);
  }

  /** The page behind one end of those that are shown. Returns its items. */
  put(page: EntriesPage, dir: 'older' | 'newer', dayOf: (instant: Instant) => Day): readonly FeedItem[] {
    const added = loadedPage(this.newKey(), page, dayOf);
    const { pages, folds } = this.loaded;
    this.set(withinBound({ pages: withPage(pages, added, dir), folds }, added.key, this.near));
    if (this.loaded.pages[0]?.isGivenUp === false) this.newestItems = itemsOf(this.loaded.pages);
    return added.items;
  }

  /** What is behind that end of the pages that are shown; null: nothing. */
  cursor(dir: 'older' | 'newer'): string | null {
    const shown = shownPages(this.loaded.pages);
    return (dir === 'older' ? shown.at(-1)?.older : shown[0]?.newer) ?? null;
  }

  /** Whether there are pages at that end which were given up. */
  hasGivenUp(dir: 'older' | 'newer'): boolean {
    return this.loaded.pages.at(dir === 'newer' ? 0 : -1)?.isGivenUp === true;
  }

  /** In which direction a page of the timeline lies that was given up; null: it was not. */
  directionOf(key: string): 'older' | 'newer' | null {
    return directionOf(this.loaded.pages, key);
  }

  edges(): { readonly newer: Edge; readonly older: Edge } {
    return edgesBehind(this.loaded.pages);
  }

  /** The entry that has a key; undefined: it is not shown. */
  entry(key: string): Entry | undefined {
    return itemsOf(this.loaded.pages).find((item) => item.key === key)?.entry;
  }

  /** How many events of the newest page are newer than all that was loaded. */
  countNew(newest: readonly Entry[]): number {
    return countNew(newest, this.newestItems);
  }

  /** Undefined: it is not open. */
  fold(key: string): LoadedFold | undefined {
    return this.loaded.folds.get(key);
  }

  /** Where a page of an open fold is that was given up; undefined: there is none of this key. */
  givenUpOfFold(pageKey: string): PlaceInFold | undefined {
    for (const [key, fold] of this.loaded.folds) {
      const page = fold.pages.find((one) => one.key === pageKey && one.isGivenUp);
      if (page !== undefined) return { key, fold, page };
    }
    return undefined;
  }

  /** @param last the key of its page that came last; undefined: none did. */
  setFold(key: string, fold: LoadedFold, last?: string): void {
    const { pages, folds } = this.loaded;
    const loaded = { pages, folds: new Map(folds).set(key, fold) };
    this.set(last === undefined ? loaded : withinBound(loaded, last, this.near));
  }

  closeFold(key: string): void {
    const folds = new Map(this.loaded.folds);
    if (folds.delete(key)) this.set({ ...this.loaded, folds });
  }

  /** For one more page, also of a fold. */
  newKey(): string {
    return `page ${++this.lastKey}`;
  }

  private set(loaded: Loaded): void {
    this.loaded = loaded;
    this.changed(loaded);
  }
}

import type { Day, EntriesPage, Entry, Instant } from '../api/types.ts';
import {
  countNew,
  directionOf,
  edgesBehind,
  itemsOf,
  loadedPage,
  shownPages,
  withoutFarPages,
  withPage,
  type LoadedPage,
} from './feed.ts';
import type { Edge, FeedItem } from './state.ts';

/** The pages of one feed, the newest first. Those that are shown are one piece of the timeline. */
export class PageList {
  private loaded: readonly LoadedPage[] = [];
  /** For the count of new events, also where the newest page has been given up. */
  private newestItems: readonly FeedItem[] = [];
  private lastKey = 0;
  /** The keys of the pages that are looked at. */
  near: readonly string[] = [];

  constructor(private readonly changed: (pages: readonly LoadedPage[]) => void) {}

  get isEmpty(): boolean {
    return this.loaded.length === 0;
  }

  clear(): void {
    this.loaded = [];
    this.newestItems = [];
    this.changed([]);
  }

  /** One page, and none of those before. */
  begin(page: EntriesPage, dayOf: (instant: Instant) => Day): readonly FeedItem[] {
    this.loaded = [];
    return this.put(page, 'older', dayOf);
  }

  /** The page behind one end of those that are shown. Returns its items. */
  put(page: EntriesPage, dir: 'older' | 'newer', dayOf: (instant: Instant) => Day): readonly FeedItem[] {
    const added = loadedPage(`page ${++this.lastKey}`, page, dayOf);
    this.loaded = withoutFarPages(withPage(this.loaded, added, dir), added.key, this.near);
    if (this.loaded[0]?.isGivenUp === false) this.newestItems = itemsOf(this.loaded);
    this.changed(this.loaded);
    return added.items;
  }

  /** What is behind that end of the pages that are shown; null: nothing. */
  cursor(dir: 'older' | 'newer'): string | null {
    const shown = shownPages(this.loaded);
    return (dir === 'older' ? shown.at(-1)?.older : shown[0]?.newer) ?? null;
  }

  /** Whether there are pages at that end which were given up. */
  hasGivenUp(dir: 'older' | 'newer'): boolean {
    return this.loaded.at(dir === 'newer' ? 0 : -1)?.isGivenUp === true;
  }

  /** In which direction a page lies that was given up; null: it was not. */
  directionOf(key: string): 'older' | 'newer' | null {
    return directionOf(this.loaded, key);
  }

  edges(): { readonly newer: Edge; readonly older: Edge } {
    return edgesBehind(this.loaded);
  }

  /** The entry that has a key; undefined: it is not shown. */
  entry(key: string): Entry | undefined {
    return itemsOf(this.loaded).find((item) => item.key === key)?.entry;
  }

  /** How many events of the newest page are newer than all that was loaded. */
  countNew(newest: readonly Entry[]): number {
    return countNew(newest, this.newestItems);
  }
}

import type { Day, EntriesPage, Instant } from '../api/types.ts';
import type { FoldPage, LoadedFold } from './bound.ts';
import { itemOf } from './feed.ts';
import type { PageList } from './page-list.ts';
import type { FeedItem } from './state.ts';

/** Opens folds in place, and reads their events in pages. */
export class OpenFolds {
  private lastOpening = 0;
  /** The keys of pages that are under way. */
  private readonly comingBack = new Set<string>();

  /** @param read the events from a cursor of the fold on. */
  constructor(
    private readonly pages: PageList,
    private readonly read: (within: string) => Promise<EntriesPage>,
    private readonly dayOf: (instant: Instant) => Day,
  ) {}

  async openFold(key: string): Promise<void> {
    const entry = this.pages.entry(key);
    if (entry === undefined || entry.kind === 'event') return;
    if (this.pages.fold(key) === undefined) {
      const opening = ++this.lastOpening;
      this.pages.setFold(key, { status: 'loaded', pages: [], hasMore: true, next: entry.cursor, opening });
    } else if (this.pages.fold(key)?.status !== 'failed') return;
    await this.loadMore(key);
  }

  closeFold(key: string): void {
    this.pages.closeFold(key);
  }

  async loadMore(key: string): Promise<void> {
    const fold = this.pages.fold(key);
    if (fold === undefined || fold.next === null || fold.status === 'loading') return;
    const cursor = fold.next;
    this.change(key, fold, () => ({ status: 'loading' }));
    try {
      const { items, older } = await this.itemsFrom(cursor);
      const page = { key: this.pages.newKey(), items, cursor, isGivenUp: false, hasFailed: false };
      // Another page may have come back meanwhile that ends elsewhere than before.
      const more = ({ pages, next }: LoadedFold): Partial<LoadedFold> =>
        next === cursor ? { pages: [...pages, page], next: older, hasMore: older !== null } : {};
      this.change(key, fold, (now) => ({ ...more(now), status: 'loaded' }), page.key);
    } catch {
      // What came is kept, and the next try goes on behind it.
      this.change(key, fold, () => ({ status: 'failed' }));
    }
  }

  /** Brings back a page that was given up. @param again also where that has failed. */
  async showPage(pageKey: string, again: boolean): Promise<void> {
    const place = this.pages.givenUpOfFold(pageKey);
    if (place === undefined || this.comingBack.has(pageKey) || (place.page.hasFailed && !again)) return;
    const { key, fold, page } = place;
    this.comingBack.add(pageKey);
    try {
      const { items, older } = await this.itemsFrom(page.cursor);
      this.change(key, fold, (now) => withPageAgain(now, pageKey, items, older), pageKey);
    } catch {
      this.change(key, fold, ({ pages }) => ({
        pages: pages.map((one) => (one.key === pageKey ? { ...one, hasFailed: true } : one)),
      }));
    } finally {
      this.comingBack.delete(pageKey);
    }
  }

  private async itemsFrom(cursor: string): Promise<{ items: readonly FeedItem[]; older: string | null }> {
    const { entries, older } = await this.read(cursor);
    return { items: entries.map(itemOf(this.dayOf)), older };
  }

  /** Where the fold has been closed meanwhile, there is nothing to be changed. */
  private change(
    key: string,
    { opening }: LoadedFold,
    change: (fold: LoadedFold) => Partial<LoadedFold>,
    last?: string,
  ): void {
    const fold = this.pages.fold(key);
    if (fold?.opening === opening) this.pages.setFold(key, { ...fold, ...change(fold) }, last);
  }
}

/** Where events have come or gone in it, it ends elsewhere than before: then what follows is read anew. */
function withPageAgain(
  { pages, next }: LoadedFold,
  key: string,
  items: readonly FeedItem[],
  older: string | null,
): Partial<LoadedFold> {
  const index = pages.findIndex((page) => page.key === key);
  const again: FoldPage = { ...(pages[index] as FoldPage), items, isGivenUp: false, hasFailed: false };
  const behind = pages.slice(index + 1);
  const isAsBefore = older === (behind[0]?.cursor ?? next);
  return isAsBefore
    ? { pages: [...pages.slice(0, index), again, ...behind] }
    : { pages: [...pages.slice(0, index), again], next: older, hasMore: older !== null };
}

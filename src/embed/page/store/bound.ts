import { itemsOf, type LoadedPage } from './feed.ts';
import type { FeedPage, OpenFold } from './state.ts';

/** More entries are not kept at once; the events of open folds are some, too. */
export const MAX_ITEMS = 1_000;

/** A page of an open fold, with the cursor that it came by. */
export interface FoldPage extends FeedPage {
  readonly cursor: string;
  /** It could not be brought back: that is not tried again by itself. */
  readonly hasFailed: boolean;
}

export interface LoadedFold extends OpenFold {
  readonly pages: readonly FoldPage[];
  /** Where the next events are; null: there are none. */
  readonly next: string | null;
  /** Tells this opening of the fold from others: what comes for an earlier one is dropped. */
  readonly opening: number;
}

/** The pages of the timeline, the newest first, and its open folds, by the keys of their items. */
export interface Loaded {
  readonly pages: readonly LoadedPage[];
  readonly folds: ReadonlyMap<string, LoadedFold>;
}

/** A page that is shown, in the order of the screen: the pages of open folds follow the page that they are in. */
interface Block {
  readonly key: string;
  /** Its index among the pages of the timeline, or that of the page in which its fold is. */
  readonly page: number;
  readonly isOfFold: boolean;
}

const count = ({ pages, folds }: Loaded): number =>
  [pages, ...[...folds.values()].map((fold) => fold.pages)].reduce((sum, all) => sum + itemsOf(all).length, 0);

/**
 * Gives up pages until no more than {@link MAX_ITEMS} entries are kept, those first that are farthest from the page that
 * came last. Of the pages of the timeline only those at its two ends go, so that the ones that are kept stay one piece and
 * their cursors lead to what is gone. With a page of the timeline the folds in it close.
 *
 * @param last the page that came last. It stays, and with it the page of the timeline that it is in.
 * @param near the pages that are looked at: they go after the others.
 */
export function withinBound(loaded: Loaded, last: string, near: readonly string[]): Loaded {
  let kept = loaded;
  while (count(kept) > MAX_ITEMS) {
    const farthest = farthestOf(kept, last, near);
    if (farthest === undefined) return kept;
    kept = farthest.isOfFold ? withoutPageOfFold(kept, farthest.key) : withoutPage(kept, farthest.key);
  }
  return kept;
}

function farthestOf(loaded: Loaded, last: string, near: readonly string[]): Block | undefined {
  const blocks = blocksOf(loaded);
  const centre = blocks.findIndex(({ key }) => key === last);
  const ends = [blocks[0]?.page, blocks.at(-1)?.page];
  const mayGo = ({ isOfFold, page, key }: Block): boolean =>
    key !== last && (isOfFold || (ends.includes(page) && page !== blocks[centre]?.page));
  const cost = (block: Block, index: number): number =>
    Math.abs(index - centre) - (near.includes(block.key) ? blocks.length : 0);
  const costs = blocks.map((block, index) => (mayGo(block) ? cost(block, index) : Number.NEGATIVE_INFINITY));
  const most = Math.max(...costs);
  return most === Number.NEGATIVE_INFINITY ? undefined : blocks[costs.indexOf(most)];
}

const blocksOf = ({ pages, folds }: Loaded): Block[] =>
  pages.flatMap(({ key, items, isGivenUp }, page) => {
    if (isGivenUp) return [];
    const ofFolds = items.flatMap((item) => folds.get(item.key)?.pages ?? []).filter((one) => !one.isGivenUp);
    return [{ key, page, isOfFold: false }, ...ofFolds.map((one) => ({ key: one.key, page, isOfFold: true }))];
  });

const withoutItems = <T extends FeedPage>(pages: readonly T[], key: string): T[] =>
  pages.map((page) => (page.key === key ? { ...page, items: [], isGivenUp: true } : page));

function withoutPage({ pages, folds }: Loaded, key: string): Loaded {
  const open = new Map(folds);
  for (const item of pages.find((page) => page.key === key)?.items ?? []) open.delete(item.key);
  return { pages: withoutItems(pages, key), folds: open };
}

const withoutPageOfFold = ({ pages, folds }: Loaded, key: string): Loaded => ({
  pages,
  folds: new Map([...folds].map(([name, fold]) => [name, { ...fold, pages: withoutItems(fold.pages, key) }])),
});

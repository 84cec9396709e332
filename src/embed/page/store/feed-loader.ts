import type { Day, EntriesPage } from '../api/types.ts';
import { problemIn, type Problem } from '../api/problem.ts';
import { DayCounts } from './day-counts.ts';
import { EDGE_END, EDGE_FAILED, EDGE_LOADING, edgeAt, edgeOf } from './feed.ts';
import { OpenFolds } from './folds.ts';
import { localDays } from './local-day.ts';
import { PageList } from './page-list.ts';
import { isTriedAgain, type PageStatus } from './page-status.ts';
import type { Reader } from './reader.ts';
import { NEWEST, type Start } from './starts.ts';
import type { FeedItem, Filters, Target } from './state.ts';

/** Told of what may have made the head of the page outdated. */
interface FeedObserver {
  /** The newest page is not what it was. */
  changed(): void;
  /** A feed was loaded, and shows what has changed. */
  loaded(): void;
}

/** Loads the entries of the page: one feed after the other, each from its first page on in both directions. */
export class FeedLoader {
  readonly folds: OpenFolds;
  private readonly pages = new PageList((loaded) => this.page.set(loaded));
  private counts: DayCounts;
  private dayOf: (instant: string) => Day;
  private start = NEWEST;
  /** Of the newest page, as it is without a text to find. */
  private etag: string | null = null;
  private shownFilters: Filters | null = null;
  /** The timeline has changed since its days were counted. */
  private isOutdated = false;
  /** Counts up with each new feed: what comes for an earlier one is dropped. */
  private feed = 0;
  /** The feed that is shown; another one than {@link feed} while that is loaded. */
  private shownFeed = 0;

  constructor(
    private readonly page: PageStatus,
    private readonly reader: Reader,
    private readonly observer: FeedObserver,
  ) {
    this.dayOf = localDays(page.state.timeZone);
    this.folds = new OpenFolds(this.pages, reader.within, (instant) => this.dayOf(instant));
    this.counts = this.newCounts();
  }

  get isEmpty(): boolean {
    return this.pages.isEmpty;
  }

  /** Another feed than the one that is shown was asked for. */
  private get isLoading(): boolean {
    return this.feed !== this.shownFeed;
  }

  /** The time zone of the page is known. */
  settle(): void {
    this.dayOf = localDays(this.page.state.timeZone);
    this.counts = this.newCounts();
  }

  /** All that is shown is of another customer, or must not be shown any more. */
  forget(): void {
    this.feed++;
    this.pages.clear();
    this.counts = this.newCounts();
  }

  /** By the filters of now. */
  loadAgain(): void {
    this.counts = this.newCounts();
    void this.load(this.start.query.around === undefined ? this.start : NEWEST);
  }

  async load(start: Start): Promise<void> {
    const [startBefore, { filters }] = [this.start, this.page.state];
    const feed = ++this.feed;
    this.start = start;
    this.page.set({ older: EDGE_LOADING });
    try {
      const { page, etag } = await this.firstPage(start);
      if (feed !== this.feed) return;
      this.shownFeed = feed;
      this.shownFilters = filters;
      this.etag = filters.find === '' ? etag : null;
      if (this.isOutdated) this.counts = this.newCounts();
      this.isOutdated = false;
      const items = this.pages.begin(page, this.dayOf);
      const edges = { older: edgeOf(page, 'older', filters.find !== ''), newer: edgeAt(page.newer) };
      this.page.set({ ...edges, target: targetOf(start, items), status: 'ready', newEvents: 0 });
      this.page.succeed();
      this.observer.loaded();
      // What came after it stands above it.
      if (start.query.at !== undefined) void this.extend('newer');
      await this.counts.cover(items);
    } catch (error) {
      if (feed === this.feed) this.loadFailed(error, filters, startBefore);
    }
  }

  private loadFailed(error: unknown, filters: Filters, startBefore: Start): void {
    const problem = problemIn(error);
    if (problem.kind === 'event-gone' && this.isEmpty) return void this.loadInstead(startBefore, problem);
    // What is shown stays as good as it was.
    const staysAsItWas = !isTriedAgain(problem) && filters === this.shownFilters;
    if (staysAsItWas) this.goBackTo(startBefore);
    else this.page.set({ older: EDGE_FAILED, newer: EDGE_END });
    this.page.fail(error, () => this.retry());
  }

  /** The host wants an event to be shown that is gone, and nothing is shown yet. */
  private async loadInstead(start: Start, problem: Problem): Promise<void> {
    await this.load(start);
    if (!this.isEmpty) this.page.tell(problem, null);
  }

  private goBackTo(start: Start): void {
    this.start = start;
    this.shownFeed = this.feed;
    this.page.set(this.pages.edges());
  }

  private async firstPage({ query }: Start): Promise<{ page: EntriesPage; etag: string | null }> {
    if (query.at !== undefined || query.around !== undefined)
      return { page: await this.reader.entries(query), etag: null };
    const answer = await this.reader.newest(null);
    if (answer === 'unchanged') throw new TypeError('an answer 304 to a request without If-None-Match');
    return answer;
  }

  /** Loads the page behind one end of what is shown. */
  async extend(dir: 'older' | 'newer'): Promise<void> {
    if (this.isLoading) {
      if (this.page.state[dir].state === 'failed') void this.load(this.start);
      return;
    }
    const cursor = this.pages.cursor(dir);
    const before = this.page.state[dir];
    if (cursor === null || before.state === 'loading') return;
    const { feed } = this;
    this.page.set({ [dir]: EDGE_LOADING });
    try {
      const page = await this.reader.entries({ cursor, dir });
      if (feed !== this.feed) return;
      const items = this.pages.put(page, dir, this.dayOf);
      // Behind a page that was given up, the edge is what it was.
      const isInside = this.pages.hasGivenUp(dir) && before.state !== 'failed';
      this.page.set({ [dir]: isInside ? before : edgeOf(page, dir, this.page.state.filters.find !== '') });
      this.page.succeed();
      await this.counts.cover(items);
    } catch (error) {
      if (feed !== this.feed) return;
      this.page.set({ [dir]: EDGE_FAILED });
      this.page.fail(error, () => this.retry());
    }
  }

  /** Brings back a page that was given up. @param again also where that has failed. */
  showPage(key: string, again: boolean): void {
    const direction = this.pages.directionOf(key);
    if (direction === null) void this.folds.showPage(key, again);
    else if (again || this.page.state[direction].state !== 'failed') void this.extend(direction);
  }

  /** @param near the keys of pages: those that were given up come back. */
  seen(near: readonly string[]): void {
    this.pages.near = near;
    for (const key of near) this.showPage(key, false);
  }

  /** Tries again what has failed. Returns false where nothing has. */
  retry(): boolean {
    if (this.isLoading) {
      void this.load(this.start);
      return true;
    }
    const failed = (['older', 'newer'] as const).filter((dir) => this.page.state[dir].state === 'failed');
    for (const dir of failed) void this.extend(dir);
    return failed.length > 0;
  }

  /** Looks whether events have come. @throws ProblemError */
  async poll(): Promise<void> {
    if (this.isLoading) return;
    const { feed, etag } = this;
    const isFinding = this.page.state.filters.find !== '';
    // To look for a text reads payloads: not again and again. Whether the customer may still be seen is asked all the same.
    const answer = await this.reader.newest(etag, { find: '' });
    if (feed !== this.feed) return;
    if (answer !== 'unchanged') {
      this.etag = answer.etag;
      // Where the newest end is not loaded, all that is newer stands behind the edge already.
      const isAtEnd = !isFinding && this.page.state.newer.state === 'end';
      const newEvents = isAtEnd ? this.pages.countNew(answer.page.entries) : 0;
      this.page.set({ newEvents });
      if (etag !== null || newEvents > 0) this.outdate();
    }
    this.page.succeed();
  }

  private outdate(): void {
    this.isOutdated = true;
    this.observer.changed();
  }

  private newCounts(): DayCounts {
    const counts: DayCounts = new DayCounts(
      (from, to) => this.reader.days(from, to),
      (days) => counts === this.counts && this.page.set({ days }),
    );
    return counts;
  }
}

/** At an instant the newest entry of the first page is what was looked for: what comes above it later must not move it. */
function targetOf({ query, target }: Start, items: readonly FeedItem[]): Target {
  return query.at === undefined ? { ...target } : { ...target, key: items[0]?.key ?? null };
}

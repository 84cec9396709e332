import type { ApiClient, EntriesQuery } from '../api/api-client.ts';
import type { Problem } from '../api/problem.ts';
import type { Day, EntriesPage, Head, QuietMode } from '../api/types.ts';
import { DayCounts } from './day-counts.ts';
import { Details } from './details.ts';
import {
  countNew,
  EDGE_FAILED,
  EDGE_LOADING,
  directionOf,
  edgesOf,
  itemsOf,
  loadedPage,
  shownPages,
  withoutFarPages,
  withPage,
  type LoadedPage,
} from './feed.ts';
import { OpenFolds } from './folds.ts';
import { Live } from './live.ts';
import { localDays } from './local-day.ts';
import { failureOf, isFinal, PageStatus } from './page-status.ts';
import type { Session } from './session.ts';
import type { Filters, TimelineState, TimelineStore } from './state.ts';
import { dayStart, eventStart, NEWEST, ticketStart, type Start } from './starts.ts';
import type { Surroundings } from './surroundings.ts';

export interface StoreOptions {
  readonly api: ApiClient;
  readonly session: Session;
  readonly surroundings: Surroundings;
  readonly timeZone: string;
  readonly locale: string;
  /** Told of an event that was opened. */
  readonly opened?: (id: string) => void;
}

/** Reads a timeline for the page, and keeps it up to date. See {@link TimelineState}. */
export class LiveTimelineStore implements TimelineStore {
  private pages: readonly LoadedPage[] = [];
  private readonly page: PageStatus;
  private readonly details: Details;
  private folds: OpenFolds;
  private counts: DayCounts;
  private readonly live: Live;
  private dayOf: (instant: string) => Day;
  private start = NEWEST;
  /** Whether the feed that begins there has come. */
  private isLoaded = false;
  private etag: string | null = null;
  private near: readonly string[] = [];
  private lastKey = 0;
  /** Counts up with each new feed: what comes for an earlier one is dropped. */
  private feed = 0;

  constructor(private readonly options: StoreOptions) {
    const { timeZone, locale, surroundings } = options;
    this.dayOf = localDays(timeZone);
    this.page = new PageStatus(surroundings, { timeZone, locale });
    this.details = new Details(
      (id) => this.asked((api) => api.event(id)),
      (details) => this.page.set({ details }),
    );
    this.folds = this.newFolds();
    this.counts = this.newCounts();
    this.live = new Live(surroundings, () => this.poll());
  }

  /** Loads the head and the first entries. Where that is not possible now, it is tried again. */
  async begin(): Promise<void> {
    try {
      const head = await this.asked((api) => api.head());
      this.options.session.know(head.session);
      this.settle(head);
      await this.load(ticketStart(head.session.at));
      this.live.start();
    } catch (error) {
      this.fail(error);
    }
  }

  get state(): TimelineState {
    return this.page.state;
  }

  subscribe(changed: () => void): () => void {
    return this.page.subscribe(changed);
  }

  find = (text: string): void => this.setFilters({ find: text.trim() });
  setTypes = (types: readonly string[]): void => this.setFilters({ types });
  setQuiet = (quiet: QuietMode): void => this.setFilters({ quiet });
  clearFilters = (): void => this.setFilters({ find: '', types: [] });

  goToDay = (day: Day): void => void this.load(dayStart(day, this.state.timeZone));

  goToTicket = (): void => void this.load(ticketStart(this.state.head?.session.at ?? null));

  goToNewest = (): void => void this.load(NEWEST);

  goToEvent(id: string): void {
    void this.load(eventStart(id));
    this.openEvent(id);
  }

  loadOlder = (): void => void this.extend('older');

  loadNewer = (): void => void this.extend('newer');

  showPage(key: string): void {
    const direction = directionOf(this.pages, key);
    if (direction !== null) void this.extend(direction);
  }

  showNew(): void {
    this.goToNewest();
  }

  openEvent(id: string): void {
    void this.details.openEvent(id);
    this.options.opened?.(id);
  }

  closeEvent(id: string): void {
    this.details.closeEvent(id);
  }

  openFold(key: string): void {
    const entry = itemsOf(this.pages).find((item) => item.key === key)?.entry;
    if (entry !== undefined && entry.kind !== 'event') void this.folds.openFold(key, entry.cursor);
  }

  closeFold(key: string): void {
    this.folds.closeFold(key);
  }

  loadMoreOfFold(key: string): void {
    void this.folds.loadMore(key);
  }

  retry(): void {
    const { head, older, newer } = this.state;
    if (head === null) void this.begin();
    else if (!this.isLoaded) void this.load(this.start);
    else if (older.state !== 'failed' && newer.state !== 'failed') void this.poll().catch(() => {});
    if (this.isLoaded && older.state === 'failed') this.loadOlder();
    if (this.isLoaded && newer.state === 'failed') this.loadNewer();
  }

  seen(near: readonly string[], isAtNewest: boolean): void {
    this.near = near;
    this.live.seen(isAtNewest && this.state.newer.state === 'end');
  }

  /** Nothing can be shown, and waiting does not help. */
  end(problem: Problem): void {
    this.page.tell(problem, null);
  }

  /** A token of the host came: what waited for it goes on. */
  tokenCame(): void {
    if (this.state.problem !== null) this.retry();
  }

  private setFilters(filters: Partial<Filters>): void {
    this.page.set({ filters: { ...this.state.filters, ...filters }, days: new Map() });
    this.counts = this.newCounts();
    void this.load(this.start.query.around === undefined ? this.start : NEWEST);
  }

  /** What the session says goes before what the browser says. */
  private settle(head: Head): void {
    const { timeZone, locale } = head.session;
    this.page.set({ head, timeZone: timeZone ?? this.state.timeZone, locale: locale ?? this.state.locale });
    this.dayOf = localDays(this.state.timeZone);
  }

  private async load(start: Start): Promise<void> {
    const feed = ++this.feed;
    this.start = start;
    this.isLoaded = false;
    this.etag = null;
    this.page.set({ older: EDGE_LOADING });
    try {
      const page = await this.firstPage(start);
      if (feed !== this.feed) return;
      this.isLoaded = true;
      this.folds = this.newFolds();
      this.pages = [];
      const first = this.pageOf(page);
      this.setPages([first]);
      this.page.set({ ...edgesOf(page), folds: new Map(), target: { ...start.target }, status: 'ready', newEvents: 0 });
      this.page.succeed();
      // What came after it stands above it.
      if (start.query.at !== undefined) this.loadNewer();
      await this.counts.cover(first.items);
    } catch (error) {
      if (feed !== this.feed) return;
      this.page.set({ older: EDGE_FAILED });
      this.fail(error);
    }
  }

  private async firstPage({ query }: Start): Promise<EntriesPage> {
    if (query.at !== undefined || query.around !== undefined)
      return this.asked((api) => api.entries({ ...this.filterQuery(), ...query }));
    const answer = await this.asked((api) => api.newest(this.filterQuery(), null));
    if (answer === 'unchanged') throw new TypeError('an answer 304 to a request without If-None-Match');
    this.etag = answer.etag;
    return answer.page;
  }

  /** Loads the page behind one end of what is shown. */
  private async extend(dir: 'older' | 'newer'): Promise<void> {
    const shown = shownPages(this.pages);
    const cursor = (dir === 'older' ? shown.at(-1)?.older : shown[0]?.newer) ?? null;
    if (cursor === null || this.state[dir].state === 'loading') return;
    const { feed } = this;
    this.page.set({ [dir]: EDGE_LOADING });
    try {
      const page = await this.asked((api) => api.entries({ ...this.filterQuery(), cursor, dir }));
      if (feed !== this.feed) return;
      const next = this.pageOf(page);
      this.setPages(withPage(this.pages, next, dir));
      this.page.set({ [dir]: edgesOf(page)[dir] });
      this.page.succeed();
      await this.counts.cover(next.items);
    } catch (error) {
      if (feed !== this.feed) return;
      this.page.set({ [dir]: EDGE_FAILED });
      this.fail(error);
    }
  }

  /** @throws ProblemError */
  private async poll(): Promise<void> {
    const { feed } = this;
    const { filters, older, newer } = this.state;
    // To look for a text reads payloads: not again and again. And what failed is tried again by itself.
    if (filters.find !== '' || older.state === 'failed' || newer.state === 'failed') return;
    try {
      const answer = await this.asked((api) => api.newest(this.filterQuery(), this.etag));
      if (feed !== this.feed) return;
      if (answer !== 'unchanged') {
        this.etag = answer.etag;
        // Where the newest end is not loaded, all that is newer stands behind the edge already.
        const newEvents = this.state.newer.state === 'end' ? countNew(answer.page.entries, itemsOf(this.pages)) : 0;
        this.page.set({ newEvents });
      }
      this.page.succeed();
    } catch (error) {
      if (feed !== this.feed) return;
      const { problem, wait } = failureOf(error, this.live.wait());
      this.page.tell(problem, isFinal(problem) ? null : wait);
      if (isFinal(problem)) this.live.stop();
      throw error;
    }
  }

  private filterQuery(): EntriesQuery {
    const { find, types, quiet } = this.state.filters;
    return { find, types, quiet, timeZone: this.state.timeZone };
  }

  private asked<T>(ask: (api: ApiClient) => Promise<T>): Promise<T> {
    return this.options.session.run(() => ask(this.options.api));
  }

  private pageOf(page: EntriesPage): LoadedPage {
    return loadedPage(`page ${++this.lastKey}`, page, this.dayOf);
  }

  private newFolds(): OpenFolds {
    return new OpenFolds(
      (within) => this.asked((api) => api.entries({ ...this.filterQuery(), find: '', within })),
      (instant) => this.dayOf(instant),
      (folds) => this.page.set({ folds }),
    );
  }

  private newCounts(): DayCounts {
    const { filters, timeZone } = this.state;
    return new DayCounts(
      (from, to) => this.asked((api) => api.days(from, to, timeZone, filters.types)),
      (days) => this.page.set({ days }),
    );
  }

  private setPages(pages: readonly LoadedPage[]): void {
    this.pages = withoutFarPages(pages, this.near);
    this.page.set({ pages: this.pages });
  }

  private fail(error: unknown): void {
    const { problem, wait } = failureOf(error, this.live.wait());
    this.page.fail(problem, wait, () => this.retry());
    if (isFinal(problem)) this.live.stop();
  }
}

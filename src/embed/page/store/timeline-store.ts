import type { ApiClient } from '../api/api-client.ts';
import type { Day, EntriesPage, Head, QuietMode } from '../api/types.ts';
import { DayCounts } from './day-counts.ts';
import { Details } from './details.ts';
import { EDGE_END, EDGE_FAILED, EDGE_LOADING, edgesOf } from './feed.ts';
import { OpenFolds } from './folds.ts';
import { Live } from './live.ts';
import { localDays, usableTimeZone } from './local-day.ts';
import { problemIn, type Problem } from '../api/problem.ts';
import { cleared, isFinal, isTriedAgain, PageStatus } from './page-status.ts';
import { PageList } from './page-list.ts';
import { Reader } from './reader.ts';
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
  private readonly pages = new PageList((pages) => this.page.set({ pages }));
  private readonly page: PageStatus;
  private readonly reader: Reader;
  private readonly details: Details;
  private folds: OpenFolds;
  private counts: DayCounts;
  private readonly live: Live;
  private dayOf: (instant: string) => Day;
  private start = NEWEST;
  private etag: string | null = null;
  private shownFilters: Filters | null = null;
  /** Counts up with each new feed: what comes for an earlier one is dropped. */
  private feed = 0;
  /** The feed that is shown; another one than {@link feed} while that is loaded. */
  private shownFeed = 0;

  constructor(private readonly options: StoreOptions) {
    const { timeZone, locale, surroundings } = options;
    this.dayOf = localDays(timeZone);
    this.page = new PageStatus(surroundings, { timeZone, locale });
    this.reader = new Reader(options.api, options.session, () => this.state);
    this.details = new Details(
      (id) => this.reader.event(id),
      (details) => this.page.set({ details }),
    );
    this.folds = this.newFolds();
    this.counts = this.newCounts();
    this.live = new Live(
      surroundings,
      () => this.poll(),
      (error, wait) => this.pollFailed(error, wait),
    );
  }

  /** Loads the head and the first entries. Where that is not possible now, it is tried again. */
  async begin(): Promise<void> {
    try {
      const head = await this.reader.head();
      this.options.session.know(head.session);
      this.settle(head);
      this.live.start();
      await this.load(ticketStart(head.session.at));
    } catch (error) {
      this.fail(error, () => void this.begin());
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
  clearFilters = (): void => this.setFilters(cleared(this.state.filters));

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
    const direction = this.pages.directionOf(key);
    if (direction !== null) void this.extend(direction);
  }

  showNew = (): void => this.goToNewest();

  openEvent(id: string): void {
    void this.details.openEvent(id);
    this.options.opened?.(id);
  }

  closeEvent = (id: string): void => this.details.closeEvent(id);

  openFold(key: string): void {
    if (this.feed !== this.shownFeed) return;
    const entry = this.pages.entry(key);
    if (entry !== undefined && entry.kind !== 'event') void this.folds.openFold(key, entry.cursor);
  }

  closeFold = (key: string): void => this.folds.closeFold(key);

  loadMoreOfFold = (key: string): void => void this.folds.loadMore(key);

  retry(): void {
    const { head, older, newer } = this.state;
    if (head === null) void this.begin();
    else if (this.feed !== this.shownFeed) void this.load(this.start);
    else if (older.state !== 'failed' && newer.state !== 'failed') void this.live.askNow();
    else for (const dir of ['older', 'newer'] as const) if (this.state[dir].state === 'failed') void this.extend(dir);
  }

  seen(near: readonly string[], isAtNewest: boolean): void {
    this.pages.near = near;
    this.live.seen(isAtNewest && this.state.newer.state === 'end');
  }

  /** Nothing can be shown, and waiting does not help. */
  end(problem: Problem): void {
    this.live.stop();
    this.page.tell(problem, null);
  }

  /** A token of the host came: what waited for it goes on. It may be for another customer. */
  async tokenCame(): Promise<void> {
    const before = this.state.head?.customer.externalId;
    if (before === undefined) return this.begin();
    try {
      const head = await this.reader.head();
      this.options.session.know(head.session);
      if (head.customer.externalId !== before) this.forget();
      this.settle(head);
      this.live.start();
      if (this.pages.isEmpty) await this.load(ticketStart(head.session.at));
      else if (this.state.problem !== null) this.retry();
    } catch (error) {
      this.fail(error, () => void this.tokenCame());
    }
  }

  /** All that is shown is of another customer. */
  private forget(): void {
    this.feed++;
    this.details.forget();
    this.folds = this.newFolds();
    this.pages.clear();
    this.page.set({ folds: new Map(), days: new Map(), status: 'starting', newEvents: 0 });
  }

  private setFilters(filters: Partial<Filters>): void {
    this.page.set({ filters: { ...this.state.filters, ...filters }, days: new Map() });
    this.counts = this.newCounts();
    void this.load(this.start.query.around === undefined ? this.start : NEWEST);
  }

  /** What the session says goes before what the browser says. */
  private settle(head: Head): void {
    const timeZone = usableTimeZone(head.session.timeZone, this.state.timeZone);
    this.page.set({ head, timeZone, locale: head.session.locale ?? this.state.locale });
    this.dayOf = localDays(this.state.timeZone);
    this.counts = this.newCounts();
  }

  private async load(start: Start): Promise<void> {
    const [startBefore, { filters }] = [this.start, this.state];
    const feed = ++this.feed;
    this.start = start;
    this.page.set({ older: EDGE_LOADING });
    try {
      const { page, etag } = await this.firstPage(start);
      if (feed !== this.feed) return;
      this.shownFeed = feed;
      this.shownFilters = filters;
      this.etag = etag;
      this.folds = this.newFolds();
      const items = this.pages.begin(page, this.dayOf);
      this.page.set({ ...edgesOf(page), folds: new Map(), target: { ...start.target }, status: 'ready', newEvents: 0 });
      this.page.succeed();
      // What came after it stands above it.
      if (start.query.at !== undefined) this.loadNewer();
      await this.counts.cover(items);
    } catch (error) {
      if (feed !== this.feed) return;
      // An event that is gone, for one: what is shown stays as good as it was.
      if (!isTriedAgain(problemIn(error)) && filters === this.shownFilters) this.goBackTo(startBefore);
      else this.page.set({ older: EDGE_FAILED, newer: EDGE_END });
      this.fail(error, () => this.retry());
    }
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
  private async extend(dir: 'older' | 'newer'): Promise<void> {
    if (this.feed !== this.shownFeed) {
      if (this.state[dir].state === 'failed') void this.load(this.start);
      return;
    }
    const cursor = this.pages.cursor(dir);
    if (cursor === null || this.state[dir].state === 'loading') return;
    const { feed } = this;
    const before = this.state[dir];
    this.page.set({ [dir]: EDGE_LOADING });
    try {
      const page = await this.reader.entries({ cursor, dir });
      if (feed !== this.feed) return;
      const items = this.pages.put(page, dir, this.dayOf);
      // Behind a page that was given up, the edge is what it was.
      const isInside = this.pages.hasGivenUp(dir) && before.state !== 'failed';
      this.page.set({ [dir]: isInside ? before : edgesOf(page)[dir] });
      this.page.succeed();
      await this.counts.cover(items);
    } catch (error) {
      if (feed !== this.feed) return;
      this.page.set({ [dir]: EDGE_FAILED });
      this.fail(error, () => this.retry());
    }
  }

  /** @throws ProblemError */
  private async poll(): Promise<void> {
    const { feed } = this;
    // To look for a text reads payloads: not again and again.
    if (feed !== this.shownFeed || this.state.filters.find !== '') return;
    const answer = await this.reader.newest(this.etag);
    if (feed !== this.feed) return;
    if (answer !== 'unchanged') {
      this.etag = answer.etag;
      // Where the newest end is not loaded, all that is newer stands behind the edge already.
      const newEvents = this.state.newer.state === 'end' ? this.pages.countNew(answer.page.entries) : 0;
      this.page.set({ newEvents });
    }
    this.page.succeed();
  }

  private pollFailed(error: unknown, wait: number): void {
    const problem = problemIn(error);
    this.page.tell(problem, isTriedAgain(problem) ? wait : null);
    if (isFinal(problem)) this.live.stop();
  }

  private newFolds(): OpenFolds {
    const folds: OpenFolds = new OpenFolds(
      this.reader.within,
      (instant) => this.dayOf(instant),
      // What comes late for folds of an earlier feed is dropped.
      (open) => folds === this.folds && this.page.set({ folds: open }),
    );
    return folds;
  }

  private newCounts(): DayCounts {
    const counts: DayCounts = new DayCounts(
      (from, to) => this.reader.days(from, to),
      (days) => counts === this.counts && this.page.set({ days }),
    );
    return counts;
  }

  private fail(error: unknown, again: () => void): void {
    this.page.fail(error, again);
    if (isFinal(problemIn(error))) this.live.stop();
  }
}

import type { ApiClient } from '../api/api-client.ts';
import type { Day, Head, QuietMode } from '../api/types.ts';
import { problemIn, type Problem } from '../api/problem.ts';
import { Details } from './details.ts';
import { FeedLoader } from './feed-loader.ts';
import { FreshHead } from './fresh-head.ts';
import { Live } from './live.ts';
import { usableTimeZone } from './local-day.ts';
import { cleared, isTriedAgain, PageStatus } from './page-status.ts';
import { Reader } from './reader.ts';
import type { Session } from './session.ts';
import type { Filters, TimelineState, TimelineStore } from './state.ts';
import { dayStart, eventStart, NEWEST, ticketStart } from './starts.ts';
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
  private readonly page: PageStatus;
  private readonly reader: Reader;
  private readonly head: FreshHead;
  private readonly feed: FeedLoader;
  private readonly details: Details;
  private readonly live: Live;

  constructor(private readonly options: StoreOptions) {
    const { api, session, surroundings, timeZone, locale } = options;
    this.page = new PageStatus(surroundings, { timeZone, locale });
    this.reader = new Reader(
      api,
      session,
      () => this.state,
      (problem) => this.end(problem),
    );
    this.head = new FreshHead(surroundings, this.reader.head, (head) => this.page.set({ head }));
    this.feed = new FeedLoader(this.page, this.reader, {
      changed: () => this.head.outdate(),
      loaded: () => this.head.refresh(),
    });
    this.details = new Details(this.reader.event, (details) => this.page.set({ details }));
    this.live = new Live(
      surroundings,
      () => this.feed.poll(),
      (error, wait) => this.pollFailed(error, wait),
    );
  }

  /** Loads the head and the first entries. Where that is not possible now, it is tried again. */
  async begin(): Promise<void> {
    try {
      const head = await this.reader.head();
      this.settle(head);
      await this.feed.load(ticketStart(head.session.at));
    } catch (error) {
      this.page.fail(error, () => void this.begin());
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

  goToDay = (day: Day): void => void this.feed.load(dayStart(day, this.state.timeZone));
  goToTicket = (): void => void this.feed.load(ticketStart(this.state.head?.session.at ?? null));
  goToNewest = (): void => void this.feed.load(NEWEST);
  showNew = (): void => this.goToNewest();

  goToEvent(id: string): void {
    void this.feed.load(eventStart(id));
    this.openEvent(id);
  }

  loadOlder = (): void => void this.feed.extend('older');
  loadNewer = (): void => void this.feed.extend('newer');
  showPage = (key: string): void => this.feed.showPage(key, true);

  openEvent(id: string): void {
    void this.details.openEvent(id);
    this.options.opened?.(id);
  }

  closeEvent = (id: string): void => this.details.closeEvent(id);

  openFold = (key: string): void => void this.feed.folds.openFold(key);
  closeFold = (key: string): void => this.feed.folds.closeFold(key);
  loadMoreOfFold = (key: string): void => void this.feed.folds.loadMore(key);

  retry(): void {
    if (this.state.head === null) void this.begin();
    else if (!this.feed.retry()) void this.live.askNow();
  }

  seen(near: readonly string[], isAtNewest: boolean): void {
    this.feed.seen(near);
    this.live.seen(isAtNewest && this.state.newer.state === 'end');
  }

  /** Nothing may be shown any more, and waiting does not help; a token of the host may. */
  end(problem: Problem): void {
    this.live.stop();
    this.forget();
    this.page.end(problem);
  }

  /** A token of the host came: what waited for it goes on. It may be for another customer. */
  async tokenCame(): Promise<void> {
    const before = this.state.head?.customer.externalId;
    if (before === undefined) return this.begin();
    try {
      const head = await this.reader.head();
      if (head.customer.externalId !== before) {
        this.forget();
        this.page.clear();
      }
      this.settle(head);
      if (this.feed.isEmpty) await this.feed.load(ticketStart(head.session.at));
      else if (this.state.problem !== null) this.retry();
    } catch (error) {
      this.page.fail(error, () => void this.tokenCame());
    }
  }

  private forget(): void {
    this.head.stop();
    this.details.forget();
    this.feed.forget();
  }

  private setFilters(filters: Partial<Filters>): void {
    this.page.set({ filters: { ...this.state.filters, ...filters }, days: new Map() });
    this.feed.loadAgain();
  }

  /** What the session says goes before what the browser says. */
  private settle(head: Head): void {
    const { session } = head;
    const timeZone = usableTimeZone(session.timeZone, this.state.timeZone);
    this.options.session.know(session);
    this.head.know();
    this.page.set({ head, timeZone, locale: session.locale ?? this.state.locale });
    this.feed.settle();
    this.live.start();
  }

  private pollFailed(error: unknown, wait: number): void {
    const problem = problemIn(error);
    this.page.tell(problem, isTriedAgain(problem) ? wait : null);
  }
}

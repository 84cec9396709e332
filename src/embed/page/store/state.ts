import type { Day, EventDetail, EventEntry, Head, Instant, QuietEntry, QuietMode, RunEntry } from '../api/types.ts';
import type { Problem } from '../api/problem.ts';

export type { Problem } from '../api/problem.ts';

/** All that the page shows. A change makes a new object; what did not change stays the same one. */
export interface TimelineState {
  /** `starting`: nothing has come yet. `ended`: the problem cannot be overcome by waiting. */
  readonly status: 'starting' | 'ready' | 'ended';
  readonly head: Head | null;
  readonly filters: Filters;
  /** The newest pages first. */
  readonly pages: readonly FeedPage[];
  readonly newer: Edge;
  readonly older: Edge;
  /** That came since the newest page was loaded, and are not shown yet. */
  readonly newEvents: number;
  /** How many events each day has, as far as it is known. */
  readonly days: ReadonlyMap<Day, number>;
  /** Open events, by id. */
  readonly details: ReadonlyMap<string, Detail>;
  /** Open folds, by the key of their item. */
  readonly folds: ReadonlyMap<string, OpenFold>;
  /** What keeps the page from being up to date, or from being shown at all. */
  readonly problem: Problem | null;
  /** By the clock of the browser, in milliseconds; null: nothing has come yet. */
  readonly updatedAt: number | null;
  /** Where to scroll to, once for each object: after a jump, or a change of filters. */
  readonly target: Target | null;
  /** Settled: of the session or the browser. */
  readonly timeZone: string;
  readonly locale: string;
}

export interface Filters {
  readonly find: string;
  /** None: all types. */
  readonly types: readonly string[];
  readonly quiet: QuietMode;
}

/** Entries that came together: of the timeline, or of one open fold. */
export interface FeedPage {
  readonly key: string;
  /** Empty where the page was given up, because it is far away: it comes back when it is near again. */
  readonly items: readonly FeedItem[];
  readonly isGivenUp: boolean;
}

export interface FeedItem {
  /** Of the event, or of the first cursor of the fold; unique among all items. */
  readonly key: string;
  /** Of its newest event, in the time zone of the page. */
  readonly day: Day;
  readonly entry: EventEntry | RunEntry | QuietEntry;
}

/** One end of what is loaded. */
export interface Edge {
  readonly state: 'more' | 'loading' | 'end' | 'failed';
  /** Where a text was looked for, or nothing was found: how far was looked. There may be more, if one goes on. */
  readonly scannedTo: Instant | null;
}

export type Detail =
  | { readonly status: 'loading'; readonly event: EventDetail | null }
  | { readonly status: 'loaded'; readonly event: EventDetail }
  | { readonly status: 'failed'; readonly event: null; readonly problem: Problem };

export interface OpenFold {
  readonly status: 'loading' | 'loaded' | 'failed';
  /** Of its events, the newest first. */
  readonly pages: readonly FeedPage[];
  /** Whether there are more than these. */
  readonly hasMore: boolean;
}

export interface Target {
  /** Of an item; null: the newest end, or what stands there. */
  readonly key: string | null;
  /** `ticket`: the line of the ticket, above the first item that is older. */
  readonly kind: 'newest' | 'ticket' | 'day' | 'event';
}

/** What people can do. None of them throws: what goes wrong is in the state. */
export interface TimelineActions {
  find(text: string): void;
  setTypes(types: readonly string[]): void;
  setQuiet(quiet: QuietMode): void;
  clearFilters(): void;
  goToDay(day: Day): void;
  goToTicket(): void;
  goToNewest(): void;
  /** Shows an event among its neighbours, and opens it. */
  goToEvent(id: string): void;
  loadOlder(): void;
  loadNewer(): void;
  /** Brings back a page that was given up, of the timeline or of an open fold, also where that has failed before. */
  showPage(key: string): void;
  /** The new events, which came meanwhile. */
  showNew(): void;
  openEvent(id: string): void;
  closeEvent(id: string): void;
  openFold(key: string): void;
  closeFold(key: string): void;
  loadMoreOfFold(key: string): void;
  /** Tries now what is to be tried again later. */
  retry(): void;
  /**
   * The view tells which pages are near, those of open folds among them, and whether the newest end is in sight: near ones
   * come back, far ones may be given up, and live reading is slower away from the newest end.
   */
  seen(near: readonly string[], isAtNewest: boolean): void;
}

/** What the view is given. */
export interface TimelineStore extends TimelineActions {
  readonly state: TimelineState;
  /** Calls back after each change, at most once in a frame; returns what ends it. */
  subscribe(changed: () => void): () => void;
}

import { isFinal, problemIn, ProblemError, type Problem } from '../api/problem.ts';
import { EDGE_END } from './feed.ts';
import type { Filters, TimelineState } from './state.ts';
import type { Surroundings } from './surroundings.ts';

/** Waiting does not help, but another token or other filters may. */
const NOT_TRIED_AGAIN: readonly Problem['kind'][] = ['session-expired', 'refused', 'event-gone'];

export const NO_FILTERS: Filters = { find: '', types: [], quiet: 'fold' };

/** Quiet events that are shown hide nothing: they stay. */
export const cleared = ({ quiet }: Filters): Filters => ({
  ...NO_FILTERS,
  quiet: quiet === 'hide' ? NO_FILTERS.quiet : quiet,
});

/** Whether waiting may help. */
export const isTriedAgain = (problem: Problem): boolean => !isFinal(problem) && !NOT_TRIED_AGAIN.includes(problem.kind);

/** Of a customer, and of the feed. */
const NOTHING_SHOWN = {
  ...{ head: null, pages: [], newer: EDGE_END, older: EDGE_END, newEvents: 0, days: new Map() },
  ...{ details: new Map(), folds: new Map(), updatedAt: null, target: null },
} satisfies Partial<TimelineState>;

const FIRST_WAIT_MS = 5_000;
const MAX_WAIT_MS = 300_000;
/** By up to so much each wait is longer, so that pages that fail together do not ask together. */
const JITTER = 0.2;

/** Holds the state, tells of its changes, and knows what is to be tried again. */
export class PageStatus {
  state: TimelineState;
  private readonly subscribers = new Set<() => void>();
  private callOffRetry: () => void = () => {};
  private failures = 0;

  constructor(
    private readonly surroundings: Surroundings,
    settings: Pick<TimelineState, 'timeZone' | 'locale'>,
  ) {
    this.state = { ...NOTHING_SHOWN, status: 'starting', filters: NO_FILTERS, problem: null, ...settings };
  }

  subscribe(changed: () => void): () => void {
    this.subscribers.add(changed);
    return () => this.subscribers.delete(changed);
  }

  set(change: Partial<TimelineState>): void {
    this.state = { ...this.state, ...change };
    for (const changed of this.subscribers) changed();
  }

  /** Nothing of the customer is shown any more. */
  clear(): void {
    this.set({ ...NOTHING_SHOWN, status: 'starting' });
  }

  /** Nothing of the customer is shown any more but why. */
  end(problem: Problem): void {
    this.callOffRetry();
    this.set({ ...NOTHING_SHOWN, status: 'ended', problem: { ...problem, retryAt: null } });
  }

  /** Something came. What failed elsewhere is still to be tried again. */
  succeed(): void {
    const { older, newer } = this.state;
    this.failures = 0;
    const isWhole = older.state !== 'failed' && newer.state !== 'failed';
    if (isWhole) this.callOffRetry();
    this.set({ updatedAt: this.surroundings.now(), ...(isWhole ? { problem: null } : {}) });
  }

  /** @param again is called where waiting may help: later each time, and not before the service says so. */
  fail(error: unknown, again: () => void): void {
    const problem = problemIn(error);
    this.callOffRetry();
    if (!isTriedAgain(problem)) {
      this.tell(problem, null);
      return;
    }
    const asked = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0;
    const backedOff = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures++);
    const wait = Math.max(asked, backedOff * (1 + JITTER * this.surroundings.random()));
    this.tell(problem, wait);
    this.callOffRetry = this.surroundings.after(wait, again);
  }

  /** @param wait null: it is not tried again by itself. */
  tell(problem: Problem, wait: number | null): void {
    const retryAt = wait === null ? null : this.surroundings.now() + wait;
    const status = wait === null && this.state.pages.length === 0 ? 'ended' : this.state.status;
    this.set({ problem: { ...problem, retryAt }, status });
  }
}

import { problemIn, ProblemError, type Problem } from '../api/problem.ts';
import { EDGE_END } from './feed.ts';
import type { Filters, TimelineState } from './state.ts';
import type { Surroundings } from './surroundings.ts';

/** No waiting helps: somebody has to do something. */
const FINAL: readonly Problem['kind'][] = ['session-ended', 'customer-erased', 'wrong-app', 'app-unknown', 'no-token'];
/** Of these, too, but another token or other filters end them. */
const NOT_TRIED_AGAIN: readonly Problem['kind'][] = [...FINAL, 'session-expired', 'refused', 'event-gone'];

export const NO_FILTERS: Filters = { find: '', types: [], quiet: 'fold' };

export const isFinal = ({ kind }: Problem): boolean => FINAL.includes(kind);

/** What an error means, and when it is tried again: not before the service says so. */
export function failureOf(error: unknown, wait: number): { problem: Problem; wait: number } {
  const asked = error instanceof ProblemError ? (error.retryAfterMs ?? 0) : 0;
  return { problem: problemIn(error), wait: Math.max(asked, wait) };
}

/** Holds the state, tells of its changes, and knows what is to be tried again. */
export class PageStatus {
  state: TimelineState;
  private readonly subscribers = new Set<() => void>();
  private callOffRetry: () => void = () => {};

  constructor(
    private readonly surroundings: Surroundings,
    settings: Pick<TimelineState, 'timeZone' | 'locale'>,
  ) {
    this.state = {
      ...{ status: 'starting', head: null, filters: NO_FILTERS, pages: [], newer: EDGE_END, older: EDGE_END },
      ...{ newEvents: 0, days: new Map(), details: new Map(), folds: new Map(), problem: null, updatedAt: null },
      ...{ target: null, ...settings },
    };
  }

  subscribe(changed: () => void): () => void {
    this.subscribers.add(changed);
    return () => this.subscribers.delete(changed);
  }

  set(change: Partial<TimelineState>): void {
    this.state = { ...this.state, ...change };
    for (const changed of this.subscribers) changed();
  }

  succeed(): void {
    this.callOffRetry();
    this.set({ problem: null, updatedAt: this.surroundings.now() });
  }

  /** @param again tries it again, after so many milliseconds, where waiting may help. */
  fail(problem: Problem, wait: number, again: () => void): void {
    this.callOffRetry();
    if (NOT_TRIED_AGAIN.includes(problem.kind)) {
      this.tell(problem, null);
      return;
    }
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

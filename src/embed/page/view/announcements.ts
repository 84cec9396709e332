import type { TimelineState } from '../store/state.ts';
import { matchCount } from './feed-layout.ts';
import { problemText } from './problem-text.ts';
import { TEXTS } from './texts.ts';

/** What screen readers are told after a change; null where there is nothing new to say. */
export function announcement(before: TimelineState | null, now: TimelineState): string | null {
  if (now.problem !== null && now.problem.kind !== before?.problem?.kind) return problemText(now.problem).title;
  if (now.newEvents > 0 && now.newEvents !== before?.newEvents) return TEXTS.newEvents(now.newEvents);
  const isLoading = now.older.state === 'loading' || now.newer.state === 'loading';
  if (now.filters.find === '' || isLoading || now.pages === before?.pages) return null;
  const { count, isAll } = matchCount(now);
  return TEXTS.matches(count, isAll);
}

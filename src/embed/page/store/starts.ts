import type { EntriesQuery } from '../api/api-client.ts';
import type { Day, Instant } from '../api/types.ts';
import { endOfDay } from './local-day.ts';
import type { Target } from './state.ts';

/** Where a feed begins, and what of it is shown first. */
export interface Start {
  readonly query: EntriesQuery;
  readonly target: Target;
}

export const NEWEST: Start = { query: {}, target: { key: null, kind: 'newest' } };

/** @param at null: there is no ticket. */
export const ticketStart = (at: Instant | null): Start =>
  at === null ? NEWEST : { query: { at }, target: { key: null, kind: 'ticket' } };

export const dayStart = (day: Day, timeZone: string): Start => ({
  query: { at: endOfDay(day, timeZone) },
  target: { key: null, kind: 'day' },
});

export const eventStart = (id: string): Start => ({ query: { around: id }, target: { key: id, kind: 'event' } });

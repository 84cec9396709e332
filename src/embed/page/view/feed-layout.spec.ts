import { expect, it } from '@jest/globals';
import type { FeedItem, FeedPage, TimelineState } from '../store/state.ts';
import { END, feedSections, matchCount, ticketKey, walkedKeys } from './feed-layout.ts';

const item = (at: string): FeedItem =>
  ({ key: at, day: at.slice(0, 10), entry: { kind: 'event', id: at, occurredAt: at } }) as unknown as FeedItem;
const page = (key: string, ...items: FeedItem[]): FeedPage => ({ key, items, isGivenUp: items.length === 0 });

const NEW = item('2026-04-20T09:00:00Z');
const OLD = item('2026-04-20T07:00:00Z');
const OLDER = item('2026-04-19T07:00:00Z');

const state = (pages: readonly FeedPage[], more: Partial<TimelineState> = {}) =>
  ({
    head: { session: { at: '2026-04-20T08:00:00Z' } },
    pages,
    newer: { state: 'end', scannedTo: null },
    older: { state: 'more', scannedTo: null },
    target: null,
    ...more,
  }) as unknown as TimelineState;

it('a day is one section, though its events came in two pages', () => {
  const sections = feedSections([page('p1', NEW), page('p2', OLD, OLDER)], null);
  expect(sections.map((section) => section.kind === 'day' && [section.day, section.chunks.map((c) => c.page)])).toEqual(
    [
      ['2026-04-20', ['p1', 'p2']],
      ['2026-04-19', ['p2']],
    ],
  );
});

it('a page that was given up keeps its place', () => {
  const sections = feedSections([page('p1', NEW), page('p2'), page('p3', OLD)], null);
  expect(sections.map(({ kind }) => kind)).toEqual(['day', 'given-up', 'day']);
  expect(new Set(sections.map(({ key }) => key)).size).toBe(3);
});

it('the line of the ticket stands above the newest event that is not after it', () => {
  const pages = [page('p1', NEW, OLD)];
  expect(ticketKey(state(pages))).toBe(OLD.key);
  const [day] = feedSections(pages, OLD.key);
  expect(day?.kind === 'day' && day.chunks[0]?.rows.map(({ kind }) => kind)).toEqual(['item', 'ticket', 'item']);
});

it('the ticket has no line where its place is not loaded', () => {
  const more = { newer: { state: 'more', scannedTo: null } } as const;
  expect(ticketKey(state([page('p1', OLDER)], more))).toBeNull();
  expect(ticketKey(state([page('p1'), page('p2', OLDER)]))).toBeNull();
  expect(ticketKey(state([page('p1', OLD)], { ...more, target: { kind: 'ticket', key: OLD.key } }))).toBe(OLD.key);
  expect(ticketKey(state([page('p1', NEW)]))).toBeNull();
});

it('the line of the ticket is the last where all events are newer', () => {
  const all = state([page('p1', NEW)], { older: { state: 'end', scannedTo: null } });
  expect(ticketKey(all)).toBe(END);
  expect(feedSections(all.pages, END).at(-1)?.kind).toBe('ticket');
});

it('the keyboard walks through items and the events of open folds', () => {
  const fold = {
    key: 'f',
    day: '2026-04-20',
    entry: { kind: 'quiet', count: 3, last: NEW.key },
  } as unknown as FeedItem;
  const sections = feedSections([page('p1', NEW, fold, OLD)], OLD.key);
  const folds = new Map([['f', { pages: [{ items: [{ key: 'in' }] }] }]]) as unknown as TimelineState['folds'];
  expect(walkedKeys(sections, folds)).toEqual([NEW.key, 'f', 'in', OLD.key]);
});

it('matches are counted so far until both ends are reached', () => {
  expect(matchCount(state([page('p1', NEW, OLD)]))).toEqual({ count: 2, isAll: false });
  expect(matchCount(state([page('p1', NEW)], { older: { state: 'end', scannedTo: null } })).isAll).toBe(true);
});

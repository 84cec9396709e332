import { expect, it } from '@jest/globals';
import { itemsOf, openedPage, type OpenedPage } from '../../../../test/support/page/opened-page.ts';
import { newestFirst, type SimulatedEvent } from '../../../../test/support/page/simulated-entries.ts';
import { MAX_ITEMS } from './bound.ts';

const LIMIT = 50;

/** Page views and one order behind them, each a second after the one before. */
const views = (count: number): SimulatedEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ id: `event${String(index).padStart(6, '0')}`, type: index === 0 ? 'order.placed' : 'quiet.viewed' },
    occurredAt: new Date(Date.parse('2026-04-01T00:00:00Z') + index * 1_000).toISOString(),
  }));

async function withOpenFold(count: number): Promise<{ page: OpenedPage; key: string; expected: string[] }> {
  const page = openedPage(undefined, LIMIT);
  page.service.events = views(count + 1);
  void page.store.begin();
  await page.clock.pass(100);
  const key = itemsOf(page.store.state)[0]?.key ?? '';
  page.store.openFold(key);
  await page.clock.pass(50);
  const expected = newestFirst(page.service.events).slice(0, count);
  return { page, key, expected: expected.map(({ id }) => id) };
}

const pagesOf = ({ store }: OpenedPage, key: string) => store.state.folds.get(key)?.pages ?? [];
const shownCount = ({ store }: OpenedPage): number =>
  itemsOf(store.state).length +
  [...store.state.folds.values()].flatMap(({ pages }) => pages.flatMap(({ items }) => items)).length;

/** Opens all of it, as a reader who scrolls to its end. Returns the ids in the order in which they came. */
async function openAll(page: OpenedPage, key: string): Promise<string[]> {
  const { store, clock } = page;
  const ids: string[] = [];
  for (let read = 0; ; read++) {
    const last = pagesOf(page, key)[read];
    ids.push(...(last?.items ?? []).map((item) => item.key));
    store.seen([store.state.pages[0]?.key ?? '', last?.key ?? ''], false);
    if (store.state.folds.get(key)?.hasMore !== true) return ids;
    store.loadMoreOfFold(key);
    await clock.pass(20);
    expect(shownCount(page)).toBeLessThanOrEqual(MAX_ITEMS);
  }
}

it('a fold of 5,000 events opens in pages, of which no more than 1,000 events are kept', async () => {
  const { page, key, expected } = await withOpenFold(5_000);
  expect(await openAll(page, key)).toEqual(expected);
  const pages = pagesOf(page, key);
  expect(pages).toHaveLength(5_000 / LIMIT);
  // What is kept is what was read last.
  expect(pages.findIndex(({ isGivenUp }) => !isGivenUp)).toBe(pages.length - Math.floor((MAX_ITEMS - 2) / LIMIT));
});

it('the pages of a fold that were given up come back when they are near', async () => {
  const { page, key, expected } = await withOpenFold(1_500);
  await openAll(page, key);
  const ids: string[] = [];
  for (const { key: pageKey } of [...pagesOf(page, key)].reverse()) {
    page.store.seen([page.store.state.pages[0]?.key ?? '', pageKey], false);
    await page.clock.pass(50);
    expect(shownCount(page)).toBeLessThanOrEqual(MAX_ITEMS);
    const back = pagesOf(page, key).find((one) => one.key === pageKey);
    expect(back?.isGivenUp).toBe(false);
    ids.unshift(...(back?.items ?? []).map((item) => item.key));
  }
  expect(ids).toEqual(expected);
});

it('a page of a fold that cannot come back is not asked for again by itself, but by whoever wants it', async () => {
  const { page, key } = await withOpenFold(1_500);
  await openAll(page, key);
  const first = pagesOf(page, key)[0]?.key ?? '';
  page.service.fault = () => 'offline';
  const before = page.service.count('/entries');
  for (let look = 0; look < 20; look++) {
    page.store.seen([first], false);
    await page.clock.pass(50);
  }
  expect(page.service.count('/entries') - before).toBe(1);
  page.service.fault = () => null;
  page.store.showPage(first);
  await page.clock.pass(50);
  expect(pagesOf(page, key)[0]?.items).toHaveLength(LIMIT);
});

it('events that came into a page of a fold which was given up, or went, leave each of its events once', async () => {
  const { page, key } = await withOpenFold(1_500);
  await openAll(page, key);
  const { service, store, clock } = page;
  const second = newestFirst(service.events)[LIMIT + 10] as SimulatedEvent;
  const [added, gone] = [{ ...second, id: `${second.id}a` }, newestFirst(service.events)[5]?.id];
  service.events = [...service.events, added].filter(({ id }) => id !== gone);
  for (const { key: pageKey } of pagesOf(page, key).slice(0, 2).reverse()) {
    store.seen([pageKey], false);
    await clock.pass(50);
  }
  const ids = pagesOf(page, key).flatMap(({ items }) => items.map((item) => item.key));
  const expected = newestFirst(service.events).map(({ id }) => id);
  expect(ids).toEqual(expected.slice(0, ids.length));
  expect(await openAll(page, key)).toEqual(expected.slice(0, -1));
});

it('the pages of the timeline that are far from an open fold go before the pages of that which are near', async () => {
  const page = openedPage(undefined, LIMIT);
  const { store, clock, service } = page;
  service.events = views(2_000).map((event, index) => (index < 1_500 ? { ...event, type: 'order.placed' } : event));
  void store.begin();
  await clock.pass(100);
  for (let loaded = 0; loaded < 18; loaded++) {
    store.loadOlder();
    await clock.pass(50);
  }
  const key = itemsOf(store.state)[0]?.key ?? '';
  store.openFold(key);
  await clock.pass(50);
  store.loadMoreOfFold(key);
  await clock.pass(50);
  store.loadMoreOfFold(key);
  await clock.pass(50);
  expect(pagesOf(page, key).map(({ isGivenUp }) => isGivenUp)).toEqual([false, false, false]);
  expect(store.state.pages.at(-1)?.isGivenUp).toBe(true);
  expect(shownCount(page)).toBeLessThanOrEqual(MAX_ITEMS);
});

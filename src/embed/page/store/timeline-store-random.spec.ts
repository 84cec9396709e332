import { expect, it } from '@jest/globals';
import {
  MINUTES,
  openedPage,
  randomEvent,
  randomTimeline,
  readyPage,
  START,
  TYPES,
  type OpenedPage as Page,
  type Random,
} from '../../../../test/support/page/opened-page.ts';
import { newestFirst, placeOf } from '../../../../test/support/page/simulated-entries.ts';
import { EXPIRED, type Fault } from '../../../../test/support/page/simulated-service.ts';
import { randomNumbers, randomWholeNumbers } from '../../../../test/support/random.ts';
import { MAX_ITEMS } from './bound.ts';
import type { FeedItem, TimelineState } from './state.ts';
import { inDrill } from '../../../../test/support/drill.ts';

const TEMPORARY: Fault[] = [
  'offline',
  { status: 503, code: 'SERVICE_UNAVAILABLE', retryAfter: 1 },
  { status: 429, code: 'RATE_LIMIT_EXCEEDED', retryAfter: 3 },
];

const placeOfItem = ({ entry }: FeedItem): string =>
  entry.kind === 'event' ? placeOf(entry) : (entry.cursor.split(' to ')[0] as string).slice('within '.length);

/** Whatever has happened: in order, each once, and not too many. */
function expectSound({ pages }: TimelineState): void {
  const items = pages.flatMap((page) => page.items);
  const places = items.map(placeOfItem);
  expect(places).toEqual([...new Set(places)].sort().reverse());
  expect(items.length).toBeLessThanOrEqual(MAX_ITEMS);
}

async function idsOf(page: Page, items: readonly FeedItem[]): Promise<string[]> {
  const { store, clock } = page;
  const ids: string[] = [];
  for (const { key, entry } of items) {
    if (entry.kind === 'event') {
      ids.push(entry.id);
      continue;
    }
    store.openFold(key);
    await clock.pass(50);
    while (store.state.folds.get(key)?.hasMore === true) {
      store.loadMoreOfFold(key);
      await clock.pass(50);
    }
    ids.push(...(store.state.folds.get(key)?.pages ?? []).flatMap((one) => one.items.map((event) => event.key)));
    store.closeFold(key);
  }
  return ids;
}

/** From the newest end to the oldest one, opening all folds, and telling what is near as the view does. */
async function walk(page: Page): Promise<string[]> {
  const { store, clock } = page;
  store.clearFilters();
  store.setQuiet('fold');
  store.goToNewest();
  await clock.pass(100);
  const read = new Set<string>();
  const ids: string[] = [];
  for (;;) {
    for (const { key, items } of store.state.pages) {
      if (!read.has(key)) ids.push(...(await idsOf(page, items)));
      read.add(key);
    }
    if (store.state.older.state !== 'more') break;
    store.seen([store.state.pages.at(-1)?.key as string], false);
    store.loadOlder();
    await clock.pass(50);
    expectSound(store.state);
  }
  expect(store.state.older.state).toBe('end');
  return ids;
}

/** From the oldest end back up: what was given up comes back. */
async function expectWayBack(page: Page, expected: readonly string[]): Promise<void> {
  const { store, clock } = page;
  const ids: string[] = [];
  const read = new Set<string>();
  for (;;) {
    for (const { key, items } of [...store.state.pages].reverse()) {
      if (items.length === 0 || read.has(key)) continue;
      read.add(key);
      ids.unshift(...(await idsOf(page, items)));
    }
    const above = store.state.pages.filter(
      ({ isGivenUp }, index, all) => isGivenUp && all[index + 1]?.isGivenUp === false,
    );
    const next = above[0];
    if (next === undefined) break;
    store.showPage(next.key);
    await clock.pass(50);
    expectSound(store.state);
  }
  expect(store.state.newer.state).toBe('end');
  expect(ids).toEqual(expected);
}

function randomAction({ store, clock, service }: Page, random: Random): void {
  const { pages } = store.state;
  const any = pages[random(Math.max(1, pages.length))];
  const item = any?.items[random(Math.max(1, any.items.length))];
  const actions: (() => void)[] = [
    () => store.loadOlder(),
    () => store.loadOlder(),
    () => store.loadNewer(),
    () => store.goToNewest(),
    () => store.goToTicket(),
    () => store.showNew(),
    () => store.goToDay(`2026-04-${String(1 + random(20)).padStart(2, '0')}`),
    () => store.goToEvent(service.events[random(service.events.length)]?.id ?? 'gone'),
    () => store.goToEvent('gone'),
    () => store.setTypes(random(2) === 0 ? [] : [TYPES[random(TYPES.length)] as string]),
    () => store.setQuiet((['fold', 'show', 'hide'] as const)[random(3)] as 'fold'),
    () => store.find(random(2) === 0 ? '' : String(random(10))),
    () => store.clearFilters(),
    () => store.retry(),
    () => store.seen(any === undefined ? [] : [any.key], random(2) === 0),
    () => any !== undefined && store.showPage(any.key),
    () => item !== undefined && store.openFold(item.key),
    () => item !== undefined && store.loadMoreOfFold(item.key),
    () => item !== undefined && store.closeFold(item.key),
    () => item?.entry.kind === 'event' && store.openEvent(item.entry.id),
    () => clock.show(random(4) > 0),
  ];
  (actions[random(actions.length)] as () => void)();
}

/** Events come and are erased, now and in the past. */
function randomChange({ service, clock }: Page, random: Random): void {
  const kind = random(6);
  if (kind === 0) service.events = [...service.events, randomEvent(random, clock.now(), 1)];
  if (kind === 1) service.events = [...service.events, randomEvent(random, START, MINUTES)];
  if (kind === 2) service.events = service.events.filter(() => random(60) > 0);
}

it.each(Array.from({ length: inDrill(40, 12) }, (_none, index) => index + 1))(
  'after a random session with faults, the page shows the timeline, each event once (seed %i)',
  async (seed) => {
    const random = randomWholeNumbers(seed);
    const page = openedPage(randomNumbers(seed), 3 + random(20));
    const { service, clock, store, session } = page;
    service.events = randomTimeline(random, random(250));
    service.at = random(2) === 0 ? null : '2026-04-10T12:00:00.000Z';
    service.latency = () => random(400);
    service.fault = () => {
      if (random(40) === 0) return EXPIRED;
      return random(6) === 0 ? (TEMPORARY[random(TEMPORARY.length)] as Fault) : null;
    };
    page.host.isThere = random(2) === 0;
    store.subscribe(() => expectSound(store.state));
    void store.begin();
    for (let step = 0; step < 80; step++) {
      randomAction(page, random);
      randomChange(page, random);
      await clock.pass(random(3) === 0 ? random(15_000) : random(300));
      if (page.asked.length > 0 && random(3) === 0) {
        page.asked.length = 0;
        session.replace(service.token);
        void store.tokenCame();
      }
    }
    service.fault = () => null;
    service.latency = () => 10;
    clock.show(true);
    session.replace(service.token);
    void store.tokenCame();
    await clock.pass(400_000);
    expect(store.state.status).toBe('ready');
    const all = newestFirst(service.events).map(({ id }) => id);
    expect(await walk(page)).toEqual(all);
    await expectWayBack(page, all);
    await clock.pass(60_000);
    expect(store.state.problem).toBeNull();
    expect([...store.state.details.values()].filter(({ status }) => status === 'loading')).toEqual([]);
    expect(store.state.newEvents).toBe(0);
  },
);

it('of 4,000 entries no more than 1,000 are kept, and those that were given up come back', async () => {
  const page = await readyPage(4_000);
  const all = newestFirst(page.service.events).map(({ id }) => id);
  expect(await walk(page)).toEqual(all);
  expect(page.store.state.pages.some(({ isGivenUp }) => isGivenUp)).toBe(true);
  await expectWayBack(page, all);
});

it('pages are given up also where the view has told nothing of what is near', async () => {
  const page = await readyPage(2_000);
  for (let step = 0; step < 45; step++) {
    await page.clock.pass(100);
    page.store.loadOlder();
    expectSound(page.store.state);
  }
  await page.clock.pass(100);
  expect(page.store.state.older.state).toBe('end');
});

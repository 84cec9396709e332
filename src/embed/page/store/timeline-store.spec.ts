import { describe, expect, it } from '@jest/globals';
import {
  itemsOf,
  openedPage,
  randomTimeline,
  readyPage,
  type OpenedPage,
} from '../../../../test/support/page/opened-page.ts';
import { newestFirst, type SimulatedEvent } from '../../../../test/support/page/simulated-entries.ts';
import { EXPIRED } from '../../../../test/support/page/simulated-service.ts';
import { randomNumbers, randomWholeNumbers } from '../../../../test/support/random.ts';

const LIMIT = 20;
const keysOf = (state: Parameters<typeof itemsOf>[0]): string[] => itemsOf(state).map(({ key }) => key);
const idsOf = (events: readonly SimulatedEvent[]): string[] => newestFirst(events).map(({ id }) => id);

describe('the store of the page, when events come', () => {
  it('tells how many came, and shows them only when they are asked for', async () => {
    const { service, store, clock } = await readyPage(30);
    const before = keysOf(store.state);
    const newer = ['09:01', '09:02'].map((time) => ({
      ...{ id: `new at ${time}`, type: 'order.placed', occurredAt: `2026-04-30T${time}:00.000Z` },
    }));
    service.events = [...service.events, ...newer];
    await clock.pass(12_000);
    expect(store.state.newEvents).toBe(2);
    expect(keysOf(store.state)).toEqual(before);
    store.showNew();
    await clock.pass(100);
    expect(store.state.newEvents).toBe(0);
    expect(keysOf(store.state)).toEqual(idsOf(service.events));
  });

  it('is asked every ten seconds at the newest end, every minute elsewhere, and never while nobody sees it', async () => {
    const { service, store, clock } = await readyPage(1);
    const polls = async (millis: number): Promise<number> => {
      const before = service.count('/entries');
      await clock.pass(millis);
      return service.count('/entries') - before;
    };
    store.seen([], true);
    // A wait is up to a fifth longer than ten seconds; here a tenth.
    expect(await polls(66_500)).toBe(6);
    store.seen([], false);
    expect(await polls(132_500)).toBe(2);
    clock.show(false);
    expect(await polls(600_000)).toBe(0);
    clock.show(true);
    expect(await polls(1)).toBe(1);
  });

  it('asks no more than ten times in a second for 100 open pages, mostly for what is unchanged', async () => {
    const random = randomNumbers(3);
    const pages = Array.from({ length: 100 }, () => openedPage(random));
    let requests = 0;
    for (const { store, clock, service } of pages) {
      service.events = randomTimeline(randomWholeNumbers(9), 20);
      void store.begin();
      await clock.pass(100);
      const before = service.count('/entries');
      await clock.pass(600_000);
      requests += service.count('/entries') - before;
      expect(service.requests.filter(({ headers }) => headers['If-None-Match'] === undefined).length).toBeLessThan(8);
    }
    expect(requests / 600).toBeLessThanOrEqual(10);
    expect(requests / 600).toBeGreaterThan(8);
  });
});

describe('the store of the page, at its ends', () => {
  it('says how far was looked where a text is looked for, so that one goes on by hand; else it goes on by itself', async () => {
    const { store, clock } = await readyPage(120);
    expect(store.state.older).toEqual({ state: 'more', scannedTo: null });
    store.loadOlder();
    await clock.pass(100);
    expect(store.state.older).toEqual({ state: 'more', scannedTo: null });
    store.find('event');
    await clock.pass(100);
    expect(store.state.older).toEqual({ state: 'more', scannedTo: expect.any(String) });
  });

  it.each([
    ['a day', ({ store }: OpenedPage) => store.goToDay('2026-04-10'), '2026-04-10T23:59:59.999Z'],
    ['the ticket', ({ store }: OpenedPage) => store.goToTicket(), '2026-04-12T12:00:00.000Z'],
  ])('shows first, at %s, the newest entry that is not after it, and what came later above it', async (_at, go, at) => {
    const page = openedPage();
    const { store, service, clock } = page;
    service.events = randomTimeline(randomWholeNumbers(4), 200).map((event) => ({ ...event, type: 'order.placed' }));
    service.at = '2026-04-12T12:00:00.000Z';
    void store.begin();
    await clock.pass(100);
    go(page);
    await clock.pass(100);
    const first = newestFirst(service.events).find(({ occurredAt }) => occurredAt <= at);
    expect(store.state.target?.key).toBe(first?.id);
    expect(keysOf(store.state).indexOf(first?.id ?? '')).toBeGreaterThan(0);
  });
});

describe('the store of the page, where something fails', () => {
  it('keeps what it shows while the service is away, and asks less and less often', async () => {
    const { service, store, clock } = await readyPage(1);
    service.expiresAt = clock.now() + 86_400_000;
    service.fault = () => 'offline';
    const before = service.requests.length;
    await clock.pass(3_600_000);
    // Polls and renewals, each up to five minutes after the one before.
    expect(service.requests.length - before).toBeLessThan(30);
    expect(store.state.problem?.kind).toBe('offline');
    expect(keysOf(store.state)).toEqual(idsOf(service.events));
    service.fault = () => null;
    store.retry();
    await clock.pass(100);
    expect(store.state.problem).toBeNull();
  });

  it('goes on with a token of the host where its own has expired, and loses nothing', async () => {
    const { service, store, session, host, asked, clock } = await readyPage(60, LIMIT);
    host.isThere = true;
    service.fault = ({ headers }) => (headers['Authorization'] === 'Bearer es_first' ? EXPIRED : null);
    store.loadOlder();
    await clock.pass(100);
    expect(asked).toHaveLength(1);
    expect(store.state.older.state).toBe('loading');
    service.token = 'es_second';
    session.replace('es_second');
    await clock.pass(100);
    expect(keysOf(store.state)).toEqual(idsOf(service.events).slice(0, 2 * LIMIT));
  });

  it.each([
    [401, 'EMBED_SESSION_INVALID', 'session-ended'],
    [401, 'EMBED_SESSION_EXPIRED', 'session-expired'],
    [403, 'EMBED_WRONG_APP', 'wrong-app'],
    [404, 'CUSTOMER_NOT_FOUND', 'customer-erased'],
  ])('ends at the start where waiting does not help: %i %s is %s', async (status, code, kind) => {
    const { service, store, clock } = openedPage();
    service.fault = () => ({ status, code });
    void store.begin();
    await clock.pass(100);
    expect(store.state).toMatchObject({ status: 'ended', problem: { kind, retryAt: null } });
    const before = service.requests.length;
    await clock.pass(3_600_000);
    expect(service.requests.length).toBe(before);
  });

  it('leaves what is shown as it was where an event is gone that is looked for, and both ends go on', async () => {
    const { store, clock } = await readyPage(120);
    const before = store.state.pages;
    store.goToEvent('gone');
    await clock.pass(100);
    expect(store.state.problem).toMatchObject({ kind: 'event-gone', code: 'NOT_FOUND', retryAt: null });
    expect(store.state.pages).toBe(before);
    store.loadOlder();
    await clock.pass(100);
    expect(store.state.pages).toHaveLength(2);
    expect(store.state.problem).toBeNull();
  });

  it('asks for nothing without a token, also when it is looked at again', async () => {
    const { store, clock, service } = openedPage();
    store.end({ kind: 'no-token', code: null, requestId: null, retryAt: null });
    clock.show(false);
    clock.show(true);
    await clock.pass(600_000);
    expect(service.requests).toEqual([]);
    expect(store.state.problem?.kind).toBe('no-token');
  });
});

describe('the store of the page, where something else is asked for meanwhile', () => {
  it('drops what comes for filters that are not the ones of now', async () => {
    const { service, store, clock } = await readyPage(60, LIMIT);
    store.setTypes(['a']);
    store.loadOlder();
    store.clearFilters();
    await clock.pass(100);
    expect(keysOf(store.state)).toEqual(idsOf(service.events).slice(0, LIMIT));
    expect(store.state.filters.types).toEqual([]);
  });

  it('adds nothing to a feed that loads of an end of the one before', async () => {
    const { store, clock, service } = await readyPage(120);
    store.goToDay('2026-04-10');
    store.loadOlder();
    await clock.pass(200);
    store.goToNewest();
    store.loadNewer();
    store.loadOlder();
    await clock.pass(200);
    expect(keysOf(store.state)).toEqual(idsOf(service.events).slice(0, 50));
  });

  it('shows another customer whose token comes, and nothing of the one before', async () => {
    const { store, clock, service, session } = await readyPage(120);
    const before = new Set(service.events.map(({ id }) => id));
    store.openEvent(service.events[0]?.id as string);
    await clock.pass(100);
    service.externalId = 'user_43';
    service.token = 'es_second';
    service.events = randomTimeline(randomWholeNumbers(5), 20);
    session.replace('es_second');
    void store.tokenCame();
    await clock.pass(100);
    const { details, head } = store.state;
    expect(head?.customer.externalId).toBe('user_43');
    expect(details.size).toBe(0);
    expect(keysOf(store.state).filter((key) => before.has(key))).toEqual([]);
    expect(keysOf(store.state).length).toBeGreaterThan(0);
  });

  it('keeps the time zone of the browser where that of the session is unknown to it', async () => {
    const page = openedPage();
    page.service.timeZone = 'Mars/Olympus';
    void page.store.begin();
    await page.clock.pass(100);
    expect(page.store.state).toMatchObject({ status: 'ready', timeZone: 'UTC', problem: null });
  });
});

import { describe, expect, it } from '@jest/globals';
import { PageClock } from '../../../../test/support/page/page-clock.ts';
import { randomNumbers } from '../../../../test/support/random.ts';
import { ApiClient } from '../api/api-client.ts';
import type { Display, Entry, EntriesPage, EventEntry } from '../api/types.ts';
import { itemsOf, MAX_ITEMS, type LoadedPage } from './feed.ts';
import { Session } from './session.ts';
import type { TimelineState } from './state.ts';
import { LiveTimelineStore } from './timeline-store.ts';

const DISPLAY: Display = {
  ...{ title: 'T', severity: 'info', icon: null, url: null, fields: [], quiet: false, hidden: false },
};

interface Stored {
  readonly id: string;
  readonly at: number;
  readonly isQuiet: boolean;
}

/** The types of browsers do not know it. */
const soon = globalThis as unknown as { setImmediate(run: () => void): void };

/** All that is under way without a timer is done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise<void>((resolve) => soon.setImmediate(resolve));
}

/** A service with one timeline, in memory, whose entries are folded as the real one folds them. */
class TestService {
  events: Stored[] = [];
  /** What the next requests come to, before they are answered; null: they are answered. */
  readonly failures: (Response | Error | null)[] = [];
  readonly asked: URL[] = [];
  at: string | null = null;
  private last = 0;

  add(at: number, isQuiet: boolean): void {
    this.events.push({ id: `e${String(++this.last).padStart(6, '0')}`, at, isQuiet });
  }

  /** The newest first. */
  get ordered(): readonly Stored[] {
    return [...this.events].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
  }

  fetch = ((input: string, init: RequestInit): Promise<Response> => {
    const url = new URL(input, 'http://service.test/embed/');
    this.asked.push(url);
    const failure = this.failures.shift() ?? null;
    if (failure instanceof Error) return Promise.reject(failure);
    if (failure !== null) return Promise.resolve(failure);
    return Promise.resolve(this.answer(url, new Headers(init.headers)));
  }) as typeof fetch;

  private answer({ pathname, searchParams: query }: URL, headers: Headers): Response {
    if (pathname.endsWith('/head')) return ok(this.head());
    if (pathname.endsWith('/renew')) return ok(FOREVER);
    if (pathname.endsWith('/days')) return ok({ days: [] });
    if (pathname.includes('/events/')) return ok({ id: pathname.split('/').at(-1), payloadText: '{}' });
    const page = this.entries(query);
    const etag = `"${JSON.stringify(page.entries).length} ${this.events.length}"`;
    if (headers.get('If-None-Match') === etag) return new Response(null, { status: 304 });
    return ok(page, { ETag: etag });
  }

  private head(): object {
    return {
      customer: { externalId: 'c', name: null, email: null, plan: null },
      session: {
        ...{ id: 's', at: this.at, matchedBy: 'externalId', viewer: null, locale: null },
        timeZone: 'UTC',
        ...FOREVER,
      },
      ...{ attention: [], types: [], countedEvents: null, firstOccurredAt: null },
    };
  }

  private entries(query: URLSearchParams): EntriesPage {
    const all = this.ordered.map((event) => ({ ...event, place: placeOf(event) }));
    const within = query.get('within');
    if (within !== null) {
      const [newest = '', oldest = ''] = within.split('~');
      const inside = all.filter(({ place }) => place <= newest && place >= oldest);
      return pageOf(inside.map(entryOf), null, null);
    }
    const cursor = query.get('cursor');
    if (query.get('dir') === 'newer') {
      const above = all.filter(({ place }) => place > (cursor ?? ''));
      return this.cut(above.slice(-LIMIT), above.length > LIMIT, true);
    }
    const at = query.get('at');
    const below = all.filter(({ place, at: millis }) =>
      cursor !== null ? place < cursor : at === null || millis <= Date.parse(at),
    );
    const page = this.cut(below.slice(0, LIMIT), cursor !== null || at !== null, below.length > LIMIT);
    // Nothing is at or before the instant: what is newer begins behind it.
    return at === null || below.length > 0
      ? page
      : { ...page, newer: placeOf({ at: Date.parse(at), id: '~' } as Stored) };
  }

  private cut(events: readonly (Stored & { place: string })[], hasNewer: boolean, hasOlder: boolean): EntriesPage {
    const entries: Entry[] = [];
    for (let index = 0; index < events.length;) {
      let end = index;
      while (events[end]?.isQuiet === true) end++;
      if (end - index >= 3) entries.push(foldOf(events.slice(index, end)));
      else end = index + 1;
      if (end === index + 1) entries.push(entryOf(events[index] as Stored));
      index = end;
    }
    const isEmpty = events.length === 0;
    return pageOf(
      entries,
      hasNewer && !isEmpty ? (events[0]?.place ?? null) : null,
      hasOlder && !isEmpty ? (events.at(-1)?.place ?? null) : null,
    );
  }
}

const LIMIT = 20;
const FOREVER = { expiresAt: '2027-01-01T00:00:00Z', renewableUntil: '2027-01-01T00:00:00Z' };
const placeOf = ({ at, id }: Stored): string => `${String(at).padStart(15, '0')} ${id}`;
const iso = (millis: number): string => new Date(millis).toISOString();
const ok = (data: unknown, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ success: true, data }), { headers });
const refusal = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ success: false, code }), { status, headers });

const entryOf = ({ id, at, isQuiet }: Stored): EventEntry => ({
  ...{ kind: 'event', id, type: isQuiet ? 'quiet' : 'loud', occurredAt: iso(at), createdAt: iso(at) },
  ...{ display: DISPLAY, payloadBytes: 2 },
});
const foldOf = (events: readonly (Stored & { place: string })[]): Entry => ({
  ...{ kind: 'quiet', count: events.length, types: [] },
  ...{ first: iso(events.at(-1)?.at ?? 0), last: iso(events[0]?.at ?? 0) },
  cursor: `${events[0]?.place}~${events.at(-1)?.place}`,
});
const pageOf = (entries: readonly Entry[], newer: string | null, older: string | null): EntriesPage => ({
  ...{ entries, newer, older, scanned: entries.length, scannedTo: null },
});

interface Opened {
  readonly service: TestService;
  readonly time: PageClock;
  readonly store: LiveTimelineStore;
  readonly session: Session;
}

function open(random: () => number = () => 0.5, askHost = (): boolean => false): Opened {
  const [service, time] = [new TestService(), new PageClock(random)];
  const session: Session = new Session('es_a', time, { renew: () => api.renew(), askHost });
  const api: ApiClient = new ApiClient({
    ...{ fetch: service.fetch, token: () => session.token, publicKey: 'pk_live_a', base: 'api' },
  });
  const store = new LiveTimelineStore({ api, session, surroundings: time, timeZone: 'UTC', locale: 'en' });
  return { service, time, store, session };
}

const idsOf = ({ pages }: TimelineState): string[] =>
  itemsOf(pages as LoadedPage[]).flatMap(({ entry, key }) => (entry.kind === 'event' ? [key] : []));

/** All events that are shown, folds opened. */
async function openedIds({ store }: Opened): Promise<string[]> {
  const items = itemsOf(store.state.pages as LoadedPage[]);
  for (const { key, entry } of items) if (entry.kind !== 'event') store.openFold(key);
  await settled();
  return items.flatMap(({ key, entry }) =>
    entry.kind === 'event' ? [key] : (store.state.folds.get(key)?.events.map((event) => event.key) ?? []),
  );
}

describe('the store of the page', () => {
  it('shows the whole timeline, each event once and in order, whatever fails on the way', async () => {
    const random = randomNumbers(17);
    for (let round = 0; round < 40; round++) {
      const opened = open(random);
      const { service, store, time } = opened;
      const total = Math.floor(random() * 150);
      for (let index = 0; index < total; index++) service.add(Math.floor(random() * 40) * 1_000, random() < 0.7);
      if (random() < 0.5) service.at = iso(Math.floor(random() * 40_000));
      const failure = (): Response | Error | null => {
        if (random() < 0.7) return null;
        const kind = Math.floor(random() * 3);
        if (kind === 0) return new TypeError('fetch failed');
        return kind === 1
          ? refusal(503, 'SERVICE_UNAVAILABLE')
          : refusal(429, 'RATE_LIMIT_EXCEEDED', { 'Retry-After': '2' });
      };
      service.failures.push(...Array.from({ length: 20 }, failure));
      void store.begin();
      for (let step = 0; step < 60; step++) {
        await settled();
        if (store.state.status === 'ready' && store.state.older.state === 'end' && store.state.newer.state === 'end')
          break;
        store.loadOlder();
        store.loadNewer();
        await time.pass(Math.max(0, (store.state.problem?.retryAt ?? 0) - time.now()));
      }
      service.failures.length = 0;
      expect(await openedIds(opened)).toEqual(service.ordered.map(({ id }) => id));
      store.retry();
      await settled();
      expect(store.state.problem).toBeNull();
    }
  });

  it('holds no more than 1,000 entries, and brings back what it has given up without a gap', async () => {
    const { service, store } = open();
    for (let index = 0; index < 1_500; index++) service.add(index * 1_000, false);
    void store.begin();
    await settled();
    while (store.state.older.state !== 'end') {
      store.seen([store.state.pages.at(-1)?.key ?? ''], false);
      store.loadOlder();
      await settled();
      expect(itemsOf(store.state.pages as LoadedPage[]).length).toBeLessThanOrEqual(MAX_ITEMS);
    }
    const all = service.ordered.map(({ id }) => id);
    expect(idsOf(store.state)).toEqual(all.slice(-idsOf(store.state).length));
    for (;;) {
      const given = store.state.pages.filter(({ isGivenUp }) => isGivenUp);
      const nearest = given.findLast(
        (page) => store.state.pages.indexOf(page) < store.state.pages.findIndex((p) => !p.isGivenUp),
      );
      if (nearest === undefined) break;
      store.seen([store.state.pages.find(({ isGivenUp }) => !isGivenUp)?.key ?? ''], false);
      store.showPage(nearest.key);
      await settled();
      const ids = idsOf(store.state);
      const from = all.indexOf(ids[0] as string);
      expect(ids).toEqual(all.slice(from, from + ids.length));
    }
    expect(idsOf(store.state)[0]).toBe(all[0]);
    expect(store.state.newer.state).toBe('end');
  });

  it('tells how many events came, and shows them only when they are asked for', async () => {
    const { service, store, time } = open();
    for (let index = 0; index < 30; index++) service.add(index * 1_000, index % 2 === 0);
    void store.begin();
    await settled();
    const before = idsOf(store.state);
    service.add(50_000, false);
    service.add(51_000, false);
    await time.pass(12_000);
    expect(store.state.newEvents).toBe(2);
    expect(idsOf(store.state)).toEqual(before);
    store.showNew();
    await settled();
    expect(store.state.newEvents).toBe(0);
    expect(idsOf(store.state).slice(0, 2)).toEqual(service.ordered.slice(0, 2).map(({ id }) => id));
  });

  it('asks every ten seconds at the newest end, every minute elsewhere, and never while nobody sees it', async () => {
    const { service, store, time } = open(() => 0);
    service.add(1_000, false);
    void store.begin();
    await settled();
    const polls = async (millis: number): Promise<number> => {
      const before = service.asked.length;
      await time.pass(millis);
      return service.asked.length - before;
    };
    expect(await polls(60_000)).toBe(6);
    store.seen([], false);
    expect(await polls(120_000)).toBe(2);
    time.show(false);
    expect(await polls(600_000)).toBe(0);
    time.show(true);
    expect(await polls(1)).toBe(1);
  });

  it('keeps what it shows while the service is away, and asks less and less often', async () => {
    const { service, store, time } = open(() => 0);
    service.add(1_000, false);
    void store.begin();
    await settled();
    service.failures.push(...Array.from({ length: 100 }, () => new TypeError('fetch failed')));
    const before = service.asked.length;
    await time.pass(3_600_000);
    expect(service.asked.length - before).toBeLessThan(20);
    expect(store.state.problem?.kind).toBe('offline');
    expect(idsOf(store.state)).toEqual(['e000001']);
    service.failures.length = 0;
    store.retry();
    await settled();
    expect(store.state.problem).toBeNull();
  });

  it('goes on with a token of the host where its own has expired, and loses nothing', async () => {
    let asked = 0;
    const { service, store, session } = open(undefined, () => ++asked > 0);
    for (let index = 0; index < 60; index++) service.add(index * 1_000, false);
    void store.begin();
    await settled();
    service.failures.push(refusal(401, 'EMBED_SESSION_EXPIRED'));
    store.loadOlder();
    await settled();
    expect(asked).toBe(1);
    expect(store.state.older.state).toBe('loading');
    session.replace('es_b');
    await settled();
    expect(idsOf(store.state)).toEqual(service.ordered.slice(0, 40).map(({ id }) => id));
  });

  it.each([
    [401, 'EMBED_SESSION_INVALID', 'session-ended'],
    [401, 'EMBED_SESSION_EXPIRED', 'session-expired'],
    [403, 'EMBED_WRONG_APP', 'wrong-app'],
    [404, 'CUSTOMER_NOT_FOUND', 'customer-erased'],
  ])('ends where waiting does not help: %i %s is %s', async (status, code, kind) => {
    const { service, store, time } = open();
    service.failures.push(refusal(status, code));
    void store.begin();
    await settled();
    expect(store.state).toMatchObject({ status: 'ended', problem: { kind, retryAt: null } });
    const before = service.asked.length;
    await time.pass(3_600_000);
    expect(service.asked.length).toBe(before);
  });

  it('drops what comes for filters that are not the ones of now', async () => {
    const { service, store } = open();
    for (let index = 0; index < 60; index++) service.add(index * 1_000, false);
    void store.begin();
    await settled();
    store.setTypes(['a']);
    store.loadOlder();
    store.clearFilters();
    await settled();
    expect(idsOf(store.state)).toEqual(service.ordered.slice(0, LIMIT).map(({ id }) => id));
    expect(store.state.filters.types).toEqual([]);
  });
});

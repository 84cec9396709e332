import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient } from '../../src/embed/page/api/api-client.ts';
import { compareInstants } from '../../src/embed/page/api/compare-instants.ts';
import { localDays } from '../../src/embed/page/store/local-day.ts';
import { Session } from '../../src/embed/page/store/session.ts';
import { LiveTimelineStore } from '../../src/embed/page/store/timeline-store.ts';
import { createSession } from '../support/embed-session.ts';
import { itemsOf, type Random } from '../support/page/opened-page.ts';
import { PageClock } from '../support/page/page-clock.ts';
import { randomNumbers, randomWholeNumbers } from '../support/random.ts';
import { originOf, startTestService, type TestService } from '../support/test-service.ts';
import { inDrill } from '../support/drill.ts';

const HISTORIES = inDrill(60, 5);
const TYPES = ['a', 'b', 'c', 'd', 'e'];
/** Each with a day whose clocks change. */
const CHANGES = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2025-10-26'],
  ['America/New_York', '2025-11-02'],
  ['Asia/Kolkata', '2026-04-20'],
  ['Australia/Lord_Howe', '2026-04-05'],
] as const;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

interface StoredEvent {
  readonly id: string;
  readonly occurredAt: string;
}

describe('the page, with the service', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({ SESSION_READ_LIMITS: '0' });
    const random = randomWholeNumbers(1);
    const types = Array.from({ length: HISTORIES }, (_, seed) => TYPES.map((name) => typeOf(seed, name))).flat();
    const rules = types.map((type) => ({ type, rule: { quiet: random(2) === 0 } }));
    for (const { type, rule } of rules) await service.put(`/event-types/${type}`, rule).expect(201);
  });
  afterAll(() => service?.close());

  it.each(Array.from({ length: HISTORIES }, (_, seed) => seed))(
    'shows, with all folds opened, the events of the pages of the timeline, each once and in their order (history %i)',
    async (seed) => {
      const random = randomWholeNumbers(100 + seed);
      const [timeZone, day] = CHANGES[seed % CHANGES.length] as (typeof CHANGES)[number];
      const customerExternalId = `reader ${seed}`;
      await service.patch(`/customers/${customerExternalId}`, { email: `r${seed}@example.com`, name: 'R' }).expect(201);
      await service
        .post('/customer-events/batch', { events: randomEvents(random, seed, customerExternalId, day) })
        .expect(201);
      const expected = await eventsOf(customerExternalId);
      const at = random(2) === 0 ? undefined : expected[random(expected.length)]?.occurredAt;
      const store = await openedStore({ customerExternalId, timeZone, ...(at && { at }) }, 3 + random(20));
      await whole(store);
      expect(await openedIds(store, timeZone, at)).toEqual(expected.map(({ id }) => id));
    },
  );

  async function openedStore(request: object, limit: number): Promise<LiveTimelineStore> {
    const clock = new PageClock(randomNumbers(1), Date.now());
    const { token } = await createSession(service, request);
    const base = `${originOf(service)}/embed/api`;
    const session: Session = new Session(token, clock, { renew: () => api.renew(), askHost: () => false });
    const api = new ApiClient({
      ...{ token: () => token, publicKey: null, base },
      // The page leaves it to the service how many entries come; here it is a few.
      fetch: (url, init) => fetch(String(url).replace('/entries?', `/entries?limit=${limit}&`), init),
    });
    const store = new LiveTimelineStore({ api, session, surroundings: clock, timeZone: 'UTC', locale: 'en' });
    await store.begin();
    return store;
  }

  /** All events as the API gives them. */
  async function eventsOf(externalId: string): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for (let cursor = ''; ;) {
      const { body } = await service.get(`/customers/${externalId}/events?limit=100${cursor}`).expect(200);
      const { data } = body as { data: { events: StoredEvent[]; nextCursor: string | null } };
      events.push(...data.events);
      if (data.nextCursor === null) return events;
      cursor = `&cursor=${data.nextCursor}`;
    }
  }
});

const typeOf = (seed: number, name: string): string => `history${seed}.${name}`;

/** Within three days around a change of clocks; many share a microsecond, and most have the type of the one before. */
function randomEvents(random: Random, seed: number, customerExternalId: string, day: string): object[] {
  const start = Date.parse(`${day}T00:00:00Z`) - DAY_MS;
  let type = typeOf(seed, 'a');
  return Array.from({ length: 100 + random(300) }, () => {
    if (random(8) === 0) type = typeOf(seed, TYPES[random(TYPES.length)] as string);
    const millis = start + random(3 * 24) * HOUR_MS;
    const occurredAt = new Date(millis).toISOString().replace('Z', `00${random(2)}Z`);
    return { customerExternalId, type, occurredAt, payload: {} };
  });
}

/** Resolves when something is so of the state. */
function whenSo(store: LiveTimelineStore, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!condition()) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = store.subscribe(look);
    look();
  });
}

/** Loads both ends until there is nothing behind them. */
async function whole(store: LiveTimelineStore): Promise<void> {
  for (const dir of ['older', 'newer'] as const) {
    const isLoaded = (): boolean => store.state[dir].state !== 'loading';
    await whenSo(store, isLoaded);
    while (store.state[dir].state === 'more') {
      if (dir === 'older') store.loadOlder();
      else store.loadNewer();
      await whenSo(store, isLoaded);
    }
    expect(store.state[dir].state).toBe('end');
  }
}

async function openedIds(store: LiveTimelineStore, timeZone: string, at: string | undefined): Promise<string[]> {
  const dayOf = localDays(timeZone);
  const ids: string[] = [];
  for (const { key, entry } of itemsOf(store.state)) {
    if (entry.kind === 'event') {
      ids.push(key);
      continue;
    }
    store.openFold(key);
    const isOpened = (): boolean => store.state.folds.get(key)?.status === 'loaded';
    await whenSo(store, isOpened);
    while (store.state.folds.get(key)?.hasMore === true) {
      store.loadMoreOfFold(key);
      await whenSo(store, isOpened);
    }
    const events = (store.state.folds.get(key)?.pages ?? []).flatMap(({ items }) => items.map((item) => item.entry));
    const instants = events.map((event) => (event.kind === 'event' ? event.occurredAt : ''));
    expect(events).toHaveLength(entry.count);
    // No fold goes over midnight, nor over the ticket.
    expect(new Set(instants.map(dayOf)).size).toBe(1);
    expect(new Set(instants.map((instant) => at !== undefined && compareInstants(instant, at) > 0)).size).toBe(1);
    ids.push(...events.map((event) => (event.kind === 'event' ? event.id : '')));
    store.closeFold(key);
  }
  return ids;
}

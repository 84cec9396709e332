import { ApiClient } from '../../../src/embed/page/api/api-client.ts';
import type { FeedItem, TimelineState } from '../../../src/embed/page/store/state.ts';
import { Session } from '../../../src/embed/page/store/session.ts';
import { LiveTimelineStore } from '../../../src/embed/page/store/timeline-store.ts';
import { randomWholeNumbers } from '../random.ts';
import { PageClock } from './page-clock.ts';
import type { SimulatedEvent } from './simulated-entries.ts';
import { SimulatedService } from './simulated-service.ts';

export type OpenedPage = ReturnType<typeof openedPage>;
export type Random = (below: number) => number;

/** A page with its session, on a simulated service; nothing has been loaded yet. @param limit of entries in one response */
export function openedPage(numbers: () => number = () => 0.5, limit = 50) {
  const clock = new PageClock(numbers);
  const service = new SimulatedService(clock, limit);
  const asked: string[] = [];
  /** Where it is there, it is asked for another token, which the test gives. */
  const host = { isThere: false };
  const session: Session = new Session(service.token, clock, {
    renew: () => api.renew(),
    askHost: (expiresAt) => {
      asked.push(expiresAt);
      return host.isThere;
    },
  });
  const api = new ApiClient({
    ...{ fetch: service.fetch, token: () => session.token, publicKey: 'pk_live_1', base: '/embed/api' },
  });
  const opened: string[] = [];
  const store = new LiveTimelineStore({
    ...{ api, session, surroundings: clock, timeZone: 'UTC', locale: 'en' },
    opened: (id) => opened.push(id),
  });
  return { clock, service, session, api, store, host, asked, opened };
}

/** A page that shows the newest of so many events, none of which is folded. */
export async function readyPage(count: number, limit?: number): Promise<OpenedPage> {
  const page = openedPage(undefined, limit);
  page.service.events = randomTimeline(randomWholeNumbers(count), count).map((event) => ({
    ...event,
    type: 'order.placed',
  }));
  void page.store.begin();
  await page.clock.pass(100);
  return page;
}

export const TYPES = ['order.placed', 'payment.failed', 'quiet.viewed', 'quiet.opened'];
export const START = Date.parse('2026-04-01T00:00:00Z');
/** The events of {@link randomTimeline} lie within so many minutes from {@link START} on. */
export const MINUTES = 20 * 24 * 60;

let lastId = 0;
/** Some share an instant. */
export const randomEvent = (random: Random, from: number, minutes: number): SimulatedEvent => ({
  id: `event${String(++lastId).padStart(6, '0')}`,
  type: TYPES[random(TYPES.length)] as string,
  occurredAt: new Date(from + random(minutes) * 60_000).toISOString(),
});

export const randomTimeline = (random: Random, count: number): SimulatedEvent[] =>
  Array.from({ length: count }, () => randomEvent(random, START, MINUTES));

export const itemsOf = ({ pages }: TimelineState): FeedItem[] => pages.flatMap(({ items }) => items);

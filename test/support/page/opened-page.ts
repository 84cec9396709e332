import { ApiClient } from '../../../src/embed/page/api/api-client.ts';
import { Session } from '../../../src/embed/page/store/session.ts';
import { LiveTimelineStore } from '../../../src/embed/page/store/timeline-store.ts';
import { PageClock } from './page-clock.ts';
import { SimulatedService } from './simulated-service.ts';

/** A page with its session, on a simulated service; nothing has been loaded yet. */
export function openedPage(numbers: () => number = () => 0.5, limit = 50) {
  const clock = new PageClock(numbers);
  const service = new SimulatedService(clock, limit);
  const asked: string[] = [];
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

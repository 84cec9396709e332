import { ApiClient } from './api/api-client.ts';
import { problemOf, type Problem } from './api/problem.ts';
import { Host, isToken, type HostMessage } from './store/host.ts';
import { Session } from './store/session.ts';
import { LiveTimelineStore } from './store/timeline-store.ts';
import type { TimelineStore } from './store/state.ts';
import type { Surroundings } from './store/surroundings.ts';

/** The element that shows a store. */
export type TimelineElement = HTMLElement & { store: TimelineStore | undefined; theme: string | undefined };

/** Beside the folder of this script, wherever the service is. */
const API = new URL('../api', import.meta.url).pathname;
const UTC = 'UTC';

/**
 * Reads what the page was opened with, and shows the timeline: the public key of the app in the query, the token in the
 * fragment, which is removed at once, and the origins that may show the page, which the service has put there.
 */
export function startPage(element: TimelineElement): void {
  const token = takeToken(window.location);
  const publicKey = new URLSearchParams(window.location.search).get('k');
  // The service repeats only what has the form of one.
  const isNoKey = publicKey !== null && !element.hasAttribute('public-key');
  const origins = (element.getAttribute('origins') ?? '').split(' ').filter((origin) => origin !== '');
  const browser = Intl.DateTimeFormat().resolvedOptions();
  const open = (heldToken: string): void => {
    const session: Session = new Session(heldToken, surroundings, {
      renew: () => api.renew(),
      askHost: (expiresAt) => host.send({ kind: 'tokenExpiring', expiresAt }),
    });
    const api: ApiClient = new ApiClient({
      fetch: window.fetch.bind(window),
      token: () => session.token,
      publicKey,
      base: API,
    });
    const store = new LiveTimelineStore({
      ...{ api, session, surroundings, timeZone: browser.timeZone || UTC, locale: navigator.language },
      opened: (eventId) => host.send({ kind: 'opened', eventId }),
    });
    current = { session, store };
    element.store = store;
    void store.begin();
  };
  let current: { session: Session; store: LiveTimelineStore } | undefined;
  const host = new Host(hostWindow, origins, ancestorOrigin(), (message) => take(message));
  const take = (message: HostMessage): void => {
    if (message.kind === 'theme') element.theme = message.theme;
    else if (message.kind === 'focusEvent') current?.store.goToEvent(message.eventId);
    else if (message.kind === 'token' && current === undefined) open(message.token);
    else if (message.kind === 'token') {
      current?.session.replace(message.token);
      void current?.store.tokenCame();
    }
  };
  if (isNoKey) element.store = ended('app-unknown');
  else if (token === null) element.store = ended('no-token');
  else open(token);
  tellHeight(element, host);
}

/** Nothing can be asked, and the page says why. A host may still give the token that is missing. */
function ended(kind: Problem['kind']): TimelineStore {
  const session = new Session('', surroundings, { renew: () => Promise.reject(new Error()), askHost: () => false });
  const api = new ApiClient({ fetch: window.fetch.bind(window), token: () => '', publicKey: null, base: API });
  const store = new LiveTimelineStore({ api, session, surroundings, timeZone: UTC, locale: navigator.language });
  store.end(problemOf(kind));
  return store;
}

/** It shall stand in no history, and no copied address. */
function takeToken({ hash, pathname, search }: Location): string | null {
  const token = new URLSearchParams(hash.slice(1)).get('t');
  if (hash !== '') window.history.replaceState(null, '', pathname + search);
  return isToken(token) ? token : null;
}

/** Of the window around; null where there is none, or the browser does not tell. */
function ancestorOrigin(): string | null {
  if (window.parent === window) return null;
  const told = window.location.ancestorOrigins?.[0];
  return told ?? (document.referrer === '' ? null : new URL(document.referrer).origin);
}

const hostWindow = {
  parent: window.parent === window ? null : window.parent,
  onMessage: (received: (event: MessageEvent) => void) => window.addEventListener('message', received),
};

const surroundings: Surroundings = {
  now: () => Date.now(),
  after: (millis, run) => {
    const timer = window.setTimeout(run, millis);
    return () => window.clearTimeout(timer);
  },
  random: () => Math.random(),
  isVisible: () => document.visibilityState === 'visible',
  onVisibilityChange: (changed) => document.addEventListener('visibilitychange', changed),
};

/** So that a host can make the frame as high as the page. */
function tellHeight(element: HTMLElement, host: Host): void {
  let last = 0;
  new ResizeObserver(([entry]) => {
    const height = Math.ceil(entry?.contentRect.height ?? 0);
    if (height === last) return;
    last = height;
    host.send({ kind: 'height', height });
  }).observe(element);
}

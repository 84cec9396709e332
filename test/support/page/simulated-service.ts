import type { EventDetail, Head } from '../../../src/embed/page/api/types.ts';
import type { PageClock } from './page-clock.ts';
import { newestFirst, SimulatedEntries, type SimulatedEvent } from './simulated-entries.ts';

export interface SimulatedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a test answers in the place of the service. */
export type Fault = { readonly status: number; readonly code: string; readonly retryAfter?: number } | 'offline';

const SESSION_MS = 900_000;
const RENEWABLE_MS = 28_800_000;

/** /embed/api in memory: one customer, one session, by the clock of the test. */
export class SimulatedService {
  events: readonly SimulatedEvent[] = [];
  at: string | null = null;
  externalId = 'user_42';
  token = 'es_first';
  timeZone: string | null = 'UTC';
  expiresAt: number;
  renewableUntil: number;
  /** How far the clock of the browser is ahead of that of the service, in milliseconds. */
  clockAhead = 0;
  readonly requests: SimulatedRequest[] = [];
  /** Asked before each request. */
  fault: (request: SimulatedRequest) => Fault | null = () => null;
  latency: () => number = () => 10;
  private readonly entries: SimulatedEntries;

  constructor(
    private readonly clock: PageClock,
    limit = 50,
  ) {
    this.entries = new SimulatedEntries(limit);
    this.expiresAt = clock.now() + SESSION_MS;
    this.renewableUntil = clock.now() + RENEWABLE_MS;
  }

  /** For the client. What it gives is what was there when the request arrived. */
  readonly fetch = (async (url: string, init: RequestInit) => {
    const { pathname, searchParams } = new URL(url, 'https://events.example');
    const request: SimulatedRequest = {
      ...{ method: init.method as string, path: pathname.replace('/embed/api', ''), query: searchParams },
      headers: init.headers as Record<string, string>,
    };
    this.requests.push(request);
    const fault = this.fault(request);
    const response = fault === null ? this.respond(request) : fault === 'offline' ? null : refusal(fault);
    await new Promise<void>((resolve) => this.clock.after(this.latency(), resolve));
    if (response === null) throw new TypeError('fetch failed');
    return response;
  }) as unknown as typeof fetch;

  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  private get time(): number {
    return this.clock.now() - this.clockAhead;
  }

  private respond(request: SimulatedRequest): Response {
    if (request.headers['Authorization'] !== `Bearer ${this.token}`) return refusal(INVALID);
    if (this.time >= this.expiresAt) return refusal(EXPIRED);
    if (request.path === '/renew') return this.renew();
    if (request.path === '/head') return json(this.head());
    if (request.path === '/days') return json({ days: this.days(request.query) });
    if (request.path === '/entries') return this.page(request);
    return this.event(decodeURIComponent(request.path.slice('/events/'.length)));
  }

  private renew(): Response {
    this.expiresAt = Math.min(this.renewableUntil, Math.max(this.expiresAt, this.time + SESSION_MS));
    return json(this.times());
  }

  private times() {
    return {
      expiresAt: new Date(this.expiresAt).toISOString(),
      renewableUntil: new Date(this.renewableUntil).toISOString(),
    };
  }

  private head(): Head {
    return {
      customer: { externalId: this.externalId, name: null, email: null, plan: null },
      session: {
        ...{ id: 'session', at: this.at, matchedBy: 'externalId', viewer: null, locale: null },
        ...{ timeZone: this.timeZone, eventLink: null, ...this.times() },
      },
      ...{ attention: [], types: [], countedEvents: null, firstOccurredAt: null },
    };
  }

  private days(query: URLSearchParams) {
    const [from, to] = [query.get('from') as string, query.get('to') as string];
    const counts = new Map<string, number>();
    for (const { occurredAt } of newestFirst(this.events)) {
      const day = occurredAt.slice(0, 10);
      if (day >= from && day < to) counts.set(day, (counts.get(day) ?? 0) + 1);
    }
    return [...counts].map(([day, count]) => ({ day, count }));
  }

  private page({ query, headers }: SimulatedRequest): Response {
    const page = this.entries.page(this.events, query);
    if (page === null) {
      return refusal(query.get('around') === null ? { status: 400, code: 'VALIDATION_ERROR' } : NOT_FOUND);
    }
    const etag = JSON.stringify(JSON.stringify(page).length + JSON.stringify(page.entries));
    if (headers['If-None-Match'] === etag) return json(null, 304, etag);
    return json(page, 200, etag);
  }

  private event(id: string): Response {
    const event = this.events.find((one) => one.id === id);
    if (event === undefined) return refusal(NOT_FOUND);
    const detail: EventDetail = { ...event, payloadText: '{"amount":0.10}', createdAt: event.occurredAt };
    return json(detail);
  }
}

export const EXPIRED = { status: 401, code: 'EMBED_SESSION_EXPIRED' };
export const INVALID = { status: 401, code: 'EMBED_SESSION_INVALID' };
export const NOT_FOUND = { status: 404, code: 'NOT_FOUND' };

function json(data: unknown, status = 200, etag?: string): Response {
  return responseOf(status, { success: true, data }, etag === undefined ? {} : { ETag: etag });
}

function refusal(fault: Exclude<Fault, 'offline'>): Response {
  const { status, code, retryAfter } = fault;
  const headers = {
    'X-Request-Id': 'request-1',
    ...(retryAfter === undefined ? {} : { 'Retry-After': `${retryAfter}` }),
  };
  return responseOf(status, { success: false, code, message: code, timestamp: '2026-04-20T10:00:00Z' }, headers);
}

/** Without the streams of a real one, so that a test knows when all is read. */
const responseOf = (status: number, body: unknown, headers: Record<string, string>): Response =>
  ({
    ...{ ok: status < 300, status, headers: new Headers(headers) },
    json: () => Promise.resolve(structuredClone(body)),
  }) as unknown as Response;

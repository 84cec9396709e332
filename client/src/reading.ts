import type { Http } from './http.ts';
import { cutPayloads } from './payload-texts.ts';
import type {
  ContextFields,
  Customer,
  EmbedSession,
  EmbedSessionRequest,
  EventFields,
  ContextQuery,
  EventOutline,
  SummaryQuery,
  TimelineQuery,
  TimelineSummary,
} from './service-types.ts';

/** An event as the service gives it. */
export type TimelineEvent = EventFields & {
  /** The payload as JSON, digit for digit as it was sent, without white space between its parts. */
  readonly payloadText: string;
  /** The payload as values, parsed when it is first read: JavaScript rounds numbers that `payloadText` has in full. */
  readonly payload: Readonly<Record<string, unknown>>;
};

export type TicketContext = ContextFields & { readonly events: readonly (TimelineEvent | EventOutline)[] };

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** `type`: one or more, `order.*` is a prefix; `from` is inclusive, `to` exclusive. */
export type SummaryFilter = SummaryQuery & RequestOptions;

/** `limit`: events of one page, 1–200 (50), that is how many are read at a time, and not how many come. */
export type TimelineFilter = TimelineQuery & RequestOptions;

/** `at`: when the ticket was opened (now); `window`: how far the summary looks back (P7D). */
export type ContextOptions = ContextQuery & RequestOptions;

/** What is asked of the service, each request again after a failure that passes. All throw `RequestError`. */
export class Reader {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async *timeline(externalId: string, filter: TimelineFilter): AsyncGenerator<TimelineEvent, void, undefined> {
    const { signal, ...query } = filter;
    let cursor: string | null | undefined;
    do {
      const text = await this.#http.ask('GET', customerPath(externalId, 'events', { ...query, cursor }), { signal });
      const page = dataOf<{ events: WithPayload[]; nextCursor: string | null }>(text);
      for (const event of page.data.events) yield withPayload(event, page.payloads);
      cursor = page.data.nextCursor;
    } while (cursor !== null);
  }

  async summary(externalId: string, { signal, ...query }: SummaryFilter): Promise<TimelineSummary> {
    const text = await this.#http.ask('GET', customerPath(externalId, 'events/summary', query), { signal });
    return dataOf<TimelineSummary>(text).data;
  }

  async context(externalId: string, { signal, ...query }: ContextOptions): Promise<TicketContext> {
    const text = await this.#http.ask('GET', customerPath(externalId, 'context', query), { signal });
    const { data, payloads } = dataOf<ContextFields & { events: (WithPayload | EventOutline)[] }>(text);
    const events = data.events.map((event) =>
      'payload' in event ? withPayload(event as WithPayload, payloads) : event,
    );
    return { ...data, events: events as (TimelineEvent | EventOutline)[] };
  }

  async findCustomer({ email }: { readonly email: string }, { signal }: RequestOptions): Promise<Customer | null> {
    const text = await this.#http.ask('GET', `/customers${queryOf({ email })}`, { signal });
    return (JSON.parse(text) as { data: { customers: Customer[] } }).data.customers[0] ?? null;
  }

  async embedSession(request: EmbedSessionRequest, { signal }: RequestOptions): Promise<EmbedSession> {
    const text = await this.#http.ask('POST', '/embed/sessions', { body: JSON.stringify(request), signal });
    return (JSON.parse(text) as { data: EmbedSession }).data;
  }
}

/** An event of which the payload was cut out: its index. */
type WithPayload = EventFields & { payload: number };

function dataOf<Data>(text: string): { data: Data; payloads: readonly string[] } {
  const { rest, payloads } = cutPayloads(text);
  return { data: (JSON.parse(rest) as { data: Data }).data, payloads };
}

function withPayload({ payload: index, ...fields }: WithPayload, payloads: readonly string[]): TimelineEvent {
  const payloadText = payloads[index] as string;
  let payload: TimelineEvent['payload'] | undefined;
  return Object.defineProperty({ ...fields, payloadText } as unknown as TimelineEvent, 'payload', {
    get: () => (payload ??= JSON.parse(payloadText) as TimelineEvent['payload']),
    enumerable: true,
    configurable: true,
  });
}

const customerPath = (externalId: string, rest: string, query: object): string =>
  `/customers/${encodeURIComponent(externalId)}/${rest}${queryOf(query)}`;

function queryOf(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query) as [string, unknown][]) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one !== undefined && one !== null)
        parameters.append(name, one instanceof Date ? one.toISOString() : String(one));
    }
  }
  return parameters.size === 0 ? '' : `?${parameters}`;
}

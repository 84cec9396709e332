import type { Http } from './http.ts';
import { cutPayloads } from './payload-texts.ts';
import type {
  ContextFields,
  Customer,
  EmbedSession,
  EmbedSessionRequest,
  EventFields,
  EventOutline,
  TimelineSummary,
} from './service-types.ts';

/** An event as the service gives it. */
export interface TimelineEvent extends EventFields {
  /** The payload as JSON, exactly as it was sent. */
  readonly payloadText: string;
  /** The payload as values, parsed when it is first read: JavaScript rounds numbers that `payloadText` has in full. */
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface TicketContext extends ContextFields {
  readonly events: readonly (TimelineEvent | EventOutline)[];
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface SummaryFilter extends RequestOptions {
  /** One or more; `order.*` is a prefix. */
  readonly type?: string | readonly string[] | undefined;
  /** Inclusive. */
  readonly from?: string | Date | undefined;
  /** Exclusive. */
  readonly to?: string | Date | undefined;
}

export interface TimelineFilter extends SummaryFilter {
  /** `desc` (default): the newest first. */
  readonly order?: 'asc' | 'desc' | undefined;
  /** Events of one page, 1–200 (50): how many are read at a time, not how many come. */
  readonly limit?: number | undefined;
  /** Each event with its `display`. */
  readonly display?: boolean | undefined;
}

export interface ContextOptions extends RequestOptions {
  /** When the ticket was opened (now). */
  readonly at?: string | Date | undefined;
  /** How far the summary looks back, as an ISO 8601 duration (P7D). */
  readonly window?: string | undefined;
  /** How many of the latest events, 1–200 (20). */
  readonly limit?: number | undefined;
  readonly display?: boolean | undefined;
}

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

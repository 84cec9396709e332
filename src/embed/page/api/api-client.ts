import { problemOf, ProblemError, refusalOf } from './problem.ts';
import type { Day, Days, EntriesPage, EventDetail, Head, Instant, QuietMode, Renewal } from './types.ts';

/** Which entries are asked for; what is not given does not restrict. */
export interface EntriesQuery {
  readonly at?: Instant;
  readonly around?: string;
  readonly cursor?: string;
  readonly dir?: 'older' | 'newer';
  readonly within?: string;
  readonly types?: readonly string[];
  readonly find?: string;
  readonly quiet?: QuietMode;
  readonly timeZone?: string;
}

/** The newest page, or that it is what it was. */
export type NewestPage = { readonly page: EntriesPage; readonly etag: string | null } | 'unchanged';

export interface ApiClientOptions {
  readonly fetch: typeof fetch;
  /** The token of now: a renewal keeps it, the host may give another one. */
  readonly token: () => string;
  /** Of the app that the page is shown for: the token of another one is refused. */
  readonly publicKey: string | null;
  /** Where /embed/api is. */
  readonly base: string;
  /** Ends a request after so many milliseconds. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
const NOT_MODIFIED = 304;
/** Nothing of a request is kept by the browser, or told to others. Node's `fetch`, by which this is tested, has no cache. */
const NO_TRACES = { credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' } as const;

/** Asks /embed/api. All methods throw {@link ProblemError} and nothing else. */
export class ApiClient {
  constructor(private readonly options: ApiClientOptions) {}

  async entries(query: EntriesQuery): Promise<EntriesPage> {
    return dataOf<EntriesPage>(await this.ask('GET', `/entries${queryText(query)}`));
  }

  /** @param etag of the newest page as it is known; null: it is not. */
  async newest(query: EntriesQuery, etag: string | null): Promise<NewestPage> {
    const response = await this.ask(
      'GET',
      `/entries${queryText(query)}`,
      etag === null ? {} : { 'If-None-Match': etag },
    );
    if (response.status === NOT_MODIFIED) return 'unchanged';
    return { page: await dataOf<EntriesPage>(response), etag: response.headers.get('ETag') };
  }

  async head(): Promise<Head> {
    return dataOf<Head>(await this.ask('GET', '/head'));
  }

  /** @param from inclusive. @param to exclusive. */
  async days(from: Day, to: Day, timeZone: string, types: readonly string[]): Promise<Days> {
    const query = new URLSearchParams({ from, to, tz: timeZone });
    for (const type of types) query.append('type', type);
    return dataOf<Days>(await this.ask('GET', `/days?${query.toString()}`));
  }

  async event(id: string): Promise<EventDetail> {
    return dataOf<EventDetail>(await this.ask('GET', `/events/${encodeURIComponent(id)}`));
  }

  async renew(): Promise<Renewal> {
    return dataOf<Renewal>(await this.ask('POST', '/renew'));
  }

  private async ask(method: string, path: string, more: Record<string, string> = {}): Promise<Response> {
    const { base, token, publicKey, timeoutMs = TIMEOUT_MS } = this.options;
    const headers = {
      Authorization: `Bearer ${token()}`,
      ...(publicKey === null ? {} : { 'X-Public-Key': publicKey }),
      ...more,
    };
    let response: Response;
    try {
      response = await this.options.fetch(base + path, {
        ...NO_TRACES,
        method,
        headers,
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch {
      throw new ProblemError(problemOf('offline'));
    }
    if (response.ok || response.status === NOT_MODIFIED) return response;
    throw await refusalOf(response);
  }
}

async function dataOf<T>(response: Response): Promise<T> {
  try {
    return ((await response.json()) as { data: T }).data;
  } catch {
    // The connection broke in the middle of the body.
    throw new ProblemError(problemOf('offline'));
  }
}

function queryText({ at, around, cursor, dir, within, types, find, quiet, timeZone }: EntriesQuery): string {
  const query = new URLSearchParams();
  const given = { at, around, cursor, dir, within, q: find === '' ? undefined : find, quiet, tz: timeZone };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) query.set(name, value);
  for (const type of types ?? []) query.append('type', type);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

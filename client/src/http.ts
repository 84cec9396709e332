import { type ErrorDetails, RequestError } from './errors.ts';
import { backoffMs, isRetryable, now, Sleep } from './retry.ts';
import { byFetch, byNode, type Fetch, type Reply, type Transport } from './transport.ts';

const API = '/api/v1';
/** Of one request, with its response. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** A request that reads is tried again within it. */
const READ_WITHIN_MS = 30_000;
/** What an HTTP header can carry, without white space. */
const KEY = /^[\x21-\x7e]+$/;

export interface Sending {
  readonly body?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests to one service with one key, which appears in no error. */
export class Http {
  readonly #base: string;
  readonly #key: string;
  readonly #transport: Transport;

  /** @throws TypeError where the URL or the key cannot be used; its message has neither. */
  constructor(url: string | URL, key: string, fetch: Fetch | undefined) {
    this.#base = baseOf(url) + API;
    if (typeof key !== 'string' || !KEY.test(key))
      throw new TypeError('key must be an agent key: printable ASCII without white space');
    this.#key = key;
    this.#transport =
      fetch === undefined ? (byNode() ?? byFetch((...args) => globalThis.fetch(...args))) : byFetch(fetch);
  }

  /** @throws the reason of the signal, or what went wrong, where there was no whole response in time. */
  async send(method: string, path: string, { body, timeoutMs, signal }: Sending = {}): Promise<Reply> {
    const ms = Math.min(timeoutMs ?? Infinity, REQUEST_TIMEOUT_MS);
    const aborting = new AbortController();
    const abort = (): void => aborting.abort(signal?.reason);
    const timer = setTimeout(() => aborting.abort(new Error(`There was no response within ${Math.ceil(ms)} ms`)), ms);
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted === true) abort();
    try {
      return await this.#transport({
        url: this.#base + path,
        method,
        headers: { 'X-API-Key': this.#key, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        body,
        signal: aborting.signal,
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /**
   * For what may be asked twice: tries again for up to 30 s, as is done with events.
   *
   * @returns the text of the `data` of a successful response, within its envelope.
   * @throws RequestError; the reason of the signal.
   */
  async ask(method: string, path: string, { body, signal }: Pick<Sending, 'body' | 'signal'> = {}): Promise<string> {
    const deadline = now() + READ_WITHIN_MS;
    for (let failures = 0; ; failures++) {
      const failure = await this.#try(method, path, body, deadline - now(), signal);
      if (typeof failure === 'string') return failure;
      const wait = failure.retryAfter + backoffMs(failures);
      if (!failure.mayPass || now() + wait > deadline) throw failure.error;
      await sleep(wait, signal);
    }
  }

  async #try(method: string, path: string, body: string | undefined, timeoutMs: number, signal?: AbortSignal) {
    let reply: Reply;
    try {
      reply = await this.send(method, path, { body, timeoutMs, signal });
    } catch (cause) {
      signal?.throwIfAborted();
      const error = new RequestError(0, 'NO_RESPONSE', 'The service did not respond', undefined, cause);
      return { error, mayPass: true, retryAfter: 0 };
    }
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    return { error: this.failureOf(reply), mayPass: isRetryable(reply.status), retryAfter: reply.retryAfter };
  }

  /** For what becomes an error: a service that is not ours may repeat what it was sent. */
  withoutKey(text: string): string {
    return text.replaceAll(this.#key, '[key]');
  }

  /** What a response that is no success says. */
  failureOf({ status, text }: Reply): RequestError {
    const { code, message, details } = envelopeOf(this.withoutKey(text));
    return new RequestError(status, code ?? `HTTP_${status}`, message ?? `The response was HTTP ${status}`, details);
  }
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const wait = new Sleep();
  const cut = (): void => wait.cut();
  signal?.addEventListener('abort', cut, { once: true });
  await wait.for(ms);
  signal?.removeEventListener('abort', cut);
  signal?.throwIfAborted();
}

/** The members of a failure's envelope that are as they should be; a proxy sends other things. */
function envelopeOf(text: string): { code?: string; message?: string; details?: ErrorDetails } {
  const body = parsed(text) as { code?: unknown; message?: unknown; details?: unknown } | null | undefined;
  return {
    ...(typeof body?.code === 'string' && { code: body.code }),
    ...(typeof body?.message === 'string' && { message: body.message }),
    ...(typeof body?.details === 'object' && body.details !== null && { details: body.details as ErrorDetails }),
  };
}

/** @returns undefined where it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function baseOf(url: string | URL): string {
  const { protocol, username, password, origin, pathname, search, hash } = new URL(urlText(url));
  if (!/^https?:$/.test(protocol) || `${username}${password}${search}${hash}` !== '')
    throw new TypeError('url must be http:// or https://, a host and at most a path: without user, query or fragment');
  return origin + pathname.replace(/\/+$/, '');
}

function urlText(url: string | URL): string {
  const text = String(url);
  // The error of URL would repeat the text, and with it a password in it.
  if (!URL.canParse(text))
    throw new TypeError('url must be the URL of the service, such as https://events.example.com');
  return text;
}

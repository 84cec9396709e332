import type { IncomingMessage, ServerResponse } from 'node:http';
import { Abandoned } from '../../../../libs/kernel/abandoned.ts';
import type { DomainError } from '../../../../libs/kernel/domain-error.ts';
import { wrongFields } from '../../input/wrong-fields.ts';
import type { Caller, RefusedKey } from './caller.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** The status that stands for "the client went away before it had a response"; nginx's, never sent. */
export const CLIENT_WENT_AWAY = 499;
/** One name for all paths that are no route: whatever people call us by, the names stay few. */
export const NO_ROUTE = 'none';

/** What became of the parts of a request, where it has many. No text of a client is in it. */
export interface RequestSummary {
  /** How many parts had which outcome, by its name. */
  readonly counts: Readonly<Record<string, number>>;
  /** How many parts failed with which code. */
  readonly codes: Readonly<Record<string, number>>;
  /** The names of the fields that were wrong in them. */
  readonly fields: readonly string[];
}

/** A body for browsers. */
export interface Page {
  readonly body: string | Buffer;
  readonly contentType: string;
  /** In the place of the headers of security that all responses have: names and values in turn. */
  readonly securityHeaders: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** @param requestId by which the operator finds the request in the log. */
export type FailurePage = (error: DomainError, requestId: string) => Page;

/** One request and its response, for those that tell of it when it is over. */
export class InFlightRequest {
  readonly startedAt = performance.now();
  /** In the list of all in-flight requests. */
  index = -1;
  /** The failure that was sent. */
  failure: (Pick<DomainError, 'kind' | 'code'> & Partial<Pick<DomainError, 'details'>>) | undefined = undefined;
  /** Of a request with many parts, what became of them. */
  summary: RequestSummary | undefined = undefined;
  /** Of the trace that the request belongs to: 32 hexadecimal digits. */
  traceId: string | undefined = undefined;
  /** The body may take as long as it goes on coming. */
  bodyIsStream = false;
  /** What was added to the head of the response: names and values in turn. */
  readonly headers: string[] = [];
  /** Of a {@link Page}. */
  ownSecurityHeaders: Page['securityHeaders'] | undefined = undefined;
  headIsWritten = false;
  /** In the place of the failure envelope. */
  failurePage: FailurePage | undefined = undefined;
  /** It counts among those of which only so many may be under way. */
  isCounted = false;
  private readonly bytesWrittenBefore: number;
  private held = 0;

  constructor(
    readonly id: string,
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    private readonly memory: MemoryBudget,
  ) {
    this.bytesWrittenBefore = request.socket.bytesWritten;
  }

  /**
   * Counts bytes that are held for this request until its response has closed.
   *
   * @throws SERVICE_UNAVAILABLE where the service holds as much as it may; {@link Abandoned} where it has closed.
   */
  reserve(bytes: number): void {
    requireOpen(this.response);
    this.memory.reserve(bytes, this.held);
    this.held += bytes;
  }

  /** Counts them in any case: of what is done already nothing may be refused. */
  hold(bytes: number): void {
    if (this.response.closed) return;
    this.memory.add(bytes);
    this.held += bytes;
  }

  releaseMemory(): void {
    this.memory.release(this.held);
    this.held = 0;
  }

  /** The template of the route, such as `/api/v1/customers/:externalId`. */
  get route(): string {
    const path = (this.request as { route?: { path?: unknown } }).route?.path;
    return typeof path === 'string' ? path : NO_ROUTE;
  }

  get caller(): Caller | undefined {
    return (this.request as { caller?: Caller }).caller;
  }

  /** The key that was sent, if it was refused: at first, or in the middle of a request that lasts. */
  get refusedKey(): RefusedKey | undefined {
    return (this.request as { refusedKey?: RefusedKey }).refusedKey;
  }

  /** The names of the fields that were wrong in the request, or in its parts: our own names, each once. */
  get wrongFields(): string[] {
    const { summary, failure } = this;
    return [...new Set([...(summary?.fields ?? []), ...(failure === undefined ? [] : wrongFields(failure))])];
  }

  /** Whether the client has got the whole response, as far as we can know. */
  get finished(): boolean {
    return this.response.writableFinished;
  }

  /** What was sent; {@link CLIENT_WENT_AWAY} where nothing was, or a response was cut short. */
  get status(): number {
    return this.finished ? this.response.statusCode : CLIENT_WENT_AWAY;
  }

  /** Of the body, as announced; of a body in chunks all that came over the connection. */
  get requestBytes(): number {
    const { headers, socket } = this.request;
    if (headers['content-length'] !== undefined) return Number(headers['content-length']);
    return headers['transfer-encoding'] === undefined ? 0 : socket.bytesRead;
  }

  /** Head and body. */
  get responseBytes(): number {
    return this.request.socket.bytesWritten - this.bytesWrittenBefore;
  }
}

/** Told of every inFlight. It must not throw. */
export interface RequestObserver {
  began?(inFlight: InFlightRequest): void;
  /** The response is sent, or the client is gone. */
  ended(inFlight: InFlightRequest): void;
}

interface WithInFlightRequest {
  inFlight?: InFlightRequest | undefined;
}

export const inFlightRequestOf = (response: ServerResponse): InFlightRequest | undefined =>
  (response as WithInFlightRequest).inFlight;

/** The inFlight begins; it ends with its response, whoever writes that. */
export function setInFlightRequest(response: ServerResponse, inFlight: InFlightRequest): void {
  (response as WithInFlightRequest).inFlight = inFlight;
}

/**
 * Calls back when the response has closed. Call it before that which it undoes.
 *
 * @throws {@link Abandoned} where it has closed already. Clients go away at any time, also while their key is looked up:
 *   what began for them after that would never end.
 */
export function whenClosed(response: ServerResponse, callback: () => void): void {
  requireOpen(response);
  response.once('close', callback);
}

function requireOpen(response: ServerResponse): void {
  if (response.closed) throw new Abandoned();
}

/** Tells what became of the parts of a request, before its response is sent. */
export function setSummary(response: ServerResponse, summary: RequestSummary): void {
  const inFlight = inFlightRequestOf(response);
  if (inFlight !== undefined) inFlight.summary = summary;
}

/** Tells that a person waits for the response in a browser: should it be a failure, it is this page. */
export function setFailurePage(response: ServerResponse, page: FailurePage): void {
  const inFlight = inFlightRequestOf(response);
  if (inFlight !== undefined) inFlight.failurePage = page;
}

/** Tells that the body of this request may take as long as it goes on coming: an import. */
export function allowStream(response: ServerResponse): void {
  const inFlight = inFlightRequestOf(response);
  if (inFlight !== undefined) inFlight.bodyIsStream = true;
}

/**
 * Tells that the response to this request may take any time, during which nothing moves on its connection:
 * the erasure of a long history. Node sets the usual limit again with the next request.
 */
export function allowLongWork(request: IncomingMessage): void {
  request.socket.setTimeout(0);
}

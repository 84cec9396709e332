import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnorderedList } from '../../../../libs/kernel/unordered-list.ts';
import type { MemoryBudget } from '../request/memory-budget.ts';
import { InFlightRequest, setInFlightRequest, type RequestObserver } from '../request/in-flight-request.ts';
import { requestTimeout } from '../errors/http-error.ts';
import { requestIdOf } from '../request/request-id.ts';
import { sendFailure } from '../response/send.ts';
import { noteUnreadBody } from './unparsed-requests.ts';

const CHECK_EVERY_MS = 1_000;
const STALLED_AFTER_MS = 1_000;
/** Time for a client to read that it was too slow. */
const LINGER_MS = 1_000;

/**
 * All in-flight requests: from the last byte of a request's head until the response is
 * sent and the body, if any, has arrived.
 */
export class InFlightRequests {
  private readonly inFlight = new UnorderedList<InFlightRequest>();
  private observers: readonly RequestObserver[] = [];
  private unfinishedCount = 0;
  private closing = false;
  private readonly check: NodeJS.Timeout;

  /** @param requestTimeoutMs within which a body must have arrived. Node's own limit would know no exception. */
  constructor(
    private readonly requestTimeoutMs: number,
    private readonly memory: MemoryBudget,
  ) {
    this.check = setInterval(() => this.refuseSlowBodies(), CHECK_EVERY_MS).unref();
  }

  /** In-flight requests without a response yet. */
  get unanswered(): number {
    return this.unfinishedCount;
  }

  /** Those whose body has been coming for more than a second. */
  countStalled(): number {
    const oldest = performance.now() - STALLED_AFTER_MS;
    let stalled = 0;
    for (const { startedAt, request } of this.inFlight) {
      if (startedAt < oldest && !request.complete) stalled++;
    }
    return stalled;
  }

  /** Those are told too, after the others. */
  observe(observers: readonly RequestObserver[]): void {
    this.observers = [...this.observers, ...observers];
  }

  /** Tells the observers now and at the end. */
  begin(request: IncomingMessage, response: ServerResponse): InFlightRequest {
    const inFlight = new InFlightRequest(requestIdOf(request), request, response, this.memory);
    setInFlightRequest(response, inFlight);
    if (this.closing) response.shouldKeepAlive = false;
    this.inFlight.add(inFlight);
    this.unfinishedCount++;
    for (const observer of this.observers) observer.began?.(inFlight);
    // Whoever writes the response, and if nobody does because the client has gone.
    response.once('close', () => this.end(inFlight));
    return inFlight;
  }

  /** From now on each connection ends with the response that is in flight on it. */
  close(): void {
    this.closing = true;
    clearInterval(this.check);
    for (const { response } of this.inFlight) if (!response.headersSent) response.shouldKeepAlive = false;
  }

  private end(inFlight: InFlightRequest): void {
    this.unfinishedCount--;
    inFlight.releaseMemory();
    for (const observer of this.observers) observer.ended(inFlight);
    const { request } = inFlight;
    if (request.complete || request.closed) {
      this.inFlight.delete(inFlight);
      return;
    }
    noteUnreadBody(request);
    request.once('close', () => this.inFlight.delete(inFlight));
  }

  private refuseSlowBodies(): void {
    const oldest = performance.now() - this.requestTimeoutMs;
    for (const inFlight of this.inFlight) {
      const { startedAt, request, response, bodyIsStream } = inFlight;
      if (startedAt < oldest && !request.complete && !bodyIsStream) refuseSlowBody(request, response);
    }
  }
}

function refuseSlowBody(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) {
    request.destroy();
    return;
  }
  response.shouldKeepAlive = false;
  sendFailure(response, requestTimeout());
  setTimeout(() => request.destroy(), LINGER_MS).unref();
}

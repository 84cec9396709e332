import type { IncomingMessage, ServerResponse } from 'node:http';
import { Bag } from '../../libs/kernel/bag.ts';
import { Exchange, exchangeOf, setExchange, type ExchangeObserver } from './exchange.ts';
import { requestTimeout } from './http-error.ts';
import { requestIdOf } from './request-id.ts';
import { sendFailure } from './send.ts';

const CHECK_EVERY_MS = 1_000;
const STALLED_AFTER_MS = 1_000;
/** Time for a client to read that it was too slow. */
const LINGER_MS = 1_000;

/**
 * All exchanges that are under way: from the last byte of a request's head until the answer is
 * sent and the body, if any, has arrived.
 */
export class Exchanges {
  private readonly underWay = new Bag<Exchange>();
  private observers: readonly ExchangeObserver[] = [];
  private unansweredCount = 0;
  private closing = false;
  private readonly check: NodeJS.Timeout;

  /** @param requestTimeoutMs within which a body must have arrived. Node's own limit would know no exception. */
  constructor(private readonly requestTimeoutMs: number) {
    this.check = setInterval(() => this.refuseSlowBodies(), CHECK_EVERY_MS).unref();
  }

  /** Not answered yet. */
  get unanswered(): number {
    return this.unansweredCount;
  }

  /** Those whose body has been coming for more than a second. */
  countStalled(): number {
    const oldest = performance.now() - STALLED_AFTER_MS;
    let stalled = 0;
    for (const { startedAt, request } of this.underWay) {
      if (startedAt < oldest && !request.complete) stalled++;
    }
    return stalled;
  }

  /** Those are told too, after the others. */
  observe(observers: readonly ExchangeObserver[]): void {
    this.observers = [...this.observers, ...observers];
  }

  /** Tells the observers now and at the end. */
  begin(request: IncomingMessage, response: ServerResponse): Exchange {
    const exchange = new Exchange(requestIdOf(request), request, response);
    setExchange(response, exchange);
    if (this.closing) response.shouldKeepAlive = false;
    this.underWay.add(exchange);
    this.unansweredCount++;
    for (const observer of this.observers) observer.began?.(exchange);
    // Whoever writes the answer, and if nobody does because the client has gone.
    response.once('close', () => this.end(exchange));
    return exchange;
  }

  /** From now on each connection ends with the answer that is under way on it. */
  close(): void {
    this.closing = true;
    clearInterval(this.check);
    for (const { response } of this.underWay) if (!response.headersSent) response.shouldKeepAlive = false;
  }

  private end(exchange: Exchange): void {
    this.unansweredCount--;
    for (const observer of this.observers) observer.ended(exchange);
    const { request } = exchange;
    if (request.complete || request.closed) this.underWay.delete(exchange);
    else request.once('close', () => this.underWay.delete(exchange));
  }

  private refuseSlowBodies(): void {
    const oldest = performance.now() - this.requestTimeoutMs;
    for (const exchange of this.underWay) {
      const { startedAt, request, response, bodyIsStream } = exchange;
      if (startedAt < oldest && !request.complete && !bodyIsStream) refuseSlowBody(request, response);
    }
  }
}

/** Tells that the body of this request may take as long as it goes on coming: an import. */
export function allowStream(response: ServerResponse): void {
  const exchange = exchangeOf(response);
  if (exchange !== undefined) exchange.bodyIsStream = true;
}

/**
 * Tells that the answer to this request may take any time, during which nothing moves on its connection:
 * the erasure of a long history. Node sets the usual limit again with the next request.
 */
export function allowLongWork(request: IncomingMessage): void {
  request.socket.setTimeout(0);
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

import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse, type Server, type ServerOptions } from 'node:http';
import { promisify } from 'node:util';
import { Logger, StreamableFile } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import express, { type Express, type Response } from 'express';
import { invalidField } from '../../../../libs/kernel/input-error.ts';
import { addHeader, setHeaders } from '../response/response-head.ts';
import { bearerToken } from '../request/bearer-token.ts';
import { MemoryBudget } from '../request/memory-budget.ts';
import { parseQuery } from '../request/query-text.ts';
import { limitConnectionsPerAddress } from './connections-per-address.ts';
import { KeylessPacing } from './keyless-pacing.ts';
import { routeNotFound } from '../errors/http-error.ts';
import { LoadShedding } from './load-shedding.ts';
import { successEnvelope } from '../response/envelope.ts';
import { InFlightRequests } from './in-flight-requests.ts';
import { inFlightRequestOf, type InFlightRequest, type RequestObserver } from '../request/in-flight-request.ts';
import { bodyOf, JSON_TYPE, sendBytes, sendFailure, sendNotModified, sendPage } from '../response/send.ts';
import { PageResponse } from '../response/page-response.ts';
import { SuccessResponse } from '../response/success-response.ts';
import { TextResponse } from '../response/text-response.ts';
import { respondToUnparsedRequests, type ConnectionLimit, type UnparsedObserver } from './unparsed-requests.ts';

/** What the server lets a client do. */
export interface HttpServerSettings {
  /** Proxies in front of the service whose `X-Forwarded-For` is believed. */
  readonly trustProxyHops: number;
  readonly maxConnections: number;
  /** 0: as many as there may be at all. */
  readonly maxConnectionsPerAddress: number;
  /** Requests without a known key; 0: any number. */
  readonly keylessRequestsPerSecond: number;
  /** The port that alone serves health and metrics; 0: the port of the API serves them too. */
  readonly operationsPort: number;
  readonly maxRequestsInFlight: number;
  /** Bytes that are held for all clients at most. */
  readonly memoryBudgetBytes: number;
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  readonly headersTimeoutMs: number;
  /** Within which a body must have arrived. */
  readonly requestTimeoutMs: number;
  /** For which nothing may move on a connection in the midst of a request or a response. */
  readonly idleTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly shutdownGraceMs: number;
}

/** Whether a key, or the token of a session, was good before, which need not be so now. */
export interface KnownCallers {
  readonly key: (key: string) => boolean;
  readonly sessionToken: (token: string) => boolean;
}

type RequestClasses = Required<Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>>;

/** Smaller responses are in the sockets as soon as they are sent. */
const COUNTED_BYTES = 16_384;
const CLOSE_IDLE_EVERY_MS = 50;

const streamLogger = new Logger('Stream');

/**
 * Nest's Express adapter, with our own way to make requests and to respond.
 *
 * Express changes the prototype of every request and response (`Object.setPrototypeOf` in `app.handle`), after which V8
 * runs everything that touches them at half the speed or less: measured, 197–233 µs of CPU per request against 91–101 µs.
 * Here the server makes requests that have that prototype from the start, so the call changes nothing. A test proves it.
 * See docs/decisions, "What of Nest is used".
 */
export class ServiceExpressAdapter extends ExpressAdapter {
  private readonly inFlightRequests: InFlightRequests;
  private readonly loadShedding: LoadShedding;
  private readonly memory: MemoryBudget;
  private readonly keylessPacing: KeylessPacing;
  private isKnown: KnownCallers = { key: () => false, sessionToken: () => false };
  private operationsServer: Server | undefined;
  private unparsedObservers: readonly UnparsedObserver[] = [];

  constructor(private readonly settings: HttpServerSettings) {
    const app = express();
    app.disable('x-powered-by');
    app.disable('etag');
    app.enable('case sensitive routing');
    app.set('query parser', parseQuery);
    // A number of hops, never `true`: that would let any client choose its address.
    app.set('trust proxy', settings.trustProxyHops);
    super(app);
    this.memory = new MemoryBudget(settings.memoryBudgetBytes);
    this.inFlightRequests = new InFlightRequests(settings.requestTimeoutMs, this.memory);
    this.loadShedding = new LoadShedding(settings.maxRequestsInFlight, () => this.inFlightRequests.countStalled());
    this.keylessPacing = new KeylessPacing(settings.keylessRequestsPerSecond, ({ headers }) => {
      const key = headers['x-api-key'];
      const token = bearerToken(headers);
      return (
        (typeof key === 'string' && this.isKnown.key(key)) || (token !== undefined && this.isKnown.sessionToken(token))
      );
    });
    this.inFlightRequests.observe([this.loadShedding, this.keylessPacing]);
  }

  /** Those who are told of every request, and of what never became one. */
  observe(inFlightRequests: readonly RequestObserver[], unparsed: readonly UnparsedObserver[]): void {
    this.inFlightRequests.observe(inFlightRequests);
    this.unparsedObservers = unparsed;
  }

  setKnownCallers(isKnown: KnownCallers): void {
    this.isKnown = isKnown;
  }

  requestsInFlight(): number {
    return this.inFlightRequests.unanswered;
  }

  reservedBytes(): number {
    return this.memory.reservedBytes;
  }

  connections(): Promise<number> {
    return promisify((this.httpServer as unknown as Server).getConnections.bind(this.httpServer))();
  }

  override initHttpServer(): void {
    const app = this.getInstance<Express>();
    class ServiceRequest extends IncomingMessage {}
    class ServiceResponse extends ServerResponse {
      inFlight: InFlightRequest | undefined = undefined;

      // Of every response, whoever writes it, and also where nobody calls this explicitly.
      override writeHead(...head: unknown[]): this {
        setHeaders(this);
        return (super.writeHead as (...head: unknown[]) => this)(...head);
      }
    }
    Object.setPrototypeOf(ServiceRequest.prototype, app.request);
    Object.setPrototypeOf(ServiceResponse.prototype, app.response);
    app.request = ServiceRequest.prototype as unknown as typeof app.request;
    app.response = ServiceResponse.prototype as unknown as typeof app.response;

    const handle = app as unknown as (request: IncomingMessage, response: ServerResponse) => void;
    const classes = { IncomingMessage: ServiceRequest, ServerResponse: ServiceResponse } as unknown as RequestClasses;
    const { operationsPort } = this.settings;
    this.httpServer = this.createServer(classes, (inFlight) => {
      const { request, response } = inFlight;
      this.keylessPacing.admit(inFlight, () => {
        if (!this.loadShedding.accept(inFlight) || this.refuseHead(inFlight)) return;
        if (operationsPort > 0 && isForOperations(request)) sendFailure(response, routeNotFound());
        else handle(request, response);
      });
    }) as unknown as typeof this.httpServer;
    if (operationsPort === 0) return;
    this.operationsServer = this.createServer(classes, (inFlight) => {
      const { request, response } = inFlight;
      if (this.refuseHead(inFlight)) return;
      if (isForOperations(request)) handle(request, response);
      else sendFailure(response, routeNotFound());
    });
  }

  private createServer(classes: RequestClasses, handle: (inFlight: InFlightRequest) => void): Server {
    const { maxHeaders, maxHeaderBytes, maxConnections, headersTimeoutMs, idleTimeoutMs, keepAliveTimeoutMs } =
      this.settings;
    const server = createServer(
      {
        ...classes,
        maxHeaderSize: maxHeaderBytes,
        // Node would refuse these itself, without an envelope.
        requireHostHeader: false,
        keepAliveTimeout: keepAliveTimeoutMs,
        headersTimeout: headersTimeoutMs,
        // Bodies have a limit in InFlightRequests, which knows the routes that take streams.
        requestTimeout: 0,
        connectionsCheckingInterval: 1_000,
      },
      (request, response) => handle(this.inFlightRequests.begin(request, response)),
    );
    // One more than we take: beyond its own limit Node leaves headers out in silence.
    server.maxHeadersCount = maxHeaders + 1;
    server.maxConnections = maxConnections;
    // A connection on which nothing moves, in the midst of a request or a response.
    server.timeout = idleTimeoutMs;
    respondToUnparsedRequests(server as unknown as Server, maxHeaderBytes, (code) => {
      for (const observer of this.unparsedObservers) observer.refused(code);
    });
    const dropped = (limit: ConnectionLimit): void => {
      for (const observer of this.unparsedObservers) observer.dropped(limit);
    };
    server.on('drop', () => dropped('MAX_CONNECTIONS'));
    limitConnectionsPerAddress(server as unknown as Server, this.settings.maxConnectionsPerAddress, () =>
      dropped('MAX_CONNECTIONS_PER_ADDRESS'),
    );
    return server as unknown as Server;
  }

  /** Of what Express would not look at. @returns whether it is refused. */
  private refuseHead({ request, response }: InFlightRequest): boolean {
    const { maxHeaders } = this.settings;
    const hosts = countHosts(request.rawHeaders);
    if (hosts !== 1 && (hosts > 1 || request.httpVersionMinor > 0)) {
      // https://www.rfc-editor.org/rfc/rfc9112#section-3.2
      const problem = hosts === 0 ? 'is missing; HTTP/1.1 requires a Host header' : 'is given more than once';
      sendFailure(response, invalidField('host', problem));
    } else if (request.rawHeaders.length > 2 * maxHeaders) {
      sendFailure(response, invalidField('headers', `are more than ${maxHeaders}`));
    } else {
      return false;
    }
    return true;
  }

  /** Listens on the port of the operations, where they have one. */
  async listenForOperations(host: string): Promise<void> {
    const server = this.operationsServer;
    if (server === undefined) return;
    server.listen(this.settings.operationsPort, host);
    await once(server, 'listening');
  }

  /**
   * Takes no more connections, responds to what is in flight, and closes each connection after that:
   * clients that keep theirs open, or never finish a request, cannot hold up the end.
   */
  override async close(): Promise<void> {
    const servers = [this.httpServer as unknown as Server, ...this.openOperationsServer()];
    this.inFlightRequests.close();
    const closed = [super.close() as Promise<void>, ...this.openOperationsServer().map(closeServer)];
    const idle = setInterval(() => servers.forEach((server) => server.closeIdleConnections()), CLOSE_IDLE_EVERY_MS);
    const grace = setTimeout(
      () => servers.forEach((server) => server.closeAllConnections()),
      this.settings.shutdownGraceMs,
    );
    try {
      await Promise.all(closed);
    } finally {
      clearInterval(idle);
      clearTimeout(grace);
    }
  }

  private openOperationsServer(): Server[] {
    return this.operationsServer?.listening === true ? [this.operationsServer] : [];
  }

  /**
   * What a handler returns becomes the success envelope, written once, with its length; a stream is sent by Nest, as
   * it is made. The envelope is put on here and not by an interceptor: see docs/decisions/0020-what-of-nest-is-used.md.
   */
  override reply(response: Response, body: unknown, statusCode?: number): void {
    if (body instanceof TextResponse) {
      send(response, response.statusCode, body.text, body.contentType);
      return;
    }
    if (body instanceof PageResponse) return sendPage(response, body);
    if (body instanceof StreamableFile) {
      super.reply(response, body.setErrorLogger(logBrokenResponse), statusCode);
      return;
    }
    const success =
      body instanceof SuccessResponse ? body : new SuccessResponse(statusCode ?? response.statusCode, body ?? null);
    for (const [name, value] of Object.entries(success.headers)) addHeader(response, name, value);
    if (success.status === 304) sendNotModified(response);
    else send(response, success.status, successEnvelope(success.data), JSON_TYPE);
  }
}

/** Nest has broken the connection off: a part of a response must not look like all of it. The `name` of what `pg` throws is `error`. */
function logBrokenResponse(error: Error): void {
  streamLogger.warn({ message: 'a response was broken off', reason: error.constructor.name });
}

/**
 * A response is held until its client has read it. Of a write it says what is committed, so that it is sent in any case.
 *
 * @throws SERVICE_UNAVAILABLE for a read, where too much is held already.
 */
function send(response: Response, status: number, text: string, contentType: string): void {
  const body = bodyOf(text);
  if (body.length >= COUNTED_BYTES) {
    const inFlight = inFlightRequestOf(response);
    if (inFlight?.request.method === 'GET') inFlight.reserve(body.length);
    else inFlight?.hold(body.length);
  }
  sendBytes(response, status, body, contentType);
}

const closeServer = (server: Server): Promise<void> => promisify(server.close.bind(server))();

const isForOperations = ({ url = '' }: IncomingMessage): boolean => /^\/(?:health|metrics)(?:[/?]|$)/.test(url);

/** @param headers names and values in turn. */
function countHosts(headers: readonly string[]): number {
  let hosts = 0;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  return hosts;
}

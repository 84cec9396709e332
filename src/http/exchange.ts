import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Caller } from './caller.ts';

/** The status that stands for "the client went away before it was answered"; nginx's, never sent. */
export const CLIENT_WENT_AWAY = 499;
/** One name for all paths that are no route: whatever people call us by, the names stay few. */
export const NO_ROUTE = 'none';

/** One request and its answer, for those that tell of it when it is over. */
export class Exchange {
  readonly startedAt = performance.now();
  /** Among those that are under way. */
  place = -1;
  /** The `code` of the failure that was sent. */
  code: string | undefined = undefined;
  /** Of the trace that the request belongs to: 32 hexadecimal digits. */
  traceId: string | undefined = undefined;
  /** The body may take as long as it goes on coming. */
  bodyIsStream = false;
  /** What was added to the head of the answer: names and values in turn. */
  readonly headers: string[] = [];
  headIsWritten = false;
  /** It counts among those of which only so many may be under way. */
  takesRoom = false;
  private readonly bytesWrittenBefore: number;

  constructor(
    readonly id: string,
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
  ) {
    this.bytesWrittenBefore = request.socket.bytesWritten;
  }

  /** The template of the route, such as `/api/v1/customers/:externalId`. */
  get route(): string {
    const path = (this.request as { route?: { path?: unknown } }).route?.path;
    return typeof path === 'string' ? path : NO_ROUTE;
  }

  get caller(): Caller | undefined {
    return (this.request as { caller?: Caller }).caller;
  }

  /** Whether the client has got the whole answer, as far as we can know. */
  get answered(): boolean {
    return this.response.writableFinished;
  }

  /** What was sent; {@link CLIENT_WENT_AWAY} where nothing was, or an answer was cut short. */
  get status(): number {
    return this.answered ? this.response.statusCode : CLIENT_WENT_AWAY;
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

/** Told of every exchange. It must not throw. */
export interface ExchangeObserver {
  began?(exchange: Exchange): void;
  /** The answer is sent, or the client is gone. */
  ended(exchange: Exchange): void;
}

interface Answered {
  exchange?: Exchange | undefined;
}

export const exchangeOf = (response: ServerResponse): Exchange | undefined => (response as Answered).exchange;

/** The exchange begins; it ends with its response, whoever writes that. */
export function setExchange(response: ServerResponse, exchange: Exchange): void {
  (response as Answered).exchange = exchange;
}

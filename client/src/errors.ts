import type { CustomerEvent, SentEvent } from './event.ts';

/** What is wrong, by field, or more about a refusal, such as `{ "type": ["must match …"] }`. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** What every error of this client is: programs branch on `code`. */
export class CustomerEventsError extends Error {
  /** Of the service (`CUSTOMER_NOT_FOUND`, `VALIDATION_ERROR`, …), or of the client. It never changes. */
  readonly code: string;
  readonly details: ErrorDetails | undefined;

  constructor(code: string, message: string, details?: ErrorDetails, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}

/** An error about one event. Loggers do not print the event: it may hold personal data. */
abstract class EventError<Event> extends CustomerEventsError {
  readonly #event: Event;

  constructor(event: Event, ...rest: ConstructorParameters<typeof CustomerEventsError>) {
    super(...rest);
    this.#event = event;
  }

  get event(): Event {
    return this.#event;
  }
}

/**
 * The event was refused, by the service or before it was sent; sent again as it is, it would be refused again.
 * `code` is the service's, or `VALIDATION_ERROR`, `PAYLOAD_TOO_LARGE`; `HTTP_<status>` where the response was not
 * the service's own. `AUTH_…`: the key was refused, and not the event.
 */
export class RecordError extends EventError<CustomerEvent> {
  override get name(): string {
    return 'RecordError';
  }
}

/** Not taken (`QUEUE_FULL`): the queue has as many events or bytes as it may hold. */
export class QueueFullError extends EventError<CustomerEvent> {
  override get name(): string {
    return 'QueueFullError';
  }
}

/**
 * Not delivered in time (`UNDELIVERED`). Whether the service has it is unknown, where a request was sent and no
 * response came; `event` has its `eventId`, so it may be sent again. `cause` is the last failure.
 */
export class UndeliveredError extends EventError<SentEvent> {
  override get name(): string {
    return 'UndeliveredError';
  }
}

/** Not taken (`CLIENT_CLOSED`): `close` was called. */
export class ClosedError extends EventError<CustomerEvent> {
  override get name(): string {
    return 'ClosedError';
  }
}

/** A request failed, other than one that delivers events. `status` is 0 where there was no response. */
export class RequestError extends CustomerEventsError {
  override get name(): string {
    return 'RequestError';
  }
  readonly status: number;

  constructor(status: number, ...rest: ConstructorParameters<typeof CustomerEventsError>) {
    super(...rest);
    this.status = status;
  }
}

import { appendLines } from './append-lines.ts';
import { Deliveries } from './delivery.ts';
import { ClosedError } from './errors.ts';
import { encodeEvent, type EventLimits } from './encode-event.ts';
import type { CustomerEvent, SentEvent } from './event.ts';
import { Http } from './http.ts';
import { type CustomerEventsOptions, type OnUndelivered, settingsOf, type Settings } from './options.ts';
import { ENVELOPE_BYTES } from './partition.ts';
import { type OnDelivered, type OnFailed, type PendingEvent, PendingEvents } from './pending.ts';
import {
  type ContextOptions,
  Reader,
  type RequestOptions,
  type SummaryFilter,
  type TicketContext,
  type TimelineEvent,
  type TimelineFilter,
} from './reading.ts';
import { now, Sleep } from './retry.ts';
import type { Customer, EmbedSession, EmbedSessionRequest, RecordedEvent, TimelineSummary } from './service-types.ts';

const CLOSE_TIMEOUT_MS = 30_000;

/**
 * A client of the service. No event is lost without a rejection, an error that is thrown, or a call of `onUndelivered`.
 * One client is for the whole process; `close` it before the process ends.
 */
export class CustomerEvents<Callback extends OnUndelivered | undefined = OnUndelivered | undefined> {
  readonly onUndelivered: Callback;
  readonly customers: {
    /**
     * The customer with an e-mail address, in any case of its letters; null where nobody has it.
     *
     * @throws RequestError
     */
    find(by: { readonly email: string }, options?: RequestOptions): Promise<Customer | null>;
  };
  readonly #settings: Settings;
  readonly #limits: EventLimits;
  readonly #pending: PendingEvents;
  readonly #deliveries: Deliveries;
  readonly #reader: Reader;
  #closing: Promise<readonly PendingEvent[]> | undefined;

  /** @throws TypeError where an option cannot be used. */
  constructor(options: CustomerEventsOptions & { readonly onUndelivered?: Callback }) {
    const http = new Http(options.url, options.key, options.fetch);
    this.onUndelivered = options.onUndelivered as Callback;
    this.#settings = settingsOf(options);
    const { maxPayloadBytes, batchBytes } = this.#settings;
    this.#limits = { payloadBytes: maxPayloadBytes, eventBytes: batchBytes - ENVELOPE_BYTES };
    this.#pending = new PendingEvents(this.#settings.queueEvents, this.#settings.queueBytes);
    this.#deliveries = new Deliveries(http, this.#pending, this.#settings);
    const reader = new Reader(http);
    this.#reader = reader;
    this.customers = { find: (by, requestOptions = {}) => reader.findCustomer(by, requestOptions) };
  }

  /**
   * Records an event. Resolved means committed. The event is sent again until it is delivered, refused, or its time is
   * over, with the `eventId` and `occurredAt` that it got by this call.
   *
   * @returns rejects with `RecordError` (refused), `UndeliveredError` (time over, or closed), `QueueFullError`,
   * `ClosedError`.
   */
  record(event: CustomerEvent): Promise<RecordedEvent> {
    return new Promise((delivered, failed) => {
      this.#add(event, delivered, failed);
    });
  }

  /**
   * Records an event without a promise; `onUndelivered` is told where it is not delivered.
   *
   * @throws RecordError where the event is not valid; QueueFullError; ClosedError.
   */
  enqueue(this: CustomerEvents<OnUndelivered>, event: CustomerEvent): void {
    const { onUndelivered } = this;
    if (typeof onUndelivered !== 'function') throw new TypeError('enqueue needs the option onUndelivered: a function');
    const sent = this.#add(event, ignore, (error) => tell(onUndelivered, sent, error));
  }

  #add(event: CustomerEvent, onDelivered: OnDelivered, onFailed: OnFailed): SentEvent {
    if (this.#closing !== undefined)
      throw new ClosedError(event, 'CLIENT_CLOSED', 'The client is closed: make another one');
    const encoded = encodeEvent(event, this.#limits);
    const deadline = now() + this.#settings.deliveryTimeoutMs;
    this.#deliveries.add(this.#pending.add(encoded, deadline, onDelivered, onFailed));
    return encoded.event;
  }

  /** Resolves when all that was recorded before this call is delivered, or its failure told. Never rejects. */
  async flush(): Promise<void> {
    this.#deliveries.hurry();
    await this.#pending.settled();
  }

  /**
   * Takes no more events, and delivers those that it has. Never rejects; called again, gives the same.
   *
   * @param options.timeoutMs what is not delivered by then is given up (30,000).
   * @returns the events that were pending and were not delivered, whatever the reason, in their order. Their promises
   * are rejected, and `onUndelivered` is told, all the same.
   */
  async close(options: { readonly timeoutMs?: number | undefined } = {}): Promise<SentEvent[]> {
    const undelivered = await this.#close(options?.timeoutMs);
    return undelivered.map(({ event }) => event);
  }

  /**
   * Closes the client, and adds what was not delivered to the end of a file, as NDJSON that
   * `cli import FILE --app …` takes; each event has its `eventId`. Where all was delivered there is no file.
   *
   * @returns how many events it has written.
   * @throws the error of the file system.
   */
  async writeUndelivered(path: string | URL): Promise<number> {
    const undelivered = await this.#close();
    // rawJson may have line ends between its tokens; in strings JSON has none.
    const lines = undelivered.map(({ text }) => text.replace(/[\r\n]+/g, ' '));
    if (lines.length > 0) await appendLines(path, lines);
    return undelivered.length;
  }

  #close(timeoutMs = CLOSE_TIMEOUT_MS): Promise<readonly PendingEvent[]> {
    this.#closing ??= this.#deliverRest(Number.isFinite(timeoutMs) ? timeoutMs : CLOSE_TIMEOUT_MS);
    return this.#closing;
  }

  async #deliverRest(timeoutMs: number): Promise<readonly PendingEvent[]> {
    const rest = this.#deliveries.unsettled();
    const timeout = new Sleep();
    const expired = timeout.for(timeoutMs);
    await Promise.race([this.flush(), expired]);
    timeout.cut();
    this.#deliveries.end('before the client was closed');
    return rest.filter(({ isDelivered }) => !isDelivered);
  }

  /**
   * The events of a customer, page by page as they are asked for. Events that arrive meanwhile make none vanish or
   * come twice.
   *
   * @returns throws `RequestError`: `CUSTOMER_NOT_FOUND`, …
   */
  timeline(externalId: string, filter: TimelineFilter = {}): AsyncGenerator<TimelineEvent, void, undefined> {
    return this.#reader.timeline(externalId, filter);
  }

  /** The events of a customer counted by type. @returns rejects with `RequestError`. */
  summary(externalId: string, filter: SummaryFilter = {}): Promise<TimelineSummary> {
    return this.#reader.summary(externalId, filter);
  }

  /** What had happened when a ticket was opened, in at most 16 KiB. @returns rejects with `RequestError`. */
  context(externalId: string, options: ContextOptions = {}): Promise<TicketContext> {
    return this.#reader.context(externalId, options);
  }

  /** A session with which a page reads one customer. @returns rejects with `RequestError`. */
  embedSession(request: EmbedSessionRequest, options: RequestOptions = {}): Promise<EmbedSession> {
    return this.#reader.embedSession(request, options);
  }
}

const ignore = (): void => {};

/** An error of the callback is the application's: it shall be seen, and keep no other event from being delivered. */
function tell(onUndelivered: OnUndelivered, ...told: Parameters<OnUndelivered>): void {
  try {
    onUndelivered(...told);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

import { parsedResults } from './batch-response.ts';
import { RecordError, RequestError, UndeliveredError } from './errors.ts';
import type { Http } from './http.ts';
import type { Settings } from './options.ts';
import { Partition, type Delivery } from './partition.ts';
import type { PendingEvent, PendingEvents } from './pending.ts';
import { isRetryable, now, Pace } from './retry.ts';
import type { Reply } from './transport.ts';
import { usualResults } from './usual-response.ts';

const PATH = '/customer-events/batch';

/** Sends pending events in batches, and settles them. */
export class Deliveries implements Delivery {
  readonly settings: Settings;
  readonly pace: Pace = new Pace();
  inFlight = 0;
  /** Bytes of a batch that the way to the service allows, as far as is known: see {@link #tooLarge}. */
  maxBytes: number;
  readonly #http: Http;
  readonly #pending: PendingEvents;
  readonly #partitions: readonly Partition[];
  readonly #ending: AbortController = new AbortController();
  #lastFailure: unknown;

  constructor(http: Http, pending: PendingEvents, settings: Settings) {
    this.settings = settings;
    this.maxBytes = settings.batchBytes;
    this.#http = http;
    this.#pending = pending;
    this.#partitions = Array.from({ length: settings.inFlight }, () => new Partition(this));
  }

  /** The events of one customer all come into the same partition, and so stay in order. */
  add(event: PendingEvent): void {
    const { length } = this.#partitions;
    const index = length === 1 ? 0 : hash(event.event.customerExternalId) % length;
    (this.#partitions[index] as Partition).add(event);
  }

  /** All that is pending, in the order in which it was recorded. */
  unsettled(): PendingEvent[] {
    const events = this.#partitions.flatMap((partition) => partition.unsettled());
    return events.sort((one, other) => one.number - other.number);
  }

  /** What waits for more to come with it waits no longer. */
  hurry(): void {
    for (const partition of this.#partitions) partition.hurry();
  }

  /** Gives up: all that is pending is undelivered, and what is in flight is broken off. */
  end(reason: string): void {
    for (const event of this.unsettled()) this.#giveUp(event, reason);
    this.#ending.abort(new Error(reason));
    this.hurry();
  }

  expire(event: PendingEvent): void {
    this.#giveUp(event, `within ${this.settings.deliveryTimeoutMs} ms`);
  }

  #giveUp(event: PendingEvent, when: string): void {
    const message = `The event was not delivered ${when}; it has an eventId, so it may be recorded again`;
    this.#pending.failed(
      event,
      new UndeliveredError(event.event, 'UNDELIVERED', message, undefined, this.#lastFailure),
    );
  }

  async send(batch: readonly PendingEvent[]): Promise<void> {
    const sentAt = now();
    const timeoutMs = Math.max(1, (batch.at(-1) as PendingEvent).deadline - sentAt);
    const body = `{"events":[${batch.map(({ text }) => text).join()}]}`;
    this.inFlight++;
    try {
      const reply = await this.#http.send('POST', PATH, { body, timeoutMs, signal: this.#ending.signal });
      this.#read(reply, batch, sentAt);
    } catch (error) {
      this.#fail(sentAt, error);
    } finally {
      this.inFlight--;
      // Nobody has to wait for more where nothing is in flight.
      if (this.inFlight === 0) for (const partition of this.#partitions) partition.wake();
    }
  }

  #fail(sentAt: number, error: unknown, retryAfter = 0): void {
    this.#lastFailure = error;
    this.pace.failed(sentAt, retryAfter);
  }

  #read(reply: Reply, batch: readonly PendingEvent[], sentAt: number): void {
    const { status, retryAfter } = reply;
    if (status >= 200 && status < 300) return this.#settle(reply, batch, sentAt);
    const failure = this.#http.failureOf(reply);
    if (status === 413 && batch.length > 1) return this.#tooLarge(batch);
    if (isRetryable(status)) return this.#fail(sentAt, failure, retryAfter);
    if (status === 401 || status === 403) return this.#refuseAll(failure, batch);
    for (const event of batch) this.#refuse(event, failure);
  }

  #settle(reply: Reply, batch: readonly PendingEvent[], sentAt: number): void {
    const results = usualResults(reply.text, batch) ?? parsedResults(this.#http.withoutKey(reply.text), batch);
    let missing = 0;
    for (const [index, event] of batch.entries()) {
      const result = results[index];
      if (result === undefined) missing++;
      else if (result.status === 'rejected') this.#refuse(event, result);
      else this.#pending.delivered(event, result);
    }
    if (missing === 0) return this.#succeed();
    const message = `The response has no result for ${missing} of ${batch.length} events`;
    this.#fail(sentAt, new RequestError(reply.status, 'NOT_UNDERSTOOD', message));
  }

  #succeed(): void {
    this.pace.succeeded();
    this.maxBytes = Math.min(this.settings.batchBytes, Math.ceil(this.maxBytes * 1.01));
  }

  #refuse(
    event: PendingEvent,
    { code, message, details }: Pick<RecordError, 'code' | 'message'> & { details?: RecordError['details'] },
  ): void {
    this.#pending.failed(event, new RecordError(event.event, code, message, details));
  }

  /** The next batch is half as large; batches grow again by a hundredth with each one that passes. */
  #tooLarge(batch: readonly PendingEvent[]): void {
    this.maxBytes = Math.floor(batch.reduce((sum, { bytes }) => sum + bytes, 0) / 2);
  }

  /** The key was refused: what waits would be, too. What comes later waits for the end of the pause. */
  #refuseAll(failure: RequestError, batch: readonly PendingEvent[]): void {
    this.pace.keyRefused();
    for (const event of [...batch, ...this.#partitions.flatMap((partition) => partition.waiting())])
      this.#refuse(event, failure);
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value >>> 0;
}

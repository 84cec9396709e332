import type { Settings } from './options.ts';
import type { PendingEvent } from './pending.ts';
import { now, type Pace, Sleep } from './retry.ts';

/** What a partition needs of the whole. */
export interface Delivery {
  readonly settings: Settings;
  readonly pace: Pace;
  /** Requests of all partitions. */
  readonly inFlight: number;
  readonly maxBytes: number;
  /** Settles those events of which the outcome is known then. Never rejects. */
  send(batch: readonly PendingEvent[]): Promise<void>;
  expire(event: PendingEvent): void;
}

/** `{"events":[` and `]}` */
export const ENVELOPE_BYTES = 13;

/** Events that are delivered in their order, one batch after the other. */
export class Partition {
  readonly #delivery: Delivery;
  readonly #events: PendingEvent[] = [];
  readonly #sleep: Sleep = new Sleep();
  /** So many of the first events are in flight. */
  #sent = 0;
  #isRunning = false;
  #isHurried = false;
  #lingerUntil: number | undefined;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }

  add(event: PendingEvent): void {
    this.#events.push(event);
    if (!this.#isRunning) {
      this.#isRunning = true;
      // What is recorded in the same turn comes into the same batch.
      queueMicrotask(() => void this.#run());
    } else if (this.#lingerUntil !== undefined && this.#isFull()) this.wake();
  }

  /** Looks again whether it may send. */
  wake(): void {
    this.#sleep.cut();
  }

  /** What is here now waits for no more to come with it. */
  hurry(): void {
    this.#isHurried = this.#isRunning;
    this.wake();
  }

  /** All that it has, what is in flight included. */
  unsettled(): PendingEvent[] {
    return this.#events.filter(({ isSettled }) => !isSettled);
  }

  /** What is not in flight. */
  waiting(): PendingEvent[] {
    return this.#events.slice(this.#sent);
  }

  async #run(): Promise<void> {
    while (this.#hasMore()) {
      const wait = this.#waitMs();
      if (wait > 0) await this.#sleep.for(wait);
      else await this.#sendBatch();
    }
  }

  /** At its end in the same turn: an event that came between would find nobody to send it. */
  #hasMore(): boolean {
    const at = now();
    this.#dropSettled();
    while ((this.#events[0]?.deadline ?? Infinity) <= at) {
      this.#delivery.expire(this.#events[0] as PendingEvent);
      this.#dropSettled();
    }
    this.#isRunning = this.#events.length > 0;
    if (!this.#isRunning) this.#isHurried = false;
    return this.#isRunning;
  }

  /** From the front: others are skipped until they have come there. */
  #dropSettled(): void {
    const first = this.#events.findIndex(({ isSettled }) => !isSettled);
    this.#events.splice(0, first === -1 ? this.#events.length : first);
  }

  /** Until the service may be asked, a batch is full or has waited long enough; at most until an event expires. */
  #waitMs(): number {
    const at = now();
    const { pace, settings, inFlight } = this.#delivery;
    if (inFlight === 0 || this.#isHurried || this.#isFull()) this.#lingerUntil = undefined;
    else this.#lingerUntil ??= at + settings.lingerMs;
    const until = Math.max(pace.notBefore, this.#lingerUntil ?? 0);
    return Math.min(until, (this.#events[0] as PendingEvent).deadline) - at;
  }

  #isFull(): boolean {
    const { settings, maxBytes } = this.#delivery;
    if (this.#events.length >= settings.batchEvents) return true;
    return this.#events.reduce((sum, { bytes }) => sum + bytes + 1, ENVELOPE_BYTES) >= maxBytes;
  }

  async #sendBatch(): Promise<void> {
    this.#lingerUntil = undefined;
    const batch = this.#nextBatch();
    await this.#delivery.send(batch);
    this.#sent = 0;
  }

  /** From the front, at least one. */
  #nextBatch(): PendingEvent[] {
    const { settings, maxBytes } = this.#delivery;
    const batch: PendingEvent[] = [];
    let bytes = ENVELOPE_BYTES;
    let index = 0;
    for (; index < this.#events.length && batch.length < settings.batchEvents; index++) {
      const event = this.#events[index] as PendingEvent;
      if (event.isSettled) continue;
      bytes += event.bytes + 1;
      if (batch.length > 0 && bytes > maxBytes) break;
      batch.push(event);
    }
    this.#sent = index;
    return batch;
  }
}

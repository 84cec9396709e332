import { QueueFullError, type RecordError, type UndeliveredError } from './errors.ts';
import type { EncodedEvent } from './encode-event.ts';
import type { RecordedEvent } from './service-types.ts';

/** Who is told what became of an event. */
export interface Listener {
  delivered(recorded: RecordedEvent): void;
  failed(error: RecordError | UndeliveredError): void;
}

/** An event that waits or is in flight. */
export interface PendingEvent extends EncodedEvent {
  /** On the clock of `now`. */
  readonly deadline: number;
  readonly listener: Listener;
  /** What is waited for together with it. */
  readonly group: Group;
  isSettled: boolean;
  isDelivered: boolean;
}

/** Events that were recorded between two calls that wait for what is there. */
class Group {
  open = 0;
  readonly done: Promise<void>;
  resolve!: () => void;

  constructor() {
    this.done = new Promise((resolve) => (this.resolve = resolve));
  }
}

/** All events that are not settled, in the order in which they were recorded; bounded in number and bytes. */
export class PendingEvents {
  readonly #maxEvents: number;
  readonly #maxBytes: number;
  readonly #events = new Set<PendingEvent>();
  readonly #groups = new Set<Group>();
  #group = new Group();
  #bytes = 0;

  constructor(maxEvents: number, maxBytes: number) {
    this.#maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
  }

  /** @throws QueueFullError */
  add(encoded: EncodedEvent, deadline: number, listener: Listener): PendingEvent {
    const { event, text, bytes } = encoded;
    if (this.#events.size >= this.#maxEvents || this.#bytes + bytes > this.#maxBytes) throw this.#full(encoded);
    const pending = {
      event,
      text,
      bytes,
      deadline,
      listener,
      group: this.#group,
      isSettled: false,
      isDelivered: false,
    };
    this.#events.add(pending);
    this.#bytes += bytes;
    this.#group.open++;
    this.#groups.add(this.#group);
    return pending;
  }

  #full({ event }: EncodedEvent): QueueFullError {
    const held = `${this.#events.size} events, ${this.#bytes} bytes`;
    return new QueueFullError(
      event,
      'QUEUE_FULL',
      `The queue is full (${held}): record the event again later, or keep it elsewhere`,
    );
  }

  delivered(pending: PendingEvent, recorded: RecordedEvent): void {
    if (!this.#settle(pending)) return;
    pending.isDelivered = true;
    pending.listener.delivered(recorded);
  }

  failed(pending: PendingEvent, error: RecordError | UndeliveredError): void {
    if (this.#settle(pending)) pending.listener.failed(error);
  }

  /** @returns false where it was settled before. */
  #settle(pending: PendingEvent): boolean {
    if (pending.isSettled) return false;
    pending.isSettled = true;
    this.#events.delete(pending);
    this.#bytes -= pending.bytes;
    const { group } = pending;
    if (--group.open === 0) {
      this.#groups.delete(group);
      group.resolve();
      // A group that all have left can be waited for no more: the next event begins another one.
      if (group === this.#group) this.#group = new Group();
    }
    return true;
  }

  all(): PendingEvent[] {
    return [...this.#events];
  }

  /** Resolves when all events that are here now are settled. */
  async settled(): Promise<void> {
    this.#group = new Group();
    await Promise.all([...this.#groups].map(({ done }) => done));
  }
}

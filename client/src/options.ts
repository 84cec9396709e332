import type { RecordError, UndeliveredError } from './errors.ts';
import type { SentEvent } from './event.ts';
import type { Fetch } from './transport.ts';

/**
 * Told of each event of `enqueue` that was not delivered: refused by the service (`RecordError`), or not delivered in
 * time or before the client was closed (`UndeliveredError`). What it throws is an uncaught exception.
 */
export type OnUndelivered = (event: SentEvent, error: RecordError | UndeliveredError) => void;

export interface CustomerEventsOptions {
  /** Where the service is, such as `https://events.example.com`. */
  readonly url: string | URL;
  /** An agent key with the scopes for what is called: `events:write` to record. */
  readonly key: string;
  /** Of one request. */
  readonly batch?:
    | {
        /** At most so many events, 1–500 (100). */
        readonly events?: number | undefined;
        /** At most so many bytes of JSON (1 MiB). */
        readonly bytes?: number | undefined;
        /**
         * With `inFlight` above 1: how long a batch that is not full waits for more while another one is in flight
         * (20). Where none is in flight, it never waits.
         */
        readonly lingerMs?: number | undefined;
      }
    | undefined;
  /** What may wait, what is in flight included; beyond it events are refused at once. */
  readonly queue?:
    | {
        /** 10,000. */
        readonly events?: number | undefined;
        /** Of JSON (32 MiB). */
        readonly bytes?: number | undefined;
      }
    | undefined;
  /** How many requests at once (1). The events of one customer go one after the other, in any case. */
  readonly inFlight?: number | undefined;
  /** How long an event may take, from the call on, with all retries, before it counts as undelivered (300,000). */
  readonly deliveryTimeoutMs?: number | undefined;
  /** Bytes of JSON that a payload may have: as MAX_PAYLOAD_BYTES of the service (65,536). */
  readonly maxPayloadBytes?: number | undefined;
  /** In the place of `node:http`, or of the global `fetch` where there is no Node. */
  readonly fetch?: Fetch | undefined;
}

/** The options with their defaults. */
export interface Settings {
  readonly batchEvents: number;
  readonly batchBytes: number;
  readonly lingerMs: number;
  readonly queueEvents: number;
  readonly queueBytes: number;
  readonly inFlight: number;
  readonly deliveryTimeoutMs: number;
  readonly maxPayloadBytes: number;
}

const MIB = 1_048_576;
const MAX_BATCH_EVENTS = 500;
/** The service's limit of a body. */
const MAX_BATCH_BYTES = 8 * MIB;

/** @throws TypeError with the name of an option that cannot be used. */
export function settingsOf(options: CustomerEventsOptions): Settings {
  const { batch = {}, queue = {} } = options;
  return {
    batchEvents: whole('batch.events', batch.events, 100, 1, MAX_BATCH_EVENTS),
    batchBytes: whole('batch.bytes', batch.bytes, MIB, 1_024, MAX_BATCH_BYTES),
    lingerMs: whole('batch.lingerMs', batch.lingerMs, 20, 0),
    queueEvents: whole('queue.events', queue.events, 10_000, 1),
    queueBytes: whole('queue.bytes', queue.bytes, 32 * MIB, 1_024),
    inFlight: whole('inFlight', options.inFlight, 1, 1, 100),
    deliveryTimeoutMs: whole('deliveryTimeoutMs', options.deliveryTimeoutMs, 300_000, 1),
    maxPayloadBytes: whole('maxPayloadBytes', options.maxPayloadBytes, 65_536, 2),
  };
}

function whole(
  name: string,
  value: number | undefined,
  byDefault: number,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  if (value === undefined) return byDefault;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new TypeError(`${name} must be a whole number from ${min} to ${max}`);
}

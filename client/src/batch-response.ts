import type { ErrorDetails } from './errors.ts';
import type { EncodedEvent } from './encode-event.ts';
import { parsed } from './http.ts';
import type { EventResult, RecordedEvent } from './service-types.ts';

/** Why one event of a batch was refused. */
export type Refusal = Omit<Extract<EventResult, { status: 'rejected' }>, 'index' | 'code'> & { code: string };

/**
 * The results of a batch, one for each event that was sent. What is not as it should be is undefined: the event is sent
 * again, and its `eventId` keeps it from being stored twice.
 */
export function parsedResults(text: string, sent: readonly EncodedEvent[]): (RecordedEvent | Refusal | undefined)[] {
  const { data } = (parsed(text) ?? {}) as { data?: { results?: unknown } | null };
  const found = new Array<RecordedEvent | Refusal | undefined>(sent.length).fill(undefined);
  if (!Array.isArray(data?.results)) return found;
  for (const result of data.results as (RawResult | null)[]) {
    const event = sent[result?.index ?? -1]?.event;
    const read = event === undefined ? undefined : resultOf(result as RawResult, event.eventId);
    if (read !== undefined) found[(result as RawResult).index] = read;
  }
  return found;
}

interface RawResult {
  readonly index: number;
  readonly status: string;
  readonly event?: Omit<RecordedEvent, 'status'> | null;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: ErrorDetails;
}

function resultOf(
  { status, event, code, message, details }: RawResult,
  eventId: string,
): RecordedEvent | Refusal | undefined {
  if (status === 'rejected' && typeof code === 'string')
    return { status, code, message: String(message), ...(details && { details }) };
  if ((status !== 'created' && status !== 'replayed') || event?.eventId !== eventId) return undefined;
  const { id, customerId, type, occurredAt, createdAt } = event;
  return typeof id === 'string' ? { status, id, customerId, type, occurredAt, createdAt, eventId } : undefined;
}

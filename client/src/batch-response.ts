import type { ErrorDetails } from './errors.ts';
import { parsed } from './http.ts';
import type { EventResult, RecordedEvent } from './service-types.ts';

/** Why one event of a batch was refused. */
export type Refusal = Omit<Extract<EventResult, { status: 'rejected' }>, 'index' | 'code'> & { code: string };

/**
 * The results of a batch by their index. What is not as it should be is left out: the event is sent again, and its
 * `eventId` keeps it from being stored twice.
 *
 * @param eventIds of the events that were sent
 */
export function resultsOf(text: string, eventIds: readonly string[]): Map<number, RecordedEvent | Refusal> {
  const { data } = (parsed(text) ?? {}) as { data?: { results?: unknown } | null };
  const found = new Map<number, RecordedEvent | Refusal>();
  if (!Array.isArray(data?.results)) return found;
  for (const result of data.results as (RawResult | null)[]) {
    const eventId = eventIds[result?.index ?? -1];
    const read = eventId === undefined ? undefined : resultOf(result as RawResult, eventId);
    if (read !== undefined) found.set((result as RawResult).index, read);
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

import type { JsonSpan } from '../../../libs/json-payload/json-members.ts';
import { errorAsValue, type DomainError } from '../../../libs/kernel/domain-error.ts';
import { fieldTooLarge, invalidField } from '../../../libs/kernel/input-error.ts';
import { isTurnSpent, nextTurn } from '../../../libs/kernel/time-slice.ts';
import { MAX_BODY_OVERHEAD_BYTES, type FreeFormLimits } from '../../platform/input/free-form-limits.ts';
import { parseJson } from '../../platform/input/parse-json.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import { batchSpans, MAX_BATCH_EVENTS, tooManyEvents } from './batch-spans.ts';
import { readEvent } from './customer-event.request.ts';

/** What is to be recorded, or the refusal of an item that cannot be, in the order of the request. */
export type EventBatch = (EventDraft | DomainError)[];

/** A character of a string takes at most so many bytes of UTF-8 for each of its UTF-16 code units. */
const MAX_BYTES_PER_UNIT = 3;

/**
 * Reads the text of a batch. What is wrong with the envelope refuses it as a whole, and so does
 * JSON that is not valid; what is wrong with an item becomes that item's refusal.
 *
 * The text as a whole is never parsed: 8 MiB of it would block the process for a second. The items
 * are found first, as many as a batch may have, then each is parsed on its own, and between them
 * others get their turn. An item too large to be an event is refused by its size alone, as a line
 * of an import is; what is in it is not looked at.
 *
 * @throws VALIDATION_ERROR
 */
export async function readEventBatch(text: string, limits: FreeFormLimits): Promise<EventBatch> {
  const items = await itemSpans(text);
  if (items.length === 0) throw invalidField('events', `must have 1 to ${MAX_BATCH_EVENTS} events, but has 0`);
  const batch: EventBatch = [];
  for (const { start, end } of items) {
    batch.push(itemOf(text.slice(start, end), limits));
    if (isTurnSpent()) await nextTurn();
  }
  return batch;
}

async function itemSpans(text: string): Promise<JsonSpan[]> {
  const items: JsonSpan[] = [];
  for (const item of batchSpans(text)) {
    if (item === null) {
      if (isTurnSpent()) await nextTurn();
      continue;
    }
    if (items.length === MAX_BATCH_EVENTS) throw tooManyEvents();
    items.push(item);
  }
  return items;
}

function itemOf(text: string, limits: FreeFormLimits): EventDraft | DomainError {
  const maxBytes = limits.maxPayloadBytes + MAX_BODY_OVERHEAD_BYTES;
  if (exceeds(text, maxBytes)) return fieldTooLarge('event', maxBytes);
  const value = parseJson(text);
  return errorAsValue(() => readEvent({ name: 'event', value, text, start: 0, end: text.length }, limits));
}

function exceeds(text: string, maxBytes: number): boolean {
  if (text.length * MAX_BYTES_PER_UNIT <= maxBytes) return false;
  return text.length > maxBytes || Buffer.byteLength(text) > maxBytes;
}

import { setImmediate } from 'node:timers/promises';
import { parseUtf8 } from '../../../libs/json-payload/utf8.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { NdjsonLine } from '../../../libs/ndjson/ndjson-line.ts';
import { ndjsonLines } from '../../../libs/ndjson/ndjson-lines.ts';
import { badRequest, fieldTooLarge } from '../../http/http-error.ts';
import type { FreeFormLimits } from '../../http/http-limits.ts';
import { BODY_ROOM_BYTES, parseJson } from '../../http/json-body.ts';
import type { ImportLine } from '../application/event-import.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import { readEvent } from './customer-event.request.ts';

/** Lines that are read without a pause: a millisecond or two, in which nobody else is served. */
const LINES_AT_ONCE = 64;

/**
 * The events of NDJSON bytes, a line each; a line that holds none has its refusal in its place.
 * Between a few lines others get their turn.
 */
export async function* eventLines(source: AsyncIterable<Buffer>, limits: FreeFormLimits): AsyncGenerator<ImportLine[], void> {
  const maxLineBytes = limits.maxPayloadBytes + BODY_ROOM_BYTES;
  for await (const lines of ndjsonLines(source, { maxLineBytes })) {
    for (let at = 0; at < lines.length; at += LINES_AT_ONCE) {
      yield lines.slice(at, at + LINES_AT_ONCE).map((line) => ({ number: line.number, draft: eventOfLine(line, maxLineBytes, limits) }));
      await setImmediate();
    }
  }
}

function eventOfLine(line: NdjsonLine, maxLineBytes: number, limits: FreeFormLimits): EventDraft | DomainError {
  if (line.tooLong === true) return fieldTooLarge('line', maxLineBytes);
  const text = parseUtf8(line.bytes);
  return text === null ? badRequest('line', 'is not valid UTF-8') : eventOfText(text, limits);
}

/** The event that a JSON text holds, or its refusal. */
export function eventOfText(text: string, limits: FreeFormLimits): EventDraft | DomainError {
  try {
    return readEvent(parseJson(text, 'line'), text, 0, text.length, limits);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

import { setImmediate } from 'node:timers/promises';
import { checkedMembers } from '../../../libs/json-payload/checked-members.ts';
import { parseUtf8 } from '../../../libs/json-payload/utf8.ts';
import { errorAsValue, type DomainError } from '../../../libs/kernel/domain-error.ts';
import { isTurnSpent } from '../../../libs/kernel/time-slice.ts';
import type { NdjsonLine } from '../../../libs/ndjson/ndjson-line.ts';
import { ndjsonLines } from '../../../libs/ndjson/ndjson-lines.ts';
import { fieldTooLarge, invalidField } from '../../../libs/kernel/input-error.ts';
import { MAX_BODY_OVERHEAD_BYTES, type FreeFormLimits } from '../../platform/input/free-form-limits.ts';
import { parseJson } from '../../platform/input/parse-json.ts';
import type { ImportLine } from '../application/import-tally.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import { readEvent } from './customer-event.request.ts';

/** Lines that are read without a pause, unless they are large: a millisecond or two, in which nobody else is served. */
const LINES_AT_ONCE = 64;

/** A line of NDJSON and what it holds. */
export interface EventLine extends ImportLine {
  /** As it stands in the file; undefined where it was too long to be kept. */
  readonly source: NdjsonLine;
}

/**
 * The events of NDJSON bytes, a line each; a line that holds none has its refusal in its place.
 * Between a few lines others get their turn.
 *
 * @param read the event that the text of a line holds, or its refusal.
 * @param after lines up to this number are skipped.
 */
export async function* eventLines(
  bytes: AsyncIterable<Buffer>,
  limits: FreeFormLimits,
  read: (text: string) => EventDraft | DomainError = (text) => eventOfText(text, limits),
  after = 0,
): AsyncGenerator<EventLine[], void> {
  const maxLineBytes = limits.maxPayloadBytes + MAX_BODY_OVERHEAD_BYTES;
  for await (const all of ndjsonLines(bytes, { maxLineBytes })) {
    const lines = after === 0 ? all : all.filter(({ number }) => number > after);
    let group: EventLine[] = [];
    for (const source of lines) {
      group.push({
        number: source.number,
        sourceBytes: source.tooLong === true ? 0 : source.bytes.length,
        source,
        draft: draftOf(source, maxLineBytes, read),
      });
      if (group.length < LINES_AT_ONCE && !isTurnSpent()) continue;
      yield group;
      group = [];
      await setImmediate();
    }
    if (group.length > 0) {
      yield group;
      await setImmediate();
    }
  }
}

function draftOf(
  line: NdjsonLine,
  maxLineBytes: number,
  read: (text: string) => EventDraft | DomainError,
): EventDraft | DomainError {
  if (line.tooLong === true) return fieldTooLarge('line', maxLineBytes);
  const text = parseUtf8(line.bytes);
  return text === null ? invalidField('line', 'is not valid UTF-8') : read(text);
}

/** The event that a JSON text holds, or its refusal. */
export const eventOfText = (text: string, limits: FreeFormLimits): EventDraft | DomainError =>
  errorAsValue(() => {
    const members = checkedMembers(text);
    if (members !== null) return readEvent({ text, members }, limits);
    // What is wrong, if anything is, JSON.parse decides.
    return readEvent({ name: 'event', value: parseJson(text, 'line'), text, start: 0, end: text.length }, limits);
  });

import type { EncodedEvent } from './encode-event.ts';
import type { RecordedEvent } from './service-types.ts';

const BEGIN = /^\{"success":true,"data":\{"created":(?:0|[1-9]\d*),"replayed":(?:0|[1-9]\d*),"rejected":0,"results":\[/;
const CREATED = ',"status":"created","event":{"id":"';
const REPLAYED = ',"status":"replayed","event":{"id":"';
const CUSTOMER_ID = '","customerId":"';
/** The id of an event and that of its customer, with nothing that JSON would escape or refuse. */
const IDS = /^[!#-[\]-~]+","customerId":"[!#-[\]-~]+$/;
const CREATED_AT = '","createdAt":"';
const INSTANT = /^[-\d:.TZ]+$/;
const END = /\]\},"timestamp":"[-\d:.TZ]+"\}$/y;

/**
 * The results of a batch of which every event was stored, where the text is exactly as the service writes it: it is
 * compared from its first character to its last, so they are what `JSON.parse` would find. That takes 0.6 of the time
 * (2.5 of 4 µs per event) and makes fewer objects: type and payload are compared with what was sent, and not made anew.
 *
 * @returns undefined where anything is another way; then the text has to be parsed.
 */
export function usualResults(text: string, sent: readonly EncodedEvent[]): RecordedEvent[] | undefined {
  const begin = BEGIN.exec(text);
  if (begin === null) return undefined;
  const reader = new ResultReader(text, begin[0].length);
  const results: RecordedEvent[] = [];
  for (const [index, event] of sent.entries()) {
    const result = reader.next(index, event);
    if (result === undefined) return undefined;
    results.push(result);
  }
  END.lastIndex = reader.at;
  return END.test(text) ? results : undefined;
}

class ResultReader {
  at: number;
  readonly #text: string;
  /** Mostly that of the whole batch. */
  #createdAt = '';

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  /** @returns undefined where the result is another way. */
  next(index: number, { event, text, echoStart, echoEnd }: EncodedEvent): RecordedEvent | undefined {
    const { type, eventId } = event;
    if (!this.#passes(index === 0 ? '{"index":0' : `,{"index":${index}`)) return undefined;
    const isCreated = this.#passes(CREATED);
    if (!isCreated && !this.#passes(REPLAYED)) return undefined;
    const ids = this.#ids();
    if (ids === undefined || !this.#passes(text.slice(echoStart, echoEnd))) return undefined;
    const occurredAt = this.#instant(event.occurredAt);
    if (occurredAt === undefined || !this.#passes(CREATED_AT)) return undefined;
    const createdAt = this.#instant(this.#createdAt);
    if (createdAt === undefined || !this.#passes(`","eventId":"${eventId}"}}`)) return undefined;
    this.#createdAt = createdAt;
    return { status: isCreated ? 'created' : 'replayed', ...ids, type, occurredAt, createdAt, eventId };
  }

  /** A part is cut out and compared as a whole: by `startsWith` it takes three times as long. */
  #passes(expected: string): boolean {
    const end = this.at + expected.length;
    if (this.#text.slice(this.at, end) !== expected) return false;
    this.at = end;
    return true;
  }

  #ids(): { id: string; customerId: string } | undefined {
    const endOfId = this.#text.indexOf('"', this.at);
    const ids = copy(this.#text.slice(this.at, this.#text.indexOf('"', endOfId + CUSTOMER_ID.length)));
    if (!IDS.test(ids)) return undefined;
    const idLength = endOfId - this.at;
    this.at += ids.length;
    return this.#passes('",')
      ? { id: ids.slice(0, idLength), customerId: ids.slice(idLength + CUSTOMER_ID.length) }
      : undefined;
  }

  /** @param usual is not copied where it is the same. */
  #instant(usual: string): string | undefined {
    const end = this.#text.indexOf('"', this.at);
    const part = this.#text.slice(this.at, end);
    this.at = end;
    if (part === usual && usual !== '') return usual;
    return INSTANT.test(part) ? copy(part) : undefined;
  }
}

/** A part of a text keeps the whole of it in memory; what is put together anew does not. */
const copy = (part: string): string => ` ${part}`.slice(1);

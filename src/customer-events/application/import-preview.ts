import { canonicalJson } from '../../../libs/json-payload/canonical-json.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { FingerprintMap, readWords } from '../../../libs/kernel/fingerprint-map.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import type { ReceivingApp } from '../domain/retention.ts';
import { eventIdConflict } from '../domain/customer-events-error.ts';
import type { CustomerEvents, Recorded } from './customer-events.ts';
import type { LineResult } from './import-tally.ts';

/** About 230 MB where there are as many. */
const MAX_EVENT_IDS = 4_000_000;
const WORDS_OF_FIELD = 2;

/** What is compared where an `eventId` comes back; the same fields as RETRY_COMPARISON has. */
const COMPARED: Readonly<
  Record<Exclude<keyof EventDraft, 'customerExternalId' | 'eventId'>, (draft: EventDraft) => string | undefined>
> = {
  type: ({ type }) => type,
  occurredAt: ({ occurredAt }) => occurredAt,
  payload: ({ payload }) => canonicalJson(payload.text),
};
const FIELDS = Object.entries(COMPARED);

/**
 * Foretells what becomes of the lines of a long import: what the database says of them now, and what earlier lines
 * of the same import would have changed by then. Nothing is written.
 */
export class ImportPreview {
  private readonly seen: FingerprintMap;
  private readonly words = new Uint32Array(WORDS_OF_FIELD);

  /**
   * @param isAssumed whether a customer that does not exist is to be taken for one that does.
   * @param maxEventIds that are remembered of new events. Beyond, an `eventId` that comes back is taken for new.
   */
  constructor(
    private readonly isAssumed: (customerId: string) => boolean,
    maxEventIds = MAX_EVENT_IDS,
  ) {
    this.seen = new FingerprintMap(FIELDS.length * WORDS_OF_FIELD, maxEventIds);
  }

  /** False: there were more new `eventId`s than are remembered. */
  get isExact(): boolean {
    return !this.seen.isFull;
  }

  /** What {@link CustomerEvents.recordAll} would respond, had all earlier calls been of that. @throws SERVICE_UNAVAILABLE */
  async of(
    events: CustomerEvents,
    app: ReceivingApp,
    drafts: readonly (EventDraft | DomainError)[],
  ): Promise<LineResult[]> {
    const results = await events.previewAll(app, drafts, this.isAssumed);
    return results.map((result, index) => this.withEarlierLines(drafts[index], result));
  }

  private withEarlierLines(draft: EventDraft | DomainError | undefined, result: Recorded | DomainError): LineResult {
    if (draft === undefined || draft instanceof DomainError || draft.eventId === undefined) return result;
    // What is refused for another reason is refused before it is asked what is stored under its eventId.
    if (result instanceof DomainError && result.code !== eventIdConflict.code) return result;
    const key = `${draft.customerExternalId}\0${draft.eventId}`;
    const stored = this.seen.get(key);
    if (stored !== undefined) return this.repeated(draft, stored);
    if (!(result instanceof DomainError) && !result.replayed) this.remember(draft, this.seen.add(key));
    return result;
  }

  private repeated(draft: EventDraft, stored: Uint32Array): LineResult {
    const differing = FIELDS.filter(([, textOf], index) => {
      const text = textOf(draft);
      return (
        text !== undefined && !this.wordsOf(text).every((word, at) => stored[index * WORDS_OF_FIELD + at] === word)
      );
    });
    return differing.length > 0 ? eventIdConflict(differing.map(([field]) => field)) : { replayed: true };
  }

  private remember(draft: EventDraft, stored: Uint32Array | undefined): void {
    for (const [index, [, textOf]] of FIELDS.entries()) {
      const text = textOf(draft);
      if (text !== undefined) stored?.set(this.wordsOf(text), index * WORDS_OF_FIELD);
    }
  }

  private wordsOf(text: string): Uint32Array {
    readWords(text, this.words);
    return this.words;
  }
}

import { sameJson } from '../../../libs/json-payload/same-json.ts';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';

/** One thing that happened to one customer, as it stands on the timeline. */
export interface CustomerEvent {
  readonly id: string;
  readonly customerId: string;
  readonly type: string;
  /** A JSON object as its source text: value for value what the client sent. */
  readonly payload: JsonText;
  readonly occurredAt: Instant;
  readonly createdAt: Instant;
  /** The sender's own id, by which a repeated request is recognised; null where none was sent. */
  readonly eventId: string | null;
}

export const EVENT_ID_PATTERN = /^[A-Za-z0-9_.:-]{1,255}$/;

/** What a sender asks to be recorded. */
export interface EventDraft {
  readonly customerExternalId: string;
  readonly type: string;
  readonly payload: JsonText;
  /** Undefined: it happens now. */
  readonly occurredAt: Instant | undefined;
  readonly eventId: string | undefined;
}

/** Whether a field of a repeated draft is what was stored. */
type SameAsStored = (draft: EventDraft, stored: CustomerEvent) => boolean;

/** By these the stored event was found. */
const IDENTIFIES = 'identifies';

/** For each field of a draft, how a repeated request is compared with the event stored under its `eventId`. */
export const RETRY_COMPARISON: Readonly<Record<keyof EventDraft, SameAsStored | typeof IDENTIFIES>> = {
  customerExternalId: IDENTIFIES,
  eventId: IDENTIFIES,
  type: (draft, stored) => draft.type === stored.type,
  // An instant that is not given differs from nothing: the first request got "now".
  occurredAt: (draft, stored) => draft.occurredAt === undefined || draft.occurredAt === stored.occurredAt,
  payload: (draft, stored) => sameJson(draft.payload.text, stored.payload.text),
};

const COMPARED = Object.entries(RETRY_COMPARISON).flatMap(([field, isSame]) =>
  isSame === IDENTIFIES ? [] : [{ field, isSame }],
);

/**
 * The fields in which a repeated draft differs from the event stored under its `eventId`; none
 * means that the request is a retry.
 */
export function differingFields(draft: EventDraft, stored: CustomerEvent): string[] {
  return COMPARED.filter(({ isSame }) => !isSame(draft, stored)).map(({ field }) => field);
}

import type { CustomerEventFields } from './service-types.ts';

/** What happened to a customer. For an optional field null is as good as absent. */
export interface CustomerEvent extends Readonly<Omit<CustomerEventFields, 'payload' | 'occurredAt' | 'eventId'>> {
  /**
   * An object, at most 64 KiB of JSON and 100 levels deep: a bigint is sent as its digits, `rawJson('…')` as it stands.
   * It is read when the event is recorded: what is changed in it later is not sent.
   */
  readonly payload?: object | null | undefined;
  /** An instant (ISO 8601), to the microsecond, or a Date. Default: when it is recorded. */
  readonly occurredAt?: CustomerEventFields['occurredAt'] | Date | undefined;
  /**
   * Your own id of the event, 1–255 of `A-Za-z0-9_.:-`. Default: a UUID, made when it is recorded. Where you may record
   * the same event twice, give its `occurredAt` too: with another instant it would be refused, `EVENT_ID_CONFLICT`.
   */
  readonly eventId?: CustomerEventFields['eventId'] | undefined;
}

/** An event with all that it was sent with, so that it may be sent again. */
export interface SentEvent {
  readonly customerExternalId: string;
  readonly type: string;
  readonly payload: object;
  readonly occurredAt: string;
  readonly eventId: string;
}

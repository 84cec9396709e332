/** What happened to a customer. For an optional field null is as good as absent. */
export interface CustomerEvent {
  /** Your own id of the customer: 1–255 characters, no control characters. The customer must exist. */
  readonly customerExternalId: string;
  /** `^[a-z0-9_.]{1,100}$`, such as `order.placed`. */
  readonly type: string;
  /**
   * An object, at most 64 KiB of JSON and 100 levels deep: a bigint is sent as its digits, `rawJson('…')` as it stands.
   * It is read when the event is recorded: what is changed in it later is not sent.
   */
  readonly payload?: object | null | undefined;
  /** An instant (ISO 8601), to the microsecond, or a Date. Default: when it is recorded. */
  readonly occurredAt?: string | Date | null | undefined;
  /** Your own id of the event, 1–255 of `A-Za-z0-9_.:-`. Default: a UUID, made when it is recorded. */
  readonly eventId?: string | null | undefined;
}

/** An event with all that it was sent with, so that it may be sent again. */
export interface SentEvent {
  readonly customerExternalId: string;
  readonly type: string;
  readonly payload: object;
  readonly occurredAt: string;
  readonly eventId: string;
}

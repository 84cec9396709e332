/** What a free-form object may be. */
export interface FreeFormLimits {
  /** Bytes of a free-form object, as sent. */
  readonly maxPayloadBytes: number;
  /** Keys of all objects in a free-form object. */
  readonly maxPayloadKeys: number;
}

/** The injection token of {@link HttpLimits}: a part of the settings, bound in the app's module. */
export const HTTP_LIMITS = 'HTTP_LIMITS';

export interface HttpLimits extends FreeFormLimits {
  /** Milliseconds for which the next piece of a streamed body is waited for. */
  readonly requestIdleMs: number;
}

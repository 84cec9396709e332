/** What a free-form object may be. */
export interface FreeFormLimits {
  /** Bytes of a free-form object, as sent. */
  readonly maxPayloadBytes: number;
  /** Keys of all objects in a free-form object. */
  readonly maxPayloadKeys: number;
}

/** Bytes of a body or an import line beside its free-form object: other fields, white space. */
export const MAX_BODY_OVERHEAD_BYTES = 65_536;

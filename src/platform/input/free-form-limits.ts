/** What a free-form object may be. */
export interface FreeFormLimits {
  /** Bytes of a free-form object, as sent. */
  readonly maxPayloadBytes: number;
  /** Keys of all objects in a free-form object. */
  readonly maxPayloadKeys: number;
  /** Levels of nesting, the object itself included; MAX_JSON_DEPTH where it is not given. */
  readonly maxDepth?: number;
}

/** A free-form object may be nested this deep, itself included. */
export const MAX_JSON_DEPTH = 100;

/** Bytes of a body or an import line beside its free-form object: other fields, white space. */
export const MAX_BODY_OVERHEAD_BYTES = 65_536;

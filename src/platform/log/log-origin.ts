/** Which process a line comes from: the log of many instances is read as one. */
export interface LogOrigin {
  /** Of this process, until it ends; it needs no escapes in JSON. */
  readonly instance: string;
  /** Of the service; it needs no escapes in JSON. */
  readonly version: string;
}

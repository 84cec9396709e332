/** A row cannot be run as this machine is; the message says why, and what to do. */
export class RowFailed extends Error {}

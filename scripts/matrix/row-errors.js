/** A row cannot be run as this machine is; the message says why, and what to do. */
export class RowFailed extends Error {}

/** A row was not asked for: it needs something that only who runs the script can give. */
export class RowSkipped extends Error {}

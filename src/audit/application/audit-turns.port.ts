/**
 * Lets the reads of apps take turns with the database: one without a match looks at all entries of its app, a quarter of a
 * second for a million of them.
 */
export abstract class AuditTurns {
  /** Runs a read when it is the turn of its app. @throws SERVICE_UNAVAILABLE where that does not come in time; what the read throws. */
  abstract run<T>(appId: string, read: () => Promise<T>): Promise<T>;
}

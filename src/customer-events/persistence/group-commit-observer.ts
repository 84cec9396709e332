/** Told how group commit goes, for metrics and readiness. It must not throw. */
export abstract class GroupCommitObserver {
  /** How many events wait or are being written now. */
  abstract queued(events: number): void;
  /** A request was refused because too much was waiting. */
  abstract refused(): void;
  /** A group was written. @param events of it. @param seconds until it was committed. */
  abstract written(events: number, seconds: number): void;
  /** A group could not be written, because the database is away or cannot write. */
  abstract failed(): void;
}

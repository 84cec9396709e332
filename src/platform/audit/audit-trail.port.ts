import type { AuditEntry } from './audit-entry.ts';

/**
 * Records what changes nothing in the database, such as an export. What changes something is recorded in the same
 * transaction, by the store that changes it.
 */
export abstract class AuditTrail {
  /** Resolves when the entry is stored. @throws SERVICE_UNAVAILABLE */
  abstract record(entry: AuditEntry): Promise<void>;

  /**
   * Records a read off the path of its request: the entry is stored within about a second, together with others, and
   * tried again while the database is away. An entry that is there already (the same app, time and id) is not stored
   * again. It is lost where the process is killed before, and where 10,000 entries wait: that is counted, in
   * `audit_entries_dropped_total` and in the log.
   */
  abstract note(entry: AuditEntry): void;
}

import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { AuditPosition } from '../domain/audit-filter.ts';
import type { AuditQuery } from '../domain/audit-query.ts';

/** Keeps the record of who did what. Entries are added, and never changed; only the count of an hour may rise. */
export abstract class AuditStore {
  /** Resolves when it is stored. @throws SERVICE_UNAVAILABLE */
  abstract add(entry: AuditEntry): Promise<void>;

  /** Adds many at once. Those that are there already (the same app, time and id) are left out. @throws SERVICE_UNAVAILABLE */
  abstract addAll(entries: readonly AuditEntry[]): Promise<void>;

  /**
   * Adds many entries with a count at once, of different ids. Of one that is there already the count is added up: of one
   * whose outcome was unknown, and that is added again, it may be counted twice.
   *
   * @throws SERVICE_UNAVAILABLE
   */
  abstract addCounts(entries: readonly AuditEntry[]): Promise<void>;

  /** The newest first, behind a position (from the newest: null). */
  abstract list(query: AuditQuery, limit: number, after: AuditPosition | null): Promise<AuditEntry[]>;

  /** Deletes what is older, and returns how many entries that were. @param at milliseconds since the Unix epoch. */
  abstract deleteBefore(at: number): Promise<number>;
}

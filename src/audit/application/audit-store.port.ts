import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { AuditQuery } from '../domain/audit-query.ts';

/** Behind which entry a list goes on. */
export type AuditPosition = Pick<AuditEntry, 'at' | 'id'>;

/** Keeps the record of who did what. Entries are added, and never changed. */
export abstract class AuditStore {
  /** Resolves when it is stored. @throws SERVICE_UNAVAILABLE */
  abstract add(entry: AuditEntry): Promise<void>;

  /** The newest first, behind a position (from the newest: null). */
  abstract list(query: AuditQuery, limit: number, after: AuditPosition | null): Promise<AuditEntry[]>;

  /** Deletes what is older, and returns how many entries that were. @param at milliseconds since the Unix epoch. */
  abstract deleteBefore(at: number): Promise<number>;
}

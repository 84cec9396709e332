import type { AuditAction, AuditEntry } from '../../platform/audit/audit-entry.ts';

/** Which entries; what is left out narrows nothing. */
export interface AuditQuery {
  readonly appId?: string | undefined;
  /** Milliseconds since the Unix epoch, inclusive. */
  readonly from?: number | undefined;
  /** Exclusive. */
  readonly to?: number | undefined;
  readonly actions?: readonly AuditAction[] | undefined;
  /** Pseudonyms: entries of any of them. */
  readonly customers?: readonly string[] | undefined;
}

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

import type { AuditEntry } from './audit-entry.ts';

/**
 * Records what changes nothing in the database, such as an export. What changes something is recorded in the same
 * transaction, by the store that changes it.
 */
export abstract class AuditTrail {
  /** Resolves when the entry is stored. @throws SERVICE_UNAVAILABLE */
  abstract record(entry: AuditEntry): Promise<void>;
}

import type { AuditEntry } from '../../src/platform/audit/audit-entry.ts';
import { AuditTrail } from '../../src/platform/audit/audit-trail.port.ts';

/** Remembers what was recorded, in its order. */
export class RecordedAudit extends AuditTrail {
  readonly entries: AuditEntry[] = [];

  record(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
    return Promise.resolve();
  }

  note(entry: AuditEntry): void {
    this.entries.push(entry);
  }
}

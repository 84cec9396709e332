import type { AuditEntry } from '../../src/platform/audit/audit-entry.ts';
import {
  auditEntryOf,
  SELECTED_AUDIT_ENTRY,
  type AuditEntryColumns,
} from '../../src/platform/postgres/audit-entries.ts';
import type { TestDatabase } from './test-database.ts';

/** What was recorded about an app, the oldest entry first; without the counts of reads, which come up to a second later. */
export async function auditEntriesOf(database: TestDatabase, appId: string): Promise<AuditEntry[]> {
  const rows = await database.query<AuditEntryColumns>(
    `SELECT ${SELECTED_AUDIT_ENTRY} FROM audit_entries AS u
     WHERE u.app_id = $1 AND u.action <> 'customer.read.bulk' ORDER BY u.at, u.id`,
    [appId],
  );
  return rows.map(auditEntryOf);
}

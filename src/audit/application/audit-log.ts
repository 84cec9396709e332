import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { AuditTrail } from '../../platform/audit/audit-trail.port.ts';
import type { AuditQuery } from '../domain/audit-query.ts';
import { AuditNotes } from './audit-notes.ts';
import { auditParts } from './audit-parts.ts';
import { AuditStore } from './audit-store.port.ts';

/** The record of who did what. */
@Injectable()
export class AuditLog extends AuditTrail {
  constructor(
    private readonly store: AuditStore,
    private readonly notes: AuditNotes,
  ) {
    super();
  }

  record(entry: AuditEntry): Promise<void> {
    return this.store.add(entry);
  }

  note(entry: AuditEntry): void {
    this.notes.note(entry);
  }

  /** The newest first, read as they are consumed. */
  async *entries(query: AuditQuery, limit = Infinity): AsyncGenerator<AuditEntry> {
    const parts = await auditParts((count, after) => this.store.list(query, count, after), limit);
    for await (const part of parts) yield* part;
  }

  /** @param at milliseconds since the Unix epoch. Returns how many entries were deleted. */
  deleteBefore(at: number): Promise<number> {
    return this.store.deleteBefore(at);
  }
}

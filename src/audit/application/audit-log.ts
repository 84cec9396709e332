import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { AuditTrail } from '../../platform/audit/audit-trail.port.ts';
import type { AuditQuery } from '../domain/audit-query.ts';
import { AuditNotes } from './audit-notes.ts';
import { AuditStore, type AuditPosition } from './audit-store.port.ts';

const ENTRIES_AT_ONCE = 1_000;

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
    let after: AuditPosition | null = null;
    for (let left = limit; left > 0;) {
      const part: AuditEntry[] = await this.store.list(query, Math.min(left, ENTRIES_AT_ONCE), after);
      yield* part;
      if (part.length < ENTRIES_AT_ONCE) return;
      left -= part.length;
      after = part.at(-1) ?? null;
    }
  }

  /** @param at milliseconds since the Unix epoch. Returns how many entries were deleted. */
  deleteBefore(at: number): Promise<number> {
    return this.store.deleteBefore(at);
  }
}

import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { AuditTrail } from '../../platform/audit/audit-trail.port.ts';
import type { AuditPosition } from '../domain/audit-filter.ts';
import type { AuditQuery } from '../domain/audit-query.ts';
import { AuditNotes } from './audit-notes.ts';
import { AuditStore } from './audit-store.port.ts';

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
    for await (const part of this.parts(query, limit)) yield* part;
  }

  /**
   * The newest first, behind a position, as many at a time as are good to hold, read as they are consumed.
   *
   * @param requireStillAllowed asked before each part but the first; where it rejects, so does the iteration.
   */
  async *parts(
    query: AuditQuery,
    limit = Infinity,
    after: AuditPosition | null = null,
    requireStillAllowed = () => Promise.resolve(),
  ): AsyncGenerator<readonly AuditEntry[]> {
    let position = after;
    for (let left = limit; left > 0;) {
      const part: AuditEntry[] = await this.store.list(query, Math.min(left, ENTRIES_AT_ONCE), position);
      yield part;
      if (part.length < ENTRIES_AT_ONCE) return;
      left -= part.length;
      position = part.at(-1) ?? null;
      await requireStillAllowed();
    }
  }

  /** @param at milliseconds since the Unix epoch. Returns how many entries were deleted. */
  deleteBefore(at: number): Promise<number> {
    return this.store.deleteBefore(at);
  }
}

import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { AuditPosition } from '../domain/audit-filter.ts';

const ENTRIES_AT_ONCE = 1_000;

/** Reads entries, the newest first, behind a position. */
export type ReadEntries = (limit: number, after: AuditPosition | null) => Promise<readonly AuditEntry[]>;

/**
 * Entries, as many at a time as are good to hold, read as they are consumed; the first part is read before this
 * resolves, so that what fails can still be said.
 *
 * @param limit how many at most.
 * @param requireStillAllowed asked before each part but the first; where it rejects, so does the iteration.
 */
export async function auditParts(
  read: ReadEntries,
  limit: number,
  after: AuditPosition | null = null,
  requireStillAllowed: () => Promise<void> = () => Promise.resolve(),
): Promise<AsyncIterable<readonly AuditEntry[]>> {
  const first = await read(Math.min(limit, ENTRIES_AT_ONCE), after);
  return partsFrom(first, read, limit, requireStillAllowed);
}

async function* partsFrom(
  first: readonly AuditEntry[],
  read: ReadEntries,
  limit: number,
  requireStillAllowed: () => Promise<void>,
): AsyncGenerator<readonly AuditEntry[]> {
  let left = limit;
  for (let part = first; ;) {
    yield part;
    left -= part.length;
    if (part.length < ENTRIES_AT_ONCE || left <= 0) return;
    await requireStillAllowed();
    part = await read(Math.min(left, ENTRIES_AT_ONCE), part.at(-1) ?? null);
  }
}

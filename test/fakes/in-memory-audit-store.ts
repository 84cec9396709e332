import { AuditStore } from '../../src/audit/application/audit-store.port.ts';
import type { AuditPosition } from '../../src/audit/domain/audit-filter.ts';
import type { AuditQuery } from '../../src/audit/domain/audit-query.ts';
import type { AuditEntry } from '../../src/platform/audit/audit-entry.ts';

export class InMemoryAuditStore extends AuditStore {
  /** In the order in which they were added. */
  entries: AuditEntry[] = [];

  add(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
    return Promise.resolve();
  }

  addAll(entries: readonly AuditEntry[]): Promise<void> {
    for (const entry of entries) if (this.indexOf(entry) === -1) this.entries.push(entry);
    return Promise.resolve();
  }

  addCounts(entries: readonly AuditEntry[]): Promise<void> {
    for (const entry of entries) {
      const index = this.indexOf(entry);
      const known = this.entries[index];
      if (known === undefined) this.entries.push(entry);
      else this.entries[index] = { ...known, count: (known.count ?? 0) + (entry.count ?? 0) };
    }
    return Promise.resolve();
  }

  list(query: AuditQuery, limit: number, after: AuditPosition | null): Promise<AuditEntry[]> {
    const matches = (entry: AuditEntry): boolean =>
      (query.appId === undefined || entry.appId === query.appId) &&
      (query.from === undefined || entry.at >= query.from) &&
      (query.to === undefined || entry.at < query.to) &&
      (query.actions === undefined || query.actions.includes(entry.action)) &&
      (query.customers === undefined || (entry.customer !== null && query.customers.includes(entry.customer))) &&
      (after === null || comparePositions(entry, after) > 0);
    return Promise.resolve(this.entries.filter(matches).sort(comparePositions).slice(0, limit));
  }

  deleteBefore(at: number): Promise<number> {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => entry.at >= at);
    return Promise.resolve(before - this.entries.length);
  }

  private indexOf({ appId, at, id }: AuditEntry): number {
    return this.entries.findIndex((entry) => entry.appId === appId && entry.at === at && entry.id === id);
  }
}

/** The newest first. */
const comparePositions = (a: AuditPosition, b: AuditPosition): number => b.at - a.at || (a.id < b.id ? 1 : -1);

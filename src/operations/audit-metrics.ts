import { Counter, type Registry } from 'prom-client';

/** What the audit of reads tells of itself: entries that could not be stored since the start. */
export interface AuditState {
  readonly dropped: number;
}

/** The app passes the state in, since operations know no slice. */
export function publishAudit(registry: Registry, state: AuditState): void {
  new Counter({
    name: 'audit_entries_dropped_total',
    help: 'Audit entries about reads that were dropped: 10,000 waited because the database was away, or it refused one.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(state.dropped);
    },
  });
}

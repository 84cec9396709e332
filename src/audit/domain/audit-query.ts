import type { AuditAction } from '../../platform/audit/audit-entry.ts';

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

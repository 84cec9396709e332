import { ID_PATTERN } from '../../../libs/kernel/ids.ts';
import { decodeWalkCursor, encodeWalkCursor } from '../../../libs/kernel/walk-cursor.ts';
import type { AuditAction, AuditEntry } from '../../platform/audit/audit-entry.ts';

export const AUDIT_DEFAULT_LIMIT = 50;
export const AUDIT_MAX_LIMIT = 200;

/** Which entries of its app a caller asks for; what is left out narrows nothing. */
export interface AuditFilter {
  /** Milliseconds since the Unix epoch, inclusive. */
  readonly from?: number | undefined;
  /** Exclusive. */
  readonly to?: number | undefined;
  /** Of one of these actions. */
  readonly actions?: readonly AuditAction[] | undefined;
  readonly customerExternalId?: string | undefined;
}

/** Behind which entry a list goes on: the newest come first, by (`at`, `id`). */
export type AuditPosition = Pick<AuditEntry, 'at' | 'id'>;

/** A cursor of the entries of an app that a filter finds: see {@link encodeWalkCursor}. */
export const auditCursor = (appId: string, filter: AuditFilter, { at, id }: AuditPosition): string =>
  encodeWalkCursor(walkOf(appId, filter), `${at} ${id}`);

/** Null where the text is not a cursor of this very walk. */
export function positionOfCursor(appId: string, filter: AuditFilter, cursor: string): AuditPosition | null {
  const place = decodeWalkCursor(walkOf(appId, filter), cursor);
  const [millis = '', id = '', ...rest] = place?.split(' ') ?? [];
  if (rest.length > 0 || !/^\d{1,15}$/.test(millis) || !ID_PATTERN.test(id)) return null;
  return { at: Number(millis), id };
}

/** Actions are the same in whatever order, and however often, they are given. */
const walkOf = (appId: string, { from, to, actions, customerExternalId }: AuditFilter): readonly unknown[] => [
  'audit',
  appId,
  from ?? null,
  to ?? null,
  actions === undefined ? null : [...new Set(actions)].sort(),
  customerExternalId ?? null,
];

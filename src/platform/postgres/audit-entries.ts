import type { Actor, AuditAction, AuditEntry } from '../audit/audit-entry.ts';
import {
  column,
  columnList,
  countColumn,
  millisColumn,
  parametersOf,
  placeholderList,
  recordOfRow,
  selectList,
  type Column,
  type RecordColumns,
  type RowOf,
} from './record-columns.ts';
import type { Query } from './transactions.ts';

/** An entry as a row has it: the actor's fields beside the others. */
type FlatEntry = Omit<AuditEntry, 'actor'> & {
  readonly actorKind: Actor['kind'];
  readonly actorId: string;
  readonly requestId: string | null;
};

const detailsColumn = (name: string): Column<AuditEntry['details'], string | null> => ({
  name,
  type: 'json',
  read: (json) => `${json}::text`,
  parameterOf: (details) => (details === null ? null : JSON.stringify(details)),
  valueOfRow: (text) => (text === null ? null : (JSON.parse(text) as AuditEntry['details'])),
});

const AUDIT_COLUMNS = {
  appId: column('app_id'),
  at: millisColumn('at'),
  id: column('id'),
  actorKind: column<Actor['kind']>('actor'),
  actorId: column('actor_id'),
  requestId: column<string | null>('request_id'),
  action: column<AuditAction>('action'),
  customer: column<string | null>('customer'),
  subject: column<string | null>('subject'),
  count: countColumn<number | null>('count'),
  details: detailsColumn('details'),
} satisfies RecordColumns<FlatEntry>;

/** What a SELECT from `audit_entries AS u` reads. */
export const SELECTED_AUDIT_ENTRY = selectList(AUDIT_COLUMNS, 'u');

export type AuditEntryColumns = RowOf<typeof AUDIT_COLUMNS>;

const INSERT_AUDIT_ENTRY = `
  INSERT INTO audit_entries AS u (${columnList(AUDIT_COLUMNS)})
  VALUES (${placeholderList(Object.keys(AUDIT_COLUMNS).length)})`;

/** To be run in the transaction of what the entry tells. */
export function insertAuditEntry({ actor, ...entry }: AuditEntry): Query {
  const flat = { ...entry, actorKind: actor.kind, actorId: actor.id, requestId: actor.requestId };
  return { sql: INSERT_AUDIT_ENTRY, parameters: parametersOf(AUDIT_COLUMNS, flat) };
}

export function auditEntryOf(columns: AuditEntryColumns): AuditEntry {
  const { actorKind, actorId, requestId, ...entry } = recordOfRow(AUDIT_COLUMNS, columns);
  return { ...entry, actor: { kind: actorKind, id: actorId, requestId } };
}

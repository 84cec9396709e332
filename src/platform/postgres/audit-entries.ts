import type { Actor, AuditAction, AuditEntry } from '../audit/audit-entry.ts';
import {
  arrayList,
  arraysOf,
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
export const insertAuditEntry = (entry: AuditEntry): Query => ({
  sql: INSERT_AUDIT_ENTRY,
  parameters: parametersOf(AUDIT_COLUMNS, flatEntry(entry)),
});

const INSERT_AUDIT_ENTRIES = `
  INSERT INTO audit_entries AS u (${columnList(AUDIT_COLUMNS)})
  SELECT * FROM unnest(${arrayList(AUDIT_COLUMNS, 1)})
  ON CONFLICT (app_id, at, id) DO`;

/** Leaves out those that are there already. */
export const insertAuditEntries = (entries: readonly AuditEntry[]): Query => ({
  sql: `${INSERT_AUDIT_ENTRIES} NOTHING`,
  parameters: inOneOrder(entries),
});

/** Adds up the counts of those that are there already. */
export const insertAuditCounts = (entries: readonly AuditEntry[]): Query => ({
  sql: `${INSERT_AUDIT_ENTRIES} UPDATE SET count = u.count + excluded.count`,
  parameters: inOneOrder(entries),
});

/** Two instances that insert the same entries in different orders would wait for each other. */
const inOneOrder = (entries: readonly AuditEntry[]): unknown[] =>
  arraysOf(AUDIT_COLUMNS, [...entries].sort((a, b) => (a.id < b.id ? -1 : 1)).map(flatEntry));

const flatEntry = ({ actor, ...entry }: AuditEntry): FlatEntry => ({
  ...entry,
  actorKind: actor.kind,
  actorId: actor.id,
  requestId: actor.requestId,
});

export function auditEntryOf(columns: AuditEntryColumns): AuditEntry {
  const { actorKind, actorId, requestId, ...entry } = recordOfRow(AUDIT_COLUMNS, columns);
  return { ...entry, actor: { kind: actorKind, id: actorId, requestId } };
}

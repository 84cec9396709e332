import {
  column,
  columnList,
  countColumn,
  fieldsWithout,
  millisColumn,
  parametersOf,
  placeholderList,
  recordOfRow,
  selectList,
  type Column,
  type RecordColumns,
  type RowOf,
} from '../../platform/postgres/record-columns.ts';
import type { Query } from '../../platform/postgres/transactions.ts';
import { instantOfUtcText, utcText } from '../../platform/postgres/utc-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import type { PurgeRun } from '../domain/purge.ts';

/** A run as a row has it: the fields of its position beside the others. */
type FlatRun = Omit<PurgeRun, 'after'> & { readonly afterCreatedAt: Instant | null; readonly afterId: string | null };

const nullableInstantColumn = (name: string): Column<Instant | null, string | null> => ({
  name,
  type: 'timestamptz',
  read: utcText,
  parameterOf: (instant) => instant,
  valueOfRow: (stored) => (stored === null ? null : instantOfUtcText(stored)),
});

const PURGE_RUN_COLUMNS = {
  appId: column('app_id'),
  rules: column('rules'),
  startedAt: millisColumn('started_at'),
  since: millisColumn<number | null>('since'),
  afterCreatedAt: nullableInstantColumn('after_created_at'),
  afterId: column<string | null>('after_id'),
  deleted: countColumn('deleted'),
  finishedAt: millisColumn<number | null>('finished_at'),
  wholeAt: millisColumn<number | null>('whole_at'),
} satisfies RecordColumns<FlatRun>;

const CHANGED = fieldsWithout(PURGE_RUN_COLUMNS, 'appId');

export type PurgeRunColumns = RowOf<typeof PURGE_RUN_COLUMNS>;

export const SELECT_RUNS = `SELECT ${selectList(PURGE_RUN_COLUMNS, 'r')} FROM purge_runs AS r`;

const INSERT_RUN = `
  INSERT INTO purge_runs AS r (${columnList(PURGE_RUN_COLUMNS)})
  VALUES (${placeholderList(Object.keys(PURGE_RUN_COLUMNS).length)})
  ON CONFLICT DO NOTHING`;

const UPDATE_RUN = `
  UPDATE purge_runs AS r
  SET (${columnList(PURGE_RUN_COLUMNS, CHANGED)}) = ROW (${placeholderList(CHANGED.length, 2)})
  WHERE r.app_id = $1`;

/** Where the app has a run already, nothing is inserted. */
export const insertRun = (run: PurgeRun): Query => ({
  sql: INSERT_RUN,
  parameters: parametersOf(PURGE_RUN_COLUMNS, flat(run)),
});

export const updateRun = (run: PurgeRun): Query => ({
  sql: UPDATE_RUN,
  parameters: [run.appId, ...parametersOf(PURGE_RUN_COLUMNS, flat(run), CHANGED)],
});

export function purgeRunOf(columns: PurgeRunColumns): PurgeRun {
  const { afterCreatedAt, afterId, ...run } = recordOfRow(PURGE_RUN_COLUMNS, columns);
  const isBegun = afterCreatedAt !== null && afterId !== null;
  return { ...run, after: isBegun ? { createdAt: afterCreatedAt, id: afterId } : null };
}

const flat = ({ after, ...run }: PurgeRun): FlatRun => ({
  ...run,
  afterCreatedAt: after?.createdAt ?? null,
  afterId: after?.id ?? null,
});

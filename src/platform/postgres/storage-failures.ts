import { isUnconfirmed, sqlState, unfitSessionOf } from './storage-errors.ts';
import { UnfitSessions } from './unfit-session.ts';

/**
 * Why a statement failed, or why there was no connection for it:
 *
 * - `connection`: refused, reset, closed, or not let in
 * - `pool`: no connection of the pool became free in time
 * - `timeout`: no response within the time that a statement has
 * - `lock`: a lock was not free in time
 * - `conflict`: another transaction won; the work was begun again, so most of these fail no request
 * - `read_only`: a standby
 * - `disk`: full, or it cannot be read or written
 * - `resources`: no memory, too many connections
 * - `unknown_outcome`: the connection broke before a commit was confirmed
 * - `other`: a table, a column or a right is missing, data is corrupt, or the SQL is wrong
 */
export const FAILURE_KINDS = [
  'connection',
  'pool',
  'timeout',
  'lock',
  'conflict',
  'read_only',
  'disk',
  'resources',
  'unknown_outcome',
  'other',
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

/** Classes of SQLSTATEs and single ones; null where PostgreSQL is well, and the statement was refused for its content. */
const KIND_OF_STATE: readonly (readonly [string, FailureKind | null])[] = [
  ['22', null], // data exceptions
  ['23', null], // constraints
  ['25P02', null], // the transaction was aborted by the statement before, which has been counted
  ['25006', 'read_only'],
  ['40', 'conflict'],
  ['53100', 'disk'],
  ['53', 'resources'],
  ['55P03', 'lock'],
  ['57014', 'timeout'],
  ['58', 'disk'],
  ['08', 'connection'],
  ['28', 'connection'], // the role, or its password
  ['3D', 'connection'], // the database does not exist
  ['57', 'connection'], // shutdown, start-up
];

/** What `pg` says of a response that did not come in time: it has no code for it. */
export const QUERY_TIMEOUT = 'Query read timeout';
/** And its pool, of a connection that did not become free. */
const POOL_TIMEOUT = 'timeout exceeded when trying to connect';

/**
 * @param error of a statement, or of a connection that was wanted.
 * @param commits whether what the statement did was to be kept without a further one: then, where no response came, it
 *   may have been done.
 * @returns null where it is no failure of the storage.
 */
export function failureKind(error: unknown, commits: boolean): FailureKind | null {
  if (commits && isUnconfirmed(error)) return 'unknown_outcome';
  const state = sqlState(error);
  if (state === undefined) return kindOfMessage((error as Error | undefined)?.message);
  const known = KIND_OF_STATE.find(([prefix]) => state.startsWith(prefix));
  return known === undefined ? 'other' : known[1];
}

function kindOfMessage(message: string | undefined): FailureKind {
  if (message === QUERY_TIMEOUT) return 'timeout';
  return message === POOL_TIMEOUT ? 'pool' : 'connection';
}

/**
 * Counts statements that failed, and connections that were not to be had, since the start. The connections and pools
 * themselves tell it, so that nothing that asks the database can be forgotten.
 */
export class StorageFailures {
  /** Of every kind, from the beginning: a counter that appears with its first failure has no rate. */
  readonly counts = new Map<FailureKind, number>(FAILURE_KINDS.map((kind) => [kind, 0]));

  /** Sessions that could not be used, which count as any other failure. */
  readonly unfitSessions = new UnfitSessions();

  /** Counts an error, where it is a failure of the storage: see {@link failureKind}. */
  failed(error: unknown, commits = false): void {
    const unfit = unfitSessionOf(error);
    if (unfit !== undefined) this.unfitSessions.note(unfit);
    const kind = failureKind(error, commits);
    if (kind !== null) this.count(kind);
  }

  count(kind: FailureKind): void {
    this.counts.set(kind, (this.counts.get(kind) as number) + 1);
  }
}

import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { storageOutcomeUnknown, StorageUnavailable, storageUnavailable } from './storage-unavailable.ts';
import { isTlsError } from './tls-errors.ts';
import { UnfitSession } from './unfit-session.ts';

/**
 * SQLSTATEs are all that one PostgreSQL and a distributed one report alike: constraint names and
 * message texts are not. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export const FOREIGN_KEY_VIOLATION = '23503';
export const UNIQUE_VIOLATION = '23505';

/** Classes that blame a value: data exceptions, and constraints. */
const REFUSED = ['22', '23'];

/** The transaction lost against another one and may win the next time. */
const WORTH_REPEATING = new Set(['40001', '40P01']);

/** Classes (and single codes) that speak of the server's state, not of the statement. */
const UNAVAILABLE = [
  '08', // connection exceptions
  '25006', // read-only: a standby
  '40', // transaction rollback, after the repeats
  '53', // insufficient resources: disk, memory, connections
  '55P03', // lock not available
  '57', // shutdown, start-up, statement timeout
  '58', // system errors: input/output
  'XX001', // data corrupted: not the sender's fault, and not to be retried here
];

/**
 * The five-character SQLSTATE of a failed statement; undefined where PostgreSQL did not respond.
 *
 * It is told by where it comes from, not by its shape: only what PostgreSQL itself reports has a severity,
 * and the codes of Node's errors (`EPIPE`) can look like a SQLSTATE.
 */
export function sqlState(error: unknown): string | undefined {
  const { code, severity } = driverErrorOf(error);
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined;
}

function driverErrorOf(error: unknown): {
  readonly code?: unknown;
  readonly severity?: unknown;
  readonly message?: unknown;
  readonly where?: unknown;
} {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return (driverError ?? {}) as object;
}

export const isWorthRepeating = (error: unknown): boolean => WORTH_REPEATING.has(sqlState(error) ?? '');

/** PostgreSQL cannot hold one of the values, now or ever. A foreign key is another matter: its row may come. */
export function isRefusedValue(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && state !== FOREIGN_KEY_VIOLATION && REFUSED.some((prefix) => state.startsWith(prefix));
}

/** A prepared statement exists already, or does not exist: what one connection prepares is another one's, too. */
const SESSION_IS_SHARED = new Set(['42P05', '26000']);
/** What PgBouncer says, as a protocol violation, of a setting that it was not told to let pass. */
const PROTOCOL_VIOLATION = '08P01';
const STARTUP_PARAMETER = /unsupported startup parameter[\w ]*: *(\w+)/;

/** What a failure tells of the sessions of the database, where they cannot be used as they are; see {@link UnfitSession}. */
export function unfitSessionOf(error: unknown): UnfitSession | undefined {
  if (error instanceof UnfitSession) return error;
  const state = sqlState(error) ?? '';
  if (SESSION_IS_SHARED.has(state)) {
    return new UnfitSession(
      `A pooler shares sessions of the database between connections, so prepared statements fail (SQLSTATE ${state})`,
      'Set DATABASE_PREPARED_STATEMENTS=false, or pool by session.',
    );
  }
  const [, parameter] = STARTUP_PARAMETER.exec(String(driverErrorOf(error).message)) ?? [];
  if (state !== PROTOCOL_VIOLATION || parameter === undefined) return undefined;
  return new UnfitSession(
    `A pooler does not let the service set ${parameter} on a connection`,
    'Add to pgbouncer.ini: ignore_startup_parameters = statement_timeout, lock_timeout, ' +
      'idle_in_transaction_session_timeout, options. For migrations, set MIGRATIONS_DATABASE_URL to go past the pooler.',
  );
}

/**
 * Runs something that talks to the database, and tells an unavailable database from a fault of
 * ours: errors without a SQLSTATE come from the connection (refused, reset, timed out).
 *
 * @throws {StorageUnavailable}
 */
export async function storage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = unfitSessionOf(error) ?? error;
    throw isUnavailable(cause) ? storageUnavailable(cause) : error;
  }
}

/**
 * Like {@link storage}, for work that ends with a commit of which nobody may think that it has not
 * happened where it may have.
 *
 * @throws {StorageUnavailable} nothing is stored; {@link storageOutcomeUnknown}
 */
export async function storageWrite<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await storage(work);
  } catch (error) {
    throw error instanceof StorageUnavailable && isOutcomeUnknown(error.cause)
      ? storageOutcomeUnknown(error.cause)
      : error;
  }
}

/** A COMMIT was sent, and no word of what became of it came back. */
export class CommitResponseLost extends Error {
  constructor(cause: unknown) {
    super((cause as Error).message);
    this.cause = cause;
  }
}

/** What was sent may have been done: a COMMIT, or a statement that is a transaction of its own. */
function isOutcomeUnknown(error: unknown): boolean {
  return error instanceof CommitResponseLost || (error instanceof QueryFailedError && isUnconfirmed(error));
}

/**
 * No SQLSTATE: the connection broke. FATAL or PANIC: the session ended instead of responding, and
 * what it was doing may be on disk already. (An fdatasync that fails at a commit is a PANIC, and
 * recovery then finds the commit in the log: seen in a drill.)
 */
export function isResponseLost(error: unknown): boolean {
  if (error instanceof CommitResponseLost) return isResponseLost(error.cause);
  const { severity } = driverErrorOf(error);
  return sqlState(error) === undefined || severity === 'FATAL' || severity === 'PANIC';
}

/**
 * Whether what was to be committed may have been, where this is said of it: the connection is gone, or that of a
 * distributed database to the node that was to do it.
 */
export const isUnconfirmed = (error: unknown): boolean => isResponseLost(error) || isNodeLost(error);

/** The session at the node was ended, or the connection to it. */
const NODE_LOST = new Set(['08000', '08003', '08006', '57P01', '57P02']);
const INTERNAL_ERROR = 'XX000';
/** Internal errors by their code: what libpq and Citus say of a connection to a node that is gone. */
const LOST_UNDER_WAY =
  /server closed the connection|connection not open|could not (receive|send) data|connection reset|connection marked as essential|^could not commit transaction for shard/i;
/** Nothing is stored: the connection could not be opened (libpq), or a node had not promised its part of the commit. */
const NEVER_COMMITTED = /connection to server (at|on) .* failed|^failed to prepare transaction/;

/**
 * Where a node is lost in the middle of a statement, Citus says so with the severity of an ERROR, since its own session
 * goes on, and with the SQLSTATE of the node's last word, of a lost connection, or of an internal error. Texts of libpq
 * depend on `lc_messages`: of a connection, one that is not known counts as the worse case, "it may have been done".
 */
const isNodeLost = (error: unknown): boolean => isNodeAway(error) && !NEVER_COMMITTED.test(messageOf(error));

function isNodeAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== INTERNAL_ERROR) return state !== undefined && NODE_LOST.has(state);
  const message = messageOf(error);
  return REMOTE.test(whereOf(error)) || LOST_UNDER_WAY.test(message) || NEVER_COMMITTED.test(message);
}

/** The context of what a node has answered without a SQLSTATE, as where its connection broke. */
const REMOTE = /while executing command on /;

const whereOf = (error: unknown): string => String(driverErrorOf(error).where ?? '');

const messageOf = (error: unknown): string => String(driverErrorOf(error).message);

/** A transaction, or a statement, whose connection went away before it was committed: nothing of it is stored. */
export class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super(`the connection to the database was lost (${cause instanceof Error ? cause.message : String(cause)})`);
    this.cause = cause;
  }
}

function isUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return isNodeAway(error) || UNAVAILABLE.some((prefix) => state.startsWith(prefix));
  return (
    error instanceof UnfitSession ||
    error instanceof ConnectionLost ||
    error instanceof CommitResponseLost ||
    error instanceof QueryFailedError ||
    // TypeORM takes a connection back that reports an error, and then refuses its next statement.
    error instanceof QueryRunnerAlreadyReleasedError ||
    isTlsError(error) ||
    isConnectionError(error)
  );
}

/** What `pg`, its pool and TypeORM throw where there is no connection; they have codes for only some of them. */
function isConnectionError(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return (
    (typeof code === 'string' && /^E[A-Z]+$/.test(code)) ||
    (typeof message === 'string' &&
      /timeout|Connection terminated|not queryable|connection error|not connected|DataSource is not|after calling end/i.test(
        message,
      ))
  );
}

import { inspect } from 'node:util';
import { EmbeddedPostgresError } from '../../libs/embedded-postgres/embedded-postgres-error.ts';
import { AdministrationError } from '../api-keys/application/key-administration.ts';
import { ErasureSecretMissing } from '../customer-events/application/erased-ids.ts';
import { ConfigError } from '../config.ts';
import { connectionProblem } from '../platform/postgres/connection-problem.ts';
import { DatabaseReadOnly, DatabaseUnfit } from '../platform/postgres/database-fitness.ts';
import { SchemaOutdated } from '../platform/postgres/database-connection.ts';
import { sqlState } from '../platform/postgres/storage-errors.ts';
import { StorageUnavailable } from '../platform/postgres/storage-unavailable.ts';
import { UnfitSession } from '../platform/postgres/unfit-session.ts';
import { printableLines } from './printable.ts';

/** A command could not do what was asked; the message is all that an operator needs. */
export class OperatorError extends Error {}

const SPEAKS_FOR_ITSELF = [
  AdministrationError,
  ConfigError,
  DatabaseUnfit,
  EmbeddedPostgresError,
  ErasureSecretMissing,
  OperatorError,
  SchemaOutdated,
];

const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there; set PORT to a free one',
  EACCES: 'this user may not; ports below 1024 are for root only',
  EADDRNOTAVAIL: 'this machine has no such address; check HOST',
  ENOTFOUND: 'there is no such host; check HOST',
};

/** SQLSTATEs, or their classes, of a server that responds, and does not let us in: wrong password, no such database, no right. */
const NOT_LET_IN = ['28', '3D', '42501'];

/**
 * What an operator needs to read of a failure: a line where the cause is known, otherwise everything. Control characters
 * in it are escaped.
 */
export const errorMessage = (error: unknown): string => printableLines(textOf(error));

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : inspect(error);
  if (SPEAKS_FOR_ITSELF.some((known) => error instanceof known)) return error.message;
  return listenProblem(error) ?? databaseProblem(error) ?? inspect(error);
}

function listenProblem(
  error: Error & { syscall?: string; code?: string; address?: string; hostname?: string; port?: number },
): string | undefined {
  const problem = LISTEN_PROBLEMS[error.code ?? ''];
  if (problem === undefined || !['listen', 'getaddrinfo'].includes(error.syscall ?? '')) return undefined;
  const place = [error.address ?? error.hostname, error.port].filter((part) => part !== undefined).join(':');
  return `The service cannot listen on ${place} (${error.code}): ${problem}.`;
}

function databaseProblem(error: Error): string | undefined {
  const { cause } = error;
  const speaksForItself = cause instanceof DatabaseReadOnly || cause instanceof UnfitSession;
  if (error instanceof StorageUnavailable && speaksForItself) return cause.message;
  if (error instanceof StorageUnavailable) return `The database cannot be reached: ${connectionProblem(error.cause)}`;
  const state = sqlState(error);
  if (state === undefined || !NOT_LET_IN.some((prefix) => state.startsWith(prefix))) return undefined;
  return `The database does not let the service in (${error.message}); check DATABASE_URL.`;
}

import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { OperatorError } from '../error-message.ts';
import type { Rejection } from './rejected-file.ts';

/** A report names this many rejected lines; the file of rejected lines has them all. */
const MAX_ERRORS = 100;

/** What `--json` tells of one file; the counts are of settled lines. */
export interface ImportSummary {
  readonly file: string;
  readonly dryRun: boolean;
  /** All lines were read. False: it was interrupted or failed after `throughLine`. */
  readonly finished: boolean;
  readonly throughLine: number;
  readonly lines: number;
  readonly created: number;
  /** Of events: stored before under the same `eventId`. */
  readonly replayed?: number;
  /** Of customers: there already, and changed. */
  readonly updated?: number;
  readonly rejected: number;
  readonly rejectedFile: string | null;
  readonly seconds: number;
  readonly errors: readonly ErrorSummary[];
  /** Why it did not finish. */
  readonly failure?: string | undefined;
}

export interface ErrorSummary {
  readonly line: number;
  readonly code: string;
  readonly message: string;
  readonly details?: unknown;
}

export function noteErrors(errors: ErrorSummary[], rejected: readonly Rejection<{ readonly number: number }>[]): void {
  for (const { line, reason } of rejected.slice(0, MAX_ERRORS - errors.length)) {
    const { code, message, details } = reason;
    errors.push({ line: line.number, code, message, details });
  }
}

/** Why a run broke off. A fault of ours is not explained: its stack is worth more. */
export function failureOf(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  if (!(error instanceof DomainError)) throw error;
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/** For people. */
export function summaryLines(what: string, summary: ImportSummary): string[] {
  const { file, dryRun, finished, throughLine, lines, created, replayed, updated, rejected, rejectedFile, seconds } =
    summary;
  const counts = [
    `${created} created`,
    replayed === undefined ? `${updated ?? 0} updated` : `${replayed} replayed`,
    `${rejected} rejected`,
  ];
  const text = [
    `${dryRun ? 'Dry run, nothing was written' : `Imported ${what}`} from ${file}: ${lines} ${lines === 1 ? 'line' : 'lines'} in ${seconds.toFixed(1)} s, ${counts.join(', ')}`,
  ];
  if (rejectedFile !== null) text.push(`Rejected lines: ${rejectedFile}`);
  if (!finished) text.push(`It ended after line ${throughLine}: ${summary.failure ?? 'interrupted'}`);
  return text;
}

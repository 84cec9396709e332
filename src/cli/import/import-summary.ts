import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { OperatorError } from '../error-message.ts';
import type { PassedOver } from './csv-rows.ts';
import type { Rejection } from './rejected-file.ts';
import { warningText, type Warning } from './spreadsheet-damage.ts';

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
  /** Of customers: there already, and left as they are. */
  readonly unchanged?: number;
  readonly rejected: number;
  readonly rejectedFile: string | null;
  readonly seconds: number;
  readonly errors: readonly ErrorSummary[];
  /** Of a dry run: false where there was more to remember than it may, and an import may come to other counts. */
  readonly exact?: boolean | undefined;
  /** Of CSV: what spreadsheets leave behind the cells that hold something. */
  readonly passedOver?: PassedOver | undefined;
  /** What a spreadsheet is likely to have changed. */
  readonly warnings: readonly Warning[];
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

function passedOverLines({ passedOver }: ImportSummary): string[] {
  const { emptyColumns = 0, emptyRows = 0 } = passedOver ?? {};
  const parts = [
    ...(emptyColumns > 0 ? [`${emptyColumns} empty ${emptyColumns === 1 ? 'column' : 'columns'}`] : []),
    ...(emptyRows > 0 ? [`${emptyRows} empty ${emptyRows === 1 ? 'row' : 'rows'}`] : []),
  ];
  return parts.length === 0 ? [] : [`Passed over: ${parts.join(' and ')}`];
}

/** Why the first line was rejected: often it is the reason of all. */
function firstErrorLines({ errors: [first], rejected }: ImportSummary): string[] {
  if (first === undefined) return [];
  const fields = Object.entries((first.details ?? {}) as Record<string, unknown>);
  const problems = fields.flatMap(([field, texts]) => (Array.isArray(texts) ? [`${field} ${texts.join(', ')}`] : []));
  const reason = problems.length > 0 ? problems.join('; ') : first.message;
  return [`${rejected === 1 ? 'Line' : 'The first is line'} ${first.line}: ${reason}`];
}

/** For people. */
export function summaryLines(what: string, summary: ImportSummary): string[] {
  const { file, dryRun, finished, throughLine, lines, created, replayed, updated, unchanged, rejected } = summary;
  const { rejectedFile, seconds, warnings, exact } = summary;
  const counts = [
    `${created} created`,
    replayed === undefined ? `${updated ?? 0} updated` : `${replayed} replayed`,
    ...((unchanged ?? 0) > 0 ? [`${unchanged} left as they are`] : []),
    `${rejected} rejected`,
  ];
  const text = [
    `${dryRun ? 'Dry run, nothing was written' : `Imported ${what}`} from ${file}: ${lines} ${lines === 1 ? 'line' : 'lines'} in ${seconds.toFixed(1)} s, ${counts.join(', ')}`,
  ];
  text.push(...passedOverLines(summary), ...warnings.map(warningText));
  if (exact === false)
    text.push('There was more than a dry run remembers: an import may replay or reject more lines than it says');
  if (rejectedFile !== null) text.push(`Rejected lines: ${rejectedFile}`, ...firstErrorLines(summary));
  if (!finished) text.push(`It ended after line ${throughLine}: ${summary.failure ?? 'interrupted'}`);
  return text;
}

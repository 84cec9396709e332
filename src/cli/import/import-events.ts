import type { INestApplicationContext } from '@nestjs/common';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { EventImport } from '../../customer-events/application/event-import.ts';
import { ImportTally, type AfterThroughLine } from '../../customer-events/application/import-tally.ts';
import { customerNotFound } from '../../customer-events/domain/customer-events-error.ts';
import { OperatorError } from '../error-message.ts';
import { csvSource, ndjsonSource, type FileLine } from './event-source.ts';
import { readState, StateFile, type ImportState } from './import-state.ts';
import { failureOf, noteErrors, type ErrorSummary, type ImportSummary } from './import-summary.ts';
import { openInput, type Input } from './input-file.ts';
import { Progress } from './progress.ts';
import { REJECTED_EVENTS, RejectedFile } from './rejected-file.ts';
import type { FreeFormLimits } from '../../platform/input/free-form-limits.ts';

export interface EventFileOptions {
  readonly path: string;
  readonly app: { readonly id: string; readonly slug: string };
  readonly format: 'ndjson' | 'csv';
  /** Undefined: it is found out. */
  readonly delimiter: string | undefined;
  readonly textColumns: readonly string[];
  readonly rejectedPath: string;
  readonly statePath: string;
  readonly dryRun: boolean;
  readonly resume: boolean;
  readonly limits: FreeFormLimits;
  readonly signal: AbortSignal;
}

interface RunOptions extends EventFileOptions {
  readonly assumedCustomers: ReadonlySet<string>;
}

/** An import of events all of whose files are open. */
export interface OpenEventImport {
  /**
   * It does not throw where it breaks off in the middle: the summary says so.
   *
   * @param assumedCustomers that a dry run takes for created.
   */
  run(assumedCustomers: ReadonlySet<string>): Promise<ImportSummary>;
  /** Instead of running it: what an earlier import has left stays as it is. */
  close(): void;
}

/**
 * Opens a file of events and what the import of it writes beside it: rejected lines, and how far it came. So nothing
 * is committed, not even a customer, before it is known that both can be written.
 *
 * @throws {OperatorError} where it cannot begin.
 */
export async function openEventImport(
  service: INestApplicationContext,
  options: EventFileOptions,
): Promise<OpenEventImport> {
  const { path, app, dryRun } = options;
  const before = stateToResume(options);
  const input = openInput(path);
  requireSameFile(input, before);
  const tally = Object.assign(new ImportTally(), before === null ? {} : countsOf(before));
  const lines = await linesOf(input, options, tally.throughLine);
  const rejectedFile = new RejectedFile(options.rejectedPath, REJECTED_EVENTS);
  const stateFile = new StateFile(options.statePath);
  const files = { input, lines, rejectedFile, stateFile };
  try {
    if (!dryRun && input.size !== undefined) stateFile.open();
  } catch (error) {
    rejectedFile.close();
    throw error;
  }
  return {
    run: async (assumedCustomers) => {
      rejectedFile.begin(before?.rejectedBytes ?? 0);
      if (!dryRun) saveState(stateFile, input, app.slug, tally, rejectedFile);
      return runImport(service, { ...options, assumedCustomers }, files, tally);
    },
    close: () => {
      rejectedFile.close();
      stateFile.close();
      input.close();
    },
  };
}

interface ImportFiles {
  readonly input: Input;
  readonly lines: AsyncIterable<FileLine[]>;
  readonly rejectedFile: RejectedFile<FileLine>;
  readonly stateFile: StateFile;
}

async function runImport(
  service: INestApplicationContext,
  options: RunOptions,
  { input, lines, rejectedFile, stateFile }: ImportFiles,
  tally: ImportTally,
): Promise<ImportSummary> {
  const { path, app, dryRun, signal } = options;
  const errors: ErrorSummary[] = [];
  const began = Date.now();
  const progress = new Progress(
    'events',
    input.size,
    () => ({ lines: tally.lines, rejected: tally.rejected, bytesRead: input.bytesRead() }),
    tally.lines,
  );
  let finished = false;
  let failure: string | undefined;
  try {
    finished = await service.get(EventImport).run(app.id, lines, tally, {
      signal,
      dryRun,
      onChunk: (rejected) => {
        const real = dryRun ? rejected.filter(({ line, reason }) => !isAssumed(line, reason, options)) : rejected;
        tally.rejected -= rejected.length - real.length;
        tally.created += rejected.length - real.length;
        noteErrors(errors, real);
        rejectedFile.write(real);
        if (!dryRun) saveState(stateFile, input, app.slug, tally, rejectedFile);
      },
    });
  } catch (error) {
    failure = reasonOf(error, tally.afterThroughLine);
  } finally {
    progress.stop();
    rejectedFile.close();
    stateFile.close();
    input.close();
  }
  if (finished && !dryRun) stateFile.remove();
  const { throughLine, lines: count, created, replayed, rejected } = tally;
  return {
    file: path,
    dryRun,
    finished,
    throughLine,
    lines: count,
    created,
    replayed,
    rejected,
    rejectedFile: rejected > 0 ? options.rejectedPath : null,
    seconds: (Date.now() - began) / 1000,
    errors,
    failure: finished ? undefined : `${failure ?? 'interrupted'}${hintOf(input, options)}`,
  };
}

const countsOf = ({ throughLine, lines, created, replayed, rejected }: Omit<ImportTally, 'afterThroughLine'>) => ({
  throughLine,
  lines,
  created,
  replayed,
  rejected,
});

function stateToResume({ path, statePath, app, resume, dryRun }: EventFileOptions): ImportState | null {
  const state = readState(statePath);
  if (!resume) {
    // Of one that did not come to its first line there is nothing to tell.
    if (state !== null && state.throughLine > 0 && !dryRun) {
      process.stderr.write(
        `An earlier import of ${path} ended after line ${state.throughLine}; this one begins at line 1 again (--resume goes on there)\n`,
      );
    }
    return null;
  }
  if (state === null) throw new OperatorError(`There is no interrupted import of ${path} that could be resumed`);
  if (state.app !== app.slug)
    throw new OperatorError(`The interrupted import of ${path} was for the app "${state.app}"`);
  return state;
}

function requireSameFile({ path, size, modifiedMs }: Input, before: ImportState | null): void {
  if (before === null || (size === before.size && modifiedMs === before.modifiedMs)) return;
  throw new OperatorError(`${path} was changed since its import was interrupted; import it from its beginning`);
}

async function linesOf(input: Input, options: EventFileOptions, after: number): Promise<AsyncIterable<FileLine[]>> {
  const { format, limits, delimiter, textColumns } = options;
  if (format === 'ndjson') return ndjsonSource(input.bytes, { limits, after });
  return csvSource(input.bytes, { limits, after }, { delimiter, textColumns });
}

function saveState(
  file: StateFile,
  { size, modifiedMs }: Input,
  app: string,
  tally: ImportTally,
  { bytes }: { readonly bytes: number },
): void {
  if (size === undefined || modifiedMs === undefined) return;
  file.write({ app, size, modifiedMs, ...countsOf(tally), rejectedBytes: bytes });
}

function isAssumed({ draft }: FileLine, reason: DomainError, { assumedCustomers }: RunOptions): boolean {
  return (
    reason.code === customerNotFound.code &&
    !(draft instanceof DomainError) &&
    assumedCustomers.has(draft.customerExternalId)
  );
}

function reasonOf(error: unknown, { stored, withoutEventId }: AfterThroughLine): string {
  if (error instanceof OperatorError || stored === 'none' || withoutEventId === 0) return failureOf(error);
  const are = stored === 'some' ? 'are' : 'may be';
  const lines = `${withoutEventId} ${withoutEventId === 1 ? 'line' : 'lines'} without an eventId after it`;
  return `${failureOf(error)}; ${lines} ${are} stored already, and would be stored again`;
}

function hintOf({ size }: Input, { dryRun }: EventFileOptions): string {
  return size === undefined || dryRun ? '' : '; --resume goes on from there';
}

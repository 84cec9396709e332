import type { INestApplicationContext } from '@nestjs/common';
import { EventImport } from '../../customer-events/application/event-import.ts';
import { ImportPreview } from '../../customer-events/application/import-preview.ts';
import { ImportTally, withoutEventId, type AfterThroughLine } from '../../customer-events/application/import-tally.ts';
import type { ReceivingApp } from '../../customer-events/domain/retention.ts';
import type { FreeFormLimits } from '../../platform/input/free-form-limits.ts';
import { OperatorError } from '../error-message.ts';
import { csvSource } from './csv-source.ts';
import type { EventSource, FileLine, SourceOptions } from './file-line.ts';
import { readState, StateFile, type ImportState, type LinesBegun } from './import-state.ts';
import { failureOf, noteErrors, type ErrorSummary, type ImportSummary } from './import-summary.ts';
import { openInput, STANDARD_INPUT } from './input-file.ts';
import type { Mapping } from './mapping.ts';
import { ndjsonOf, ndjsonSource } from './ndjson-source.ts';
import { Progress } from './progress.ts';
import { hashOfLines, ReadPrefix } from './read-prefix.ts';
import { REJECTED_EVENTS, RejectedFile, type Rejection } from './rejected-file.ts';
import { lastLine, readingHash, requireUnchanged, stateToGoOnFrom } from './resume.ts';

export interface EventFileOptions {
  readonly path: string;
  readonly app: ReceivingApp & { readonly slug: string };
  readonly format: 'ndjson' | 'csv';
  readonly mapping: Mapping;
  readonly strict: boolean;
  readonly rejectedPath: string;
  readonly statePath: string;
  readonly dryRun: boolean;
  readonly resume: boolean;
  readonly again: boolean;
  readonly limits: FreeFormLimits;
  readonly signal: AbortSignal;
}

/** An import of events all of whose files are open. */
export interface OpenEventImport {
  readonly notes: readonly string[];
  /** Names of declared columns that the file has not. */
  readonly unused: readonly string[];
  /**
   * It does not throw where it breaks off in the middle: the summary says so.
   *
   * @param isAssumed whether a dry run takes a customer that does not exist for one that does.
   */
  run(isAssumed: (customerId: string) => boolean): Promise<ImportSummary>;
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
  const before = stateToGoOnFrom(readState(options.statePath), { ...options, appSlug: app.slug });
  const alsoStored = new Set(before?.also?.lines);
  const prefix = dryRun || path === STANDARD_INPUT ? undefined : new ReadPrefix(before?.throughLine);
  const source = await openSource({
    ...options,
    isSettled: (number) => number <= (before?.throughLine ?? 0) || alsoStored.has(number),
    prefix,
  });
  const reading = readingHash(source.reading);
  if (before !== null)
    requireUnchanged(before, { settled: await settledHash(options, before, prefix?.lineEnd), reading }, path);
  const rejectedFile = new RejectedFile(options.rejectedPath, '--rejected', REJECTED_EVENTS);
  const stateFile = new StateFile(options.statePath);
  try {
    if (prefix !== undefined) stateFile.open();
  } catch (error) {
    rejectedFile.close();
    throw error;
  }
  const run = new EventFileImport(service, options, { source, prefix, rejectedFile, stateFile }, reading, before);
  return {
    notes: source.notes,
    unused: source.unused,
    run: (isAssumed) => run.run(isAssumed),
    close: () => run.close(),
  };
}

const openSource = (options: SourceOptions & { readonly format: 'ndjson' | 'csv' }): Promise<EventSource> =>
  options.format === 'ndjson' ? ndjsonSource(options) : csvSource(options);

/** Of the part of the file that was imported before, as it is now. */
async function settledHash(
  { path, format }: EventFileOptions,
  before: ImportState,
  lineEnd: number | undefined,
): Promise<string> {
  const input = openInput(path);
  const bytes = format === 'ndjson' ? ndjsonOf(input.bytes) : input.bytes;
  try {
    return await hashOfLines(bytes, lastLine(before), lineEnd);
  } finally {
    input.close();
  }
}

interface ImportFiles {
  readonly source: EventSource;
  /** Undefined: it is not written down how far the import came. */
  readonly prefix: ReadPrefix | undefined;
  readonly rejectedFile: RejectedFile<FileLine>;
  readonly stateFile: StateFile;
}

/** One run over one file. */
class EventFileImport {
  private readonly tally: ImportTally;
  private readonly errors: ErrorSummary[] = [];
  /** Settled lines that are stored without an `eventId`. */
  private withoutEventId: number;
  /** The chunks that are being written, in their order. */
  private begun: LinesBegun[] = [];

  constructor(
    private readonly service: INestApplicationContext,
    private readonly options: EventFileOptions,
    private readonly files: ImportFiles,
    private readonly reading: string,
    private readonly before: ImportState | null,
  ) {
    this.tally = Object.assign(new ImportTally(), before === null ? {} : countsOf(before));
    const also = before?.also?.lines.length ?? 0;
    this.tally.lines += also;
    this.tally.created += also;
    this.withoutEventId = (before?.withoutEventId ?? 0) + also;
  }

  close(): void {
    const { source, rejectedFile, stateFile } = this.files;
    rejectedFile.close();
    stateFile.close();
    source.input.close();
  }

  async run(isAssumed: (customerId: string) => boolean): Promise<ImportSummary> {
    const { source, prefix, rejectedFile, stateFile } = this.files;
    const { dryRun } = this.options;
    const preview = dryRun ? new ImportPreview(isAssumed) : undefined;
    const began = Date.now();
    rejectedFile.begin(this.before?.rejectedBytes ?? 0);
    this.saveState();
    let finished = false;
    let failure: string | undefined;
    const progress = this.progress();
    try {
      finished = await this.import(preview);
    } catch (error) {
      failure = reasonOf(error, this.tally.afterThroughLine);
    } finally {
      progress.stop();
      if (!finished) this.saveUnfinished();
      this.close();
    }
    if (finished && prefix !== undefined) stateFile.remove();
    return {
      file: this.options.path,
      dryRun,
      finished,
      ...countsOf(this.tally),
      rejectedFile: this.tally.rejected > 0 ? this.options.rejectedPath : null,
      seconds: (Date.now() - began) / 1000,
      errors: this.errors,
      exact: preview?.isExact,
      passedOver: source.passedOver,
      warnings: source.damage?.warnings ?? [],
      failure: finished ? undefined : `${failure ?? 'interrupted'}${this.hint()}`,
    };
  }

  private import(preview: ImportPreview | undefined): Promise<boolean> {
    return this.service.get(EventImport).run(this.options.app, this.files.source.lines, this.tally, {
      signal: this.options.signal,
      preview,
      onBegin: (lines) => this.beginChunk(lines),
      onChunk: (rejected) => this.endChunk(rejected),
    });
  }

  /** Written down before: where the process is killed, nobody else knows what it was about. */
  private beginChunk(lines: readonly FileLine[]): void {
    this.begun.push({ throughLine: lines.at(-1)?.number ?? 0, withoutEventId: withoutEventId(lines) });
    if (this.begun.at(-1)?.withoutEventId !== 0) this.saveState();
  }

  private endChunk(rejected: readonly Rejection<FileLine>[]): void {
    noteErrors(this.errors, rejected);
    this.files.rejectedFile.write(rejected);
    const chunk = this.begun.shift()?.withoutEventId ?? 0;
    this.withoutEventId += chunk - withoutEventId(rejected.map(({ line }) => line));
    this.saveState();
  }

  /** What is known of the chunks that broke off: lines that are stored are passed over by the next run. */
  private saveUnfinished(): void {
    const { stored, storedLines, withoutEventId: unknown } = this.tally.afterThroughLine;
    const { prefix } = this.files;
    if (prefix === undefined) return;
    const throughLine = this.begun.at(-1)?.throughLine;
    const isUnknown = stored === 'unknown' && throughLine !== undefined;
    this.begun = isUnknown ? [{ throughLine, withoutEventId: unknown - storedLines.length }] : [];
    const last = Math.max(...storedLines, 0);
    this.saveState(last === 0 ? undefined : { lines: storedLines, settled: prefix.through(last) });
  }

  /** All that is being written, as one. */
  private allBegun(): LinesBegun | undefined {
    const count = this.begun.reduce((sum, chunk) => sum + chunk.withoutEventId, 0);
    const last = this.begun.at(-1);
    return count === 0 || last === undefined ? undefined : { ...last, withoutEventId: count };
  }

  private saveState(also = this.alsoBefore()): void {
    const { prefix, rejectedFile, stateFile } = this.files;
    if (prefix === undefined) return;
    const { throughLine } = this.tally;
    stateFile.write({
      app: this.options.app.slug,
      settled: throughLine === this.before?.throughLine ? this.before.settled : prefix.through(throughLine),
      reading: this.reading,
      ...countsOf(this.tally),
      withoutEventId: this.withoutEventId,
      rejectedBytes: rejectedFile.bytes,
      begun: this.allBegun(),
      also,
    });
  }

  /** What an earlier run has left behind the line up to which this one came. */
  private alsoBefore(): ImportState['also'] {
    const { before } = this;
    return before !== null && lastLine(before) > this.tally.throughLine ? before.also : undefined;
  }

  private progress(): Progress {
    const { input } = this.files.source;
    const { tally } = this;
    return new Progress('events', input.size, () => ({
      lines: tally.lines,
      rejected: tally.rejected,
      bytesRead: input.bytesRead(),
    }));
  }

  private hint(): string {
    if (this.files.prefix === undefined) return '';
    return this.allBegun() === undefined
      ? '; --resume goes on from there'
      : '; look at their timelines: --resume --again goes on from there, and stores them';
  }
}

const countsOf = ({
  throughLine,
  lines,
  created,
  replayed,
  rejected,
}: Pick<ImportTally, 'throughLine' | 'lines' | 'created' | 'replayed' | 'rejected'>) => ({
  throughLine,
  lines,
  created,
  replayed,
  rejected,
});

function reasonOf(error: unknown, { stored, withoutEventId: twice }: AfterThroughLine): string {
  if (error instanceof OperatorError || stored === 'none' || twice === 0) return failureOf(error);
  const are = stored === 'some' ? 'are' : 'may be';
  const lines = `${twice} ${twice === 1 ? 'line' : 'lines'} without an eventId after it`;
  return `${failureOf(error)}; ${lines} ${are} stored already`;
}

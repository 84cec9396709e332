import { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import type { Recorded } from './customer-events.ts';

/** A line of history: what it asks to be recorded, or why it cannot be. */
export interface ImportLine {
  /** Counted from 1, as an editor counts. */
  readonly number: number;
  /** What it takes in its source, and as long as it is held: blanks too. */
  readonly sourceBytes: number;
  readonly draft: EventDraft | DomainError;
}

export interface RejectedLine<Line extends ImportLine = ImportLine> {
  readonly line: Line;
  readonly reason: DomainError;
}

/** What became of a line, or would become of it. */
export type LineResult = Pick<Recorded, 'replayed'> | DomainError;

/** What is stored of the lines that were being written when an import ended. */
export interface AfterThroughLine {
  readonly stored: 'none' | 'some' | 'unknown';
  /** So many of those that are stored, or may be, would be stored a second time if they came again. */
  readonly withoutEventId: number;
  /** The numbers of those without an `eventId` that are known to be stored. */
  readonly storedLines: readonly number[];
}

const NOTHING_STORED: AfterThroughLine = { stored: 'none', withoutEventId: 0, storedLines: [] };

/** How an import stands. All that is counted here is settled: what was created is committed. */
export class ImportTally {
  /** Lines that held something: `created + replayed + rejected`. */
  lines = 0;
  created = 0;
  replayed = 0;
  rejected = 0;
  /** All lines up to this one are settled. */
  throughLine = 0;
  /** What became of the lines after it. */
  afterThroughLine: AfterThroughLine = NOTHING_STORED;
}

/** A part of a chunk that was written by a statement of its own. */
export interface SettledPartition<Line> {
  readonly partition: readonly Line[];
  readonly results: readonly LineResult[];
}

/** A part of a chunk that was not written, as far as is known. */
export interface FailedPartition<Line> {
  readonly partition: readonly Line[];
  readonly reason: unknown;
}

/** Whether nothing would be stored twice by a further attempt, which may succeed. */
export function mayBeRepeated({ partition, reason }: FailedPartition<ImportLine>): boolean {
  return isUnavailable(reason) && (!isOutcomeUnknown(reason) || withoutEventId(partition) === 0);
}

/** The storage says so of a commit that got no response. */
const isOutcomeUnknown = (error: unknown): boolean =>
  error instanceof DomainError && (error.details as { outcome?: unknown } | undefined)?.outcome === 'unknown';

/** What there is of a chunk, some of whose partitions failed. */
export function storedOf(
  settled: readonly SettledPartition<ImportLine>[],
  failed: readonly FailedPartition<ImportLine>[],
): AfterThroughLine {
  const unknown = failed.filter(({ reason }) => isOutcomeUnknown(reason));
  const created = settled.flatMap(({ partition, results }) =>
    partition.filter((_, index) => !(results[index] instanceof DomainError)),
  );
  const stored = unknown.length > 0 ? 'unknown' : created.length > 0 ? 'some' : 'none';
  const lines = [...created, ...unknown.flatMap(({ partition }) => partition)];
  const storedLines = created.filter(hasNoEventId).map(({ number }) => number);
  return { stored, withoutEventId: withoutEventId(lines), storedLines };
}

/** How many lines would be stored a second time if they came again. */
export const withoutEventId = (lines: readonly ImportLine[]): number => lines.filter(hasNoEventId).length;

const hasNoEventId = ({ draft }: ImportLine): boolean => !(draft instanceof DomainError) && draft.eventId === undefined;

/** Counts a chunk all of which is settled, and gives what was refused of it. */
export function settle<Line extends ImportLine>(
  tally: ImportTally,
  chunk: readonly Line[],
  settled: readonly SettledPartition<Line>[],
): RejectedLine<Line>[] {
  const rejected: RejectedLine<Line>[] = [];
  for (const { partition, results } of settled) {
    for (const [index, result] of results.entries()) {
      if (result instanceof DomainError) rejected.push({ line: partition[index] as Line, reason: result });
      else count(tally, result);
    }
  }
  rejected.sort((a, b) => a.line.number - b.line.number);
  tally.rejected += rejected.length;
  tally.lines += chunk.length;
  tally.throughLine = chunk.at(-1)?.number ?? tally.throughLine;
  tally.afterThroughLine = NOTHING_STORED;
  return rejected;
}

export const isUnavailable = (error: unknown): error is DomainError =>
  error instanceof DomainError && error.kind === 'unavailable';

function count(tally: ImportTally, { replayed }: Pick<Recorded, 'replayed'>): void {
  if (replayed) tally.replayed++;
  else tally.created++;
}

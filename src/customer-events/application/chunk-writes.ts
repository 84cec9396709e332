import { BackOff } from '../../../libs/kernel/back-off.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import {
  mayBeRepeated,
  settle,
  storedOf,
  type FailedPartition,
  type ImportLine,
  type ImportTally,
  type RejectedLine,
  type SettledPartition,
} from './import-tally.ts';

/** Statements that write at the same time; see docs/decisions/0013-importing-history.md for the measured. */
export const PARTITIONS = 2;

interface WriteOptions<Line extends ImportLine> {
  readonly signal: AbortSignal;
  readonly onChunk: (rejected: readonly RejectedLine<Line>[]) => void;
  readonly onBegin?: ((lines: readonly Line[]) => void) | undefined;
  readonly preview?: object | undefined;
}

type Outcome<Line> = SettledPartition<Line> | FailedPartition<Line>;

/** Writes a partition once. What it throws ends the import; a partition that fails is a result. */
export type WriteAttempt<Line> = (index: number, partition: readonly Line[]) => Promise<Outcome<Line>>;

interface OpenChunk<Line> {
  readonly lines: readonly Line[];
  /** Of the partitions whose writing has ended. */
  readonly outcomes: Outcome<Line>[];
}

/**
 * Writes the chunks of an import, two at a time at most. Customers are divided among partitions, and the partitions
 * with the same index are written one after the other, chunk by chunk: lines of one customer stay in their order, no
 * statement waits for a key of another, and while one waits for its commit, the other writes on. Where both waited for
 * each other at the end of each chunk, an import took 7 % longer.
 *
 * Chunks are settled in their order. When a partition has failed for good, no other is begun.
 */
export class ChunkWrites<Line extends ImportLine> {
  /** Resolves when all chunks so far are settled; rejects when one has failed. */
  all: Promise<void> = Promise.resolve();
  /** The same for all but the last one. */
  allButLast: Promise<void> = Promise.resolve();

  /** By index: resolves when the last partition that was queued is written. */
  private readonly queues: Promise<unknown>[] = Array.from({ length: PARTITIONS }, () => Promise.resolve());
  private readonly open: OpenChunk<Line>[] = [];
  private readonly failure = new AbortController();
  private readonly noMoreAttempts: AbortSignal;

  constructor(
    private readonly tally: ImportTally,
    private readonly options: WriteOptions<Line>,
    private readonly retryMs: number,
    private readonly attempt: WriteAttempt<Line>,
  ) {
    this.noMoreAttempts = AbortSignal.any([options.signal, this.failure.signal]);
  }

  begin(lines: readonly Line[]): void {
    this.options.onBegin?.(lines);
    const chunk: OpenChunk<Line> = { lines, outcomes: [] };
    this.open.push(chunk);
    const writes = partitionsOf(lines).map((partition, index) => this.enqueue(index, partition, chunk));
    this.allButLast = this.all;
    this.all = this.settled(this.all, chunk, writes);
    this.all.catch(() => {});
  }

  /** Waits until nothing is written any more, and counts what is stored of the chunks that did not settle. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.queues, this.all]);
    if (this.open.length === 0 || this.options.preview !== undefined) return;
    const outcomes = this.open.flatMap((chunk) => chunk.outcomes);
    this.tally.afterThroughLine = storedOf(outcomes.filter(isSettled), outcomes.filter(isFailed));
  }

  private async settled(before: Promise<void>, chunk: OpenChunk<Line>, writes: Promise<void>[]): Promise<void> {
    await before;
    await Promise.all(writes);
    const failed = chunk.outcomes.find(isFailed);
    if (failed !== undefined) throw failed.reason;
    this.open.shift();
    this.options.onChunk(settle(this.tally, chunk.lines, chunk.outcomes.filter(isSettled)));
  }

  private enqueue(index: number, partition: readonly Line[], chunk: OpenChunk<Line>): Promise<void> {
    const written = (this.queues[index] as Promise<unknown>).then(() => this.write(index, partition, chunk));
    written.catch(() => this.failure.abort());
    this.queues[index] = written;
    return written;
  }

  private async write(index: number, partition: readonly Line[], { outcomes }: OpenChunk<Line>): Promise<void> {
    if (partition.length === 0 || this.failure.signal.aborted) return;
    const backOff = new BackOff(this.retryMs, this.noMoreAttempts);
    for (;;) {
      const outcome = await this.attempt(index, partition);
      if (isFailed(outcome) && mayBeRepeated(outcome) && (await backOff.pause())) continue;
      outcomes.push(outcome);
      if (isFailed(outcome)) this.failure.abort();
      return;
    }
  }
}

const isFailed = <Line>(outcome: Outcome<Line>): outcome is FailedPartition<Line> => 'reason' in outcome;
const isSettled = <Line>(outcome: Outcome<Line>): outcome is SettledPartition<Line> => !isFailed(outcome);

/** The lines of a chunk, apart by customer. */
function partitionsOf<Line extends ImportLine>(chunk: readonly Line[]): Line[][] {
  const partitions: Line[][] = Array.from({ length: PARTITIONS }, () => []);
  for (const line of chunk) partitions[partitionOf(line.draft)]?.push(line);
  return partitions;
}

function partitionOf(draft: EventDraft | DomainError): number {
  if (draft instanceof DomainError) return 0;
  let hash = 0;
  const { customerExternalId } = draft;
  for (let at = 0; at < customerExternalId.length; at++) hash = (hash * 31 + customerExternalId.charCodeAt(at)) | 0;
  return (hash >>> 0) % PARTITIONS;
}

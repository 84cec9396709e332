import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import { CustomerEvents, type Recorded } from './customer-events.ts';

/** A line of history: what it asks to be recorded, or why it cannot be. */
export interface ImportLine {
  /** Counted from 1, as an editor counts. */
  readonly number: number;
  readonly draft: EventDraft | DomainError;
}

export interface RejectedLine<Line extends ImportLine = ImportLine> {
  readonly line: Line;
  readonly reason: DomainError;
}

/** How an import stands. All that is counted here is settled: what was created is committed. */
export class ImportTally {
  /** Lines that held something: `created + replayed + rejected`. */
  lines = 0;
  created = 0;
  replayed = 0;
  rejected = 0;
  /** All lines up to this one are settled. */
  throughLine = 0;
}

export interface ImportOptions<Line extends ImportLine> {
  /** Aborted: the import ends after the chunk that is being written. */
  readonly signal: AbortSignal;
  /** Told what was refused in a chunk, when the rest of it is committed and counted. */
  readonly onChunk: (rejected: readonly RejectedLine<Line>[]) => void;
  /** Nothing is written: the tally counts what would become of the lines, as far as a look can tell. */
  readonly dryRun?: boolean | undefined;
  /**
   * Asked before each chunk, and every few seconds while lines are waited for: where it rejects, the import ends
   * with that error. SERVICE_UNAVAILABLE from it ends nothing while lines are waited for.
   */
  readonly requireStillAllowed?: (() => Promise<void>) | undefined;
}

/** What is held in memory at most, twice: one chunk is read while the other is written. */
const CHUNK_LINES = 1_000;
const CHUNK_CHARACTERS = 2_097_152;
/** A sender that takes long to fill a chunk is not allowed to go on for longer than others. */
const ASK_EVERY_MS = 2_000;
/** Statements that write a chunk at the same time; see docs/decisions/0013-importing-history.md for the measured. */
const PARTITIONS = 2;

/**
 * Records history of any length in constant memory: a chunk of lines is read while the one before
 * is written, and no faster than that, so that a sender is slowed down to the pace of the database.
 */
@Injectable()
export class EventImport {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly events: CustomerEvents) {}

  /**
   * Imports all lines, those of one customer in their order.
   *
   * @param tally counts what is settled; after a failure too it tells how far the import came. The
   *   chunk after it may be stored, or a part of it.
   * @returns whether it came to the end; false where the signal stopped it.
   * @throws SERVICE_UNAVAILABLE, and what the source and `requireStillAllowed` throw.
   */
  async run<Line extends ImportLine>(
    appId: string,
    lines: AsyncIterable<readonly Line[]>,
    tally: ImportTally,
    options: ImportOptions<Line>,
  ): Promise<boolean> {
    const { signal } = options;
    const chunks = chunksOf(lines);
    let writing: Promise<void> = Promise.resolve();
    try {
      for (;;) {
        const reading = chunks.next();
        // Its failure is looked at below, after that of the write.
        reading.catch(() => {});
        await writing;
        const next = await whileAllowed(options.requireStillAllowed, unlessAborted(signal, reading));
        if (next === STOPPED) return false;
        if (next.done === true) return true;
        writing = this.inTurn(() => this.write(appId, next.value, tally, options));
        writing.catch(() => {});
      }
    } finally {
      await writing.catch(() => {});
      // Not awaited: a source that waits for a slow sender would hold up the response.
      chunks.return(undefined).catch(() => {});
    }
  }

  /** Imports that run at the same time take turns, chunk by chunk, and leave the other connections to live events. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => {});
    return result;
  }

  private async write<Line extends ImportLine>(
    appId: string,
    chunk: readonly Line[],
    tally: ImportTally,
    { onChunk, dryRun, requireStillAllowed }: ImportOptions<Line>,
  ): Promise<void> {
    await requireStillAllowed?.();
    const written = await Promise.all(
      partitionsOf(chunk).map(async (partition) => ({
        partition,
        results: await this.events[dryRun === true ? 'previewAll' : 'recordAll'](
          appId,
          partition.map(({ draft }) => draft),
        ),
      })),
    );
    const rejected: RejectedLine<Line>[] = [];
    for (const { partition, results } of written) {
      for (const [index, result] of results.entries()) {
        if (result instanceof DomainError) rejected.push({ line: partition[index] as Line, reason: result });
        else count(tally, result);
      }
    }
    rejected.sort((a, b) => a.line.number - b.line.number);
    tally.rejected += rejected.length;
    tally.lines += chunk.length;
    tally.throughLine = chunk.at(-1)?.number ?? tally.throughLine;
    onChunk(rejected);
  }
}

const STOPPED = Symbol('stopped');

/** Not Promise.race with one promise for the signal: that would keep every chunk alive until the end. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | typeof STOPPED> {
  if (signal.aborted) return STOPPED;
  return new Promise<T | typeof STOPPED>((resolve, reject) => {
    const onAbort = (): void => resolve(STOPPED);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Work that takes long is given up where the question is refused meanwhile. */
async function whileAllowed<T>(requireStillAllowed: (() => Promise<void>) | undefined, work: Promise<T>): Promise<T> {
  if (requireStillAllowed === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const ask = (): void =>
      void requireStillAllowed().catch((error: unknown) => {
        if (!isUnavailable(error)) reject(error as Error);
      });
    const timer = setInterval(ask, ASK_EVERY_MS);
    work.then(resolve, reject).finally(() => clearInterval(timer));
  });
}

const isUnavailable = (error: unknown): error is DomainError =>
  error instanceof DomainError && error.kind === 'unavailable';

function count(tally: ImportTally, { replayed }: Recorded): void {
  if (replayed) tally.replayed++;
  else tally.created++;
}

async function* chunksOf<Line extends ImportLine>(
  source: AsyncIterable<readonly Line[]>,
): AsyncGenerator<readonly Line[], void> {
  let chunk: Line[] = [];
  let characters = 0;
  for await (const lines of source) {
    for (const line of lines) {
      chunk.push(line);
      if (!(line.draft instanceof DomainError)) characters += line.draft.payload.text.length;
      if (chunk.length < CHUNK_LINES && characters < CHUNK_CHARACTERS) continue;
      yield chunk;
      chunk = [];
      characters = 0;
    }
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * The lines of a chunk, apart by customer, so that partitions can be written at the same time: lines of
 * one customer stay in their order, and no partition waits for a key of another.
 */
function partitionsOf<Line extends ImportLine>(chunk: readonly Line[]): Line[][] {
  const partitions: Line[][] = Array.from({ length: PARTITIONS }, () => []);
  for (const line of chunk) partitions[partitionOf(line.draft)]?.push(line);
  return partitions.filter((partition) => partition.length > 0);
}

function partitionOf(draft: EventDraft | DomainError): number {
  if (draft instanceof DomainError) return 0;
  let hash = 0;
  const { customerExternalId } = draft;
  for (let at = 0; at < customerExternalId.length; at++) hash = (hash * 31 + customerExternalId.charCodeAt(at)) | 0;
  return (hash >>> 0) % PARTITIONS;
}

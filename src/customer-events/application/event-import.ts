import { Inject, Injectable } from '@nestjs/common';
import { BackOff } from '../../../libs/kernel/back-off.ts';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import type { EventDraft } from '../domain/customer-event.ts';
import { CustomerEvents } from './customer-events.ts';
import type { ImportPreview } from './import-preview.ts';
import { WriteTurns } from './turns.ts';
import {
  isUnavailable,
  mayBeRepeated,
  settle,
  storedOf,
  type FailedPartition,
  type ImportLine,
  type ImportTally,
  type LineResult,
  type RejectedLine,
  type SettledPartition,
} from './import-tally.ts';

/** The injection token of the time in milliseconds within which a chunk that could not be written is tried again. */
export const IMPORT_RETRY_MS = 'IMPORT_RETRY_MS';

export interface ImportOptions<Line extends ImportLine> {
  /** Aborted: the import ends after the chunk that is being written. */
  readonly signal: AbortSignal;
  /** Told of a chunk before it is written. */
  readonly onBegin?: ((lines: readonly Line[]) => void) | undefined;
  /** Told what was refused in a chunk, when the rest of it is committed and counted. */
  readonly onChunk: (rejected: readonly RejectedLine<Line>[]) => void;
  /** Nothing is written: the tally counts what would become of the lines. */
  readonly preview?: ImportPreview | undefined;
  /**
   * Asked before each chunk, and every few seconds while lines are waited for: where it rejects, the import ends
   * with that error. SERVICE_UNAVAILABLE from it ends nothing while lines are waited for.
   */
  readonly requireStillAllowed?: (() => Promise<void>) | undefined;
}

/** What is held in memory at most, twice: one chunk is read while the other is written. */
const CHUNK_LINES = 1_000;
const CHUNK_BYTES = 1_048_576;
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

  constructor(
    private readonly events: CustomerEvents,
    @Inject(IMPORT_RETRY_MS) private readonly retryMs: number,
    private readonly writes: WriteTurns,
  ) {}

  /**
   * Imports all lines, those of one customer in their order.
   *
   * A chunk that the database does not take is tried again for some time, unless events without an `eventId`
   * could be stored twice by that.
   *
   * @param tally counts what is settled; after a failure too it tells how far the import came, and what is
   *   stored beyond.
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
        writing = this.write(appId, next.value, tally, options);
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
    options: ImportOptions<Line>,
  ): Promise<void> {
    options.onBegin?.(chunk);
    const backOff = new BackOff(this.retryMs, options.signal);
    const settled: SettledPartition<Line>[] = [];
    for (let open: readonly (readonly Line[])[] = partitionsOf(chunk); open.length > 0;) {
      const failed: FailedPartition<Line>[] = [];
      for (const attempt of await this.inTurn(() => this.attempt(appId, open, options))) {
        if ('results' in attempt) settled.push(attempt);
        else failed.push(attempt);
      }
      open = failed.map(({ partition }) => partition);
      if (options.preview === undefined) tally.afterThroughLine = storedOf(settled, failed);
      const [first] = failed;
      if (first !== undefined && !(failed.every(mayBeRepeated) && (await backOff.pause()))) throw first.reason;
    }
    options.onChunk(settle(tally, chunk, settled));
  }

  /** @throws what `requireStillAllowed` throws; a partition that fails does not throw. */
  private async attempt<Line extends ImportLine>(
    appId: string,
    partitions: readonly (readonly Line[])[],
    { preview, requireStillAllowed }: ImportOptions<Line>,
  ): Promise<(SettledPartition<Line> | FailedPartition<Line>)[]> {
    await requireStillAllowed?.();
    return Promise.all(
      partitions.map(async (partition) => {
        const drafts = partition.map(({ draft }) => draft);
        try {
          const record = (): Promise<LineResult[]> =>
            preview === undefined ? this.events.recordAll(appId, drafts) : preview.of(this.events, appId, drafts);
          return { partition, results: await this.writes.run(appId, record) };
        } catch (reason) {
          return { partition, reason };
        }
      }),
    );
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

async function* chunksOf<Line extends ImportLine>(
  source: AsyncIterable<readonly Line[]>,
): AsyncGenerator<readonly Line[], void> {
  let chunk: Line[] = [];
  let bytes = 0;
  for await (const lines of source) {
    for (const line of lines) {
      chunk.push(line);
      bytes += line.sourceBytes;
      if (chunk.length < CHUNK_LINES && bytes < CHUNK_BYTES) continue;
      yield chunk;
      chunk = [];
      bytes = 0;
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

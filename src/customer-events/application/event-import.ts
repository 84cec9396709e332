import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { ReceivingApp } from '../domain/retention.ts';
import { CustomerEvents } from './customer-events.ts';
import type { ImportPreview } from './import-preview.ts';
import { LiveTraffic } from './live-traffic.ts';
import { WriteTurns } from '../../../libs/kernel/turns.ts';
import { ChunkWrites, PARTITIONS, type WriteAttempt } from './chunk-writes.ts';
import {
  isUnavailable,
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

/** What is held in memory at most, three times: one chunk is read while two are written. With 2,000 lines it was no faster. */
const CHUNK_LINES = 1_000;
const CHUNK_BYTES = 699_050;
/** While live events come in. */
const CHUNK_LINES_BESIDE_LIVE = 250;
const MAX_PAUSE_MS = 100;
/** A sender that takes long to fill a chunk is not allowed to go on for longer than others. */
const ASK_EVERY_MS = 2_000;

/**
 * Records history of any length in constant memory: a chunk of lines is read while the ones before
 * are written, and no faster than that, so that a sender is slowed down to the pace of the database.
 */
@Injectable()
export class EventImport {
  private readonly turns: Promise<unknown>[] = Array.from({ length: PARTITIONS }, () => Promise.resolve());

  constructor(
    private readonly events: CustomerEvents,
    @Inject(IMPORT_RETRY_MS) private readonly retryMs: number,
    private readonly writes: WriteTurns,
    private readonly liveTraffic: LiveTraffic,
  ) {}

  /**
   * Imports all lines, those of one customer in their order.
   *
   * A chunk that the database does not take is tried again for some time, unless events without an `eventId`
   * could be stored twice by that.
   *
   * @param app with the rules of retention that hold for all lines, however long the import takes.
   * @param tally counts what is settled; after a failure too it tells how far the import came, and what is
   *   stored beyond.
   * @returns whether it came to the end; false where the signal stopped it.
   * @throws SERVICE_UNAVAILABLE, and what the source and `requireStillAllowed` throw.
   */
  async run<Line extends ImportLine>(
    app: ReceivingApp,
    lines: AsyncIterable<readonly Line[]>,
    tally: ImportTally,
    options: ImportOptions<Line>,
  ): Promise<boolean> {
    const { signal, requireStillAllowed } = options;
    const chunks = chunksOf(lines, () => (this.liveTraffic.isThere ? CHUNK_LINES_BESIDE_LIVE : CHUNK_LINES));
    const attempt: WriteAttempt<Line> = (index, partition) =>
      this.inTurn(index, () => this.attempt(app, partition, options));
    const writes = new ChunkWrites(tally, options, this.retryMs, attempt);
    try {
      for (;;) {
        const reading = chunks.next();
        reading.catch(() => {});
        const next = await whileAllowed(requireStillAllowed, unlessAborted(signal, unlessFailed(writes.all, reading)));
        if (next === STOPPED || next.done === true) {
          await writes.all;
          return next !== STOPPED;
        }
        await (this.liveTraffic.isThere ? this.giveWay(writes, signal) : writes.allButLast);
        if (signal.aborted) {
          await writes.all;
          return false;
        }
        writes.begin(next.value);
      }
    } finally {
      await writes.end();
      // Not awaited: a source that waits for a slow sender would hold up the response.
      chunks.return(undefined).catch(() => {});
    }
  }

  /**
   * Beside live events one small chunk is written at a time, and then nothing for twice as long as that took: two thirds of
   * the time are theirs alone. With 500 of them a second their p99 was 4.5 times what it is without an import before that.
   */
  private async giveWay<Line extends ImportLine>(writes: ChunkWrites<Line>, signal: AbortSignal): Promise<void> {
    const began = performance.now();
    await writes.all;
    const pauseMs = Math.min((performance.now() - began) * 2, MAX_PAUSE_MS);
    await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
  }

  /** Imports that run at the same time take turns with each of the statements, and leave the other connections to live events. */
  private inTurn<T>(index: number, work: () => Promise<T>): Promise<T> {
    const result = (this.turns[index] as Promise<unknown>).then(work);
    this.turns[index] = result.catch(() => {});
    return result;
  }

  /** @throws what `requireStillAllowed` throws; a partition that fails does not throw. */
  private async attempt<Line extends ImportLine>(
    app: ReceivingApp,
    partition: readonly Line[],
    { preview, requireStillAllowed }: ImportOptions<Line>,
  ): Promise<SettledPartition<Line> | FailedPartition<Line>> {
    await requireStillAllowed?.();
    const drafts = partition.map(({ draft }) => draft);
    const record = (): Promise<LineResult[]> =>
      preview === undefined ? this.events.recordAll(app, drafts) : preview.of(this.events, app, drafts);
    try {
      return { partition, results: await this.writes.run(app.id, record) };
    } catch (reason) {
      return { partition, reason };
    }
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

/** What is read, and at once the failure of a write; a failure of the reading only when all is written. */
async function unlessFailed<T>(writing: Promise<void>, reading: Promise<T>): Promise<T> {
  await Promise.race([writing, reading.catch(() => writing)]);
  return reading;
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
  maxLines: () => number,
): AsyncGenerator<readonly Line[], void> {
  let chunk: Line[] = [];
  let bytes = 0;
  for await (const lines of source) {
    for (const line of lines) {
      chunk.push(line);
      bytes += line.sourceBytes;
      if (chunk.length < maxLines() && bytes < CHUNK_BYTES) continue;
      yield chunk;
      chunk = [];
      bytes = 0;
    }
  }
  if (chunk.length > 0) yield chunk;
}

import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ReadDataSource } from '../platform/postgres/read-data-source.ts';
import { storageUnavailable } from '../platform/postgres/storage-unavailable.ts';
import { Metrics } from './metrics.ts';

const ANSWER_WITHIN_MS = 1_000;
const VALID_FOR_MS = 1_000;
/** It is seen soon that the database is back. */
const FAILURE_VALID_FOR_MS = 100;
/** A disk that is full, or a table that is locked, is seen by writes only; the next one may go well. */
const FAILED_WRITE_COUNTS_MS = 3_000;

/** Tells whether this instance should be sent requests. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private shuttingDown = false;
  private asked: { readonly result: Promise<void>; readonly validUntil: number } = {
    result: Promise.resolve(),
    validUntil: -Infinity,
  };

  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
    private readonly metrics: Metrics,
  ) {}

  beforeApplicationShutdown(): void {
    this.shuttingDown = true;
  }

  /**
   * @throws SERVICE_UNAVAILABLE where the service shuts down, the last write has just failed, or
   *   the database did not respond within a second, in the last second, that it takes writes.
   */
  async require(): Promise<void> {
    if (this.shuttingDown) throw storageUnavailable(new Error('shutting down'));
    if (this.metrics.ingest.failedWithin(FAILED_WRITE_COUNTS_MS)) {
      throw storageUnavailable(new Error('the last write has failed'));
    }
    // However many ask, the database is asked once a second.
    if (performance.now() >= this.asked.validUntil) {
      const asked = { result: this.askDatabase(), validUntil: performance.now() + VALID_FOR_MS };
      asked.result.catch(() => (asked.validUntil = performance.now() + FAILURE_VALID_FOR_MS));
      this.asked = asked;
    }
    await this.asked.result;
  }

  private async askDatabase(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no response within a second')), ANSWER_WITHIN_MS);
    });
    let readOnly: boolean;
    try {
      readOnly = await Promise.race([this.isReadOnly(), tooLate]);
    } catch (error) {
      throw storageUnavailable(error);
    } finally {
      clearTimeout(timer);
    }
    if (readOnly) throw storageUnavailable(new Error('the database is read-only: a standby?'));
  }

  private async isReadOnly(): Promise<boolean> {
    const readOnly = [this.dataSource, this.reading].map(async (dataSource) => {
      const [row] = await dataSource.query<{ read_only: string }[]>(
        "SELECT current_setting('transaction_read_only') AS read_only",
      );
      return row?.read_only === 'on';
    });
    return (await Promise.all(readOnly)).includes(true);
  }
}

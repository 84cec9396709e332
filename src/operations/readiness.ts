import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { StorageUnavailable } from '../persistence/storage-unavailable.ts';

const ANSWER_WITHIN_MS = 1_000;

/** Tells whether this instance should be sent requests. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private shuttingDown = false;

  constructor(private readonly dataSource: DataSource) {}

  beforeApplicationShutdown(): void {
    this.shuttingDown = true;
  }

  /** @throws SERVICE_UNAVAILABLE where the service shuts down, or the database does not answer within a second. */
  async require(): Promise<void> {
    if (this.shuttingDown) throw new StorageUnavailable(new Error('shutting down'));
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer within a second')), ANSWER_WITHIN_MS);
    });
    try {
      await Promise.race([this.dataSource.query('SELECT 1'), tooLate]);
    } catch (error) {
      throw new StorageUnavailable(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

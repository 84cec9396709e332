import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { StorageFailures } from '../platform/postgres/storage-failures.ts';
import { storageUnavailable } from '../platform/postgres/storage-unavailable.ts';
import { DatabaseState, type DatabaseStatus } from './database-state.ts';
import { Metrics } from './metrics.ts';

/** A disk that is full, or a table that is locked, is seen by writes only; the next one may go well. */
const FAILED_WRITE_COUNTS_MS = 3_000;
/** Behind a pooler some statements go well and some do not, so it lasts. */
const UNFIT_SESSION_COUNTS_MS = 30_000;

/** Tells whether this instance should be sent requests. */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private shuttingDown = false;

  constructor(
    private readonly database: DatabaseState,
    private readonly metrics: Metrics,
    private readonly failures: StorageFailures,
  ) {}

  beforeApplicationShutdown(): void {
    this.shuttingDown = true;
  }

  /**
   * @throws SERVICE_UNAVAILABLE where the service shuts down, the last write has just failed, a session of the
   *   database could not be used, or the database did not respond within a second, in the last second, that
   *   it takes writes, has the schema of this build, and sessions with the settings that they must have.
   */
  async require(): Promise<void> {
    if (this.shuttingDown) throw storageUnavailable(new Error('shutting down'));
    const unfit = this.failures.unfitSessions.within(UNFIT_SESSION_COUNTS_MS);
    if (unfit !== undefined) throw storageUnavailable(unfit);
    if (this.metrics.ingest.failedWithin(FAILED_WRITE_COUNTS_MS)) {
      throw storageUnavailable(new Error('the last write has failed'));
    }
    this.requireUsable(
      await this.database.status().catch((error: unknown) => Promise.reject(storageUnavailable(error))),
    );
  }

  private requireUsable({ readOnly, schemaVersion, unfitSession }: DatabaseStatus): void {
    if (unfitSession !== undefined) throw storageUnavailable(unfitSession);
    if (readOnly) throw storageUnavailable(new Error('the database is read-only: a standby?'));
    const { requiredVersion } = this.database;
    if (schemaVersion < requiredVersion) {
      throw storageUnavailable(
        new Error(`the schema is of ${schemaVersion}, and this build needs ${requiredVersion}: run "npm run migrate"`),
      );
    }
  }
}

import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { StorageFailures } from '../platform/postgres/storage-failures.ts';
import { storageUnavailable } from '../platform/postgres/storage-unavailable.ts';
import { DatabaseState, type DatabaseStatus } from './database-state.ts';

/** Behind a pooler some statements go well and some do not, so it lasts. */
const UNFIT_SESSION_COUNTS_MS = 30_000;

/**
 * Tells whether this instance should be sent requests. It asks the database a question of its own: that a write has failed
 * says nothing of the next one, which may go to another table, or in a distributed database to another node; and the
 * instances share the database, so that none of them would do better.
 */
@Injectable()
export class Readiness implements BeforeApplicationShutdown {
  private shuttingDown = false;

  constructor(
    private readonly database: DatabaseState,
    private readonly failures: StorageFailures,
  ) {}

  beforeApplicationShutdown(): void {
    this.shuttingDown = true;
  }

  /**
   * @throws SERVICE_UNAVAILABLE where the service shuts down, a session of the database could not be used, or the
   *   database did not respond within a second, in the last second, that it takes writes, has the schema of this build,
   *   and sessions with the settings that they must have.
   */
  async require(): Promise<void> {
    if (this.shuttingDown) throw storageUnavailable(new Error('shutting down'));
    const unfit = this.failures.unfitSessions.within(UNFIT_SESSION_COUNTS_MS);
    if (unfit !== undefined) throw storageUnavailable(unfit);
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

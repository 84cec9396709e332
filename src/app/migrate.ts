import { storage } from '../platform/postgres/storage-errors.ts';
import { createDataSource, type DatabaseSettings } from './data-source.ts';

/** Any number, the same for all who migrate this schema. */
const MIGRATION_LOCK = 7_291_046_385;
/** A migration may rebuild a large table. */
const MIGRATION_TIMEOUT_MS = 86_400_000;

/**
 * Brings the schema up to date. Many may call this at once: an advisory lock lets one of them do
 * it, and the others find nothing to do.
 *
 * @returns the names of the migrations that were applied.
 * @throws SERVICE_UNAVAILABLE where the database cannot be reached.
 */
export async function migrate(url: string, settings: DatabaseSettings): Promise<string[]> {
  const dataSource = createDataSource(url, {
    ...settings,
    databaseStatementTimeoutMs: MIGRATION_TIMEOUT_MS,
    databaseLockTimeoutMs: MIGRATION_TIMEOUT_MS,
  });
  await storage(() => dataSource.initialize());
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return (await dataSource.runMigrations({ transaction: 'all' })).map(({ name }) => name);
  } finally {
    // The lock belongs to the session and ends with it.
    await lock.release();
    await dataSource.destroy();
  }
}

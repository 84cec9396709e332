import { DatabaseUnfit, firstContact, quoted, requireFitDatabase } from '../platform/postgres/database-fitness.ts';
import { sqlState } from '../platform/postgres/storage-errors.ts';
import { SimpleConsoleLogger, type DataSource } from 'typeorm';
import { createMigrationDataSource, type DatabaseSettings } from './data-source.ts';

/** Any number, the same for all who migrate this schema. */
const MIGRATION_LOCK = 7_291_046_385;
const INSUFFICIENT_PRIVILEGE = '42501';

/** TypeORM would write to stdout, where results go, that a migration has failed. The error says it. */
class WithoutMigrations extends SimpleConsoleLogger {
  override logMigration(): void {}
}

/**
 * Brings the schema up to date. Many may call this at once: an advisory lock lets one of them do
 * it, and the others find nothing to do.
 *
 * @returns the names of the migrations that were applied.
 * @throws SERVICE_UNAVAILABLE where the database cannot be reached; {@link DatabaseUnfit} where it cannot be used, or
 *   the role may not change its schema.
 */
export async function migrate(url: string, settings: DatabaseSettings): Promise<string[]> {
  const dataSource = createMigrationDataSource(url, settings);
  dataSource.setOptions({ logger: new WithoutMigrations(false) });
  await firstContact(() => dataSource.initialize());
  try {
    await requireFitDatabase(dataSource, 'schema');
    return await migrateInTurn(dataSource);
  } catch (error) {
    throw sqlState(error) === INSUFFICIENT_PRIVILEGE ? await lacksRights(dataSource, error as Error) : error;
  } finally {
    await dataSource.destroy();
  }
}

async function migrateInTurn(dataSource: DataSource): Promise<string[]> {
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return (await dataSource.runMigrations({ transaction: 'all' })).map(({ name }) => name);
  } finally {
    // The lock belongs to the session and ends with it.
    await lock.release();
  }
}

async function lacksRights(dataSource: DataSource, { message }: Error): Promise<DatabaseUnfit> {
  const [{ role, schema }] = await dataSource.query<[{ role: string; schema: string }]>(
    'SELECT current_user::text AS "role", quote_ident(current_schema()) AS "schema"',
  );
  return new DatabaseUnfit(
    `The role "${role}" may not change the schema of the database (${message}). Migrate as the owner of the tables: set ` +
      `MIGRATIONS_DATABASE_URL. Where there are none yet: GRANT CREATE ON SCHEMA ${schema} TO ${quoted(role)};`,
  );
}

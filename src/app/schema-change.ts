import { SimpleConsoleLogger, type DataSource, type QueryRunner } from 'typeorm';
import { DatabaseUnfit, firstContact, quoted, requireFitDatabase } from '../platform/postgres/database-fitness.ts';
import { requireCoordinator } from '../platform/postgres/distribute.ts';
import { sqlState } from '../platform/postgres/storage-errors.ts';
import { createMigrationDataSource, type DatabaseSettings } from './data-source.ts';

/** Any number, the same for all who change this schema. */
const SCHEMA_LOCK = 7_291_046_385;
const INSUFFICIENT_PRIVILEGE = '42501';

/** TypeORM would write to stdout, where results go, that a migration has failed. The error says it. */
class WithoutMigrations extends SimpleConsoleLogger {
  override logMigration(): void {}
}

/**
 * Runs what changes the schema, one at a time however many begin at once: the others wait, and then find the schema as it
 * has become.
 *
 * @param work gets the connection that holds the lock, for statements of its own.
 * @throws SERVICE_UNAVAILABLE where the database cannot be reached; {@link DatabaseUnfit} where it cannot be used, or
 *   the role may not change its schema.
 */
export async function changeSchema<T>(
  url: string,
  settings: DatabaseSettings,
  work: (dataSource: DataSource, runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const dataSource = createMigrationDataSource(url, settings);
  dataSource.setOptions({ logger: new WithoutMigrations(false) });
  await firstContact(() => dataSource.initialize());
  try {
    await requireFitDatabase(dataSource, 'schema');
    await requireCoordinator(dataSource);
    return await inTurn(dataSource, work);
  } catch (error) {
    throw sqlState(error) === INSUFFICIENT_PRIVILEGE ? await lacksRights(dataSource, error as Error) : error;
  } finally {
    await dataSource.destroy();
  }
}

async function inTurn<T>(
  dataSource: DataSource,
  work: (dataSource: DataSource, runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [SCHEMA_LOCK]);
    return await work(dataSource, runner);
  } finally {
    // The lock belongs to the session and ends with it.
    await runner.release();
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

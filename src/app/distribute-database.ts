import type { DataSource, QueryRunner } from 'typeorm';
import { distribute, planDistribution, type DistributionStep } from '../platform/postgres/distribute.ts';
import { SchemaOutdated } from '../platform/postgres/database-connection.ts';
import { pendingMigrations } from '../platform/postgres/pending-migrations.ts';
import type { DatabaseSettings } from './data-source.ts';
import { DISTRIBUTED_TABLES } from './distributed-tables.ts';
import { changeSchema } from './schema-change.ts';

export type { DistributionStep };

/**
 * What {@link distributeDatabase} would do, and the name of the database. Changes nothing.
 *
 * @throws as that does.
 */
export const plannedDistribution = (
  url: string,
  settings: DatabaseSettings,
): Promise<{ database: string; steps: readonly DistributionStep[] }> =>
  changeSchema(url, settings, async (dataSource, runner) => {
    const steps = await planned(dataSource, runner);
    const [{ database }] = (await runner.query('SELECT current_database()::text AS database')) as [
      { database: string },
    ];
    return { database, steps };
  });

/**
 * Distributes the tables of a database over the nodes of its Citus cluster, with all rows that they have. Writes wait for as
 * long as that takes.
 *
 * @returns what was done; nothing where all tables are where they should be.
 * @throws {SchemaOutdated}; {@link DatabaseUnfit} where it cannot be done; SERVICE_UNAVAILABLE.
 */
export const distributeDatabase = (url: string, settings: DatabaseSettings): Promise<readonly DistributionStep[]> =>
  changeSchema(url, settings, async (dataSource, runner) => {
    const steps = await planned(dataSource, runner);
    await distribute(runner, steps);
    return steps;
  });

async function planned(dataSource: DataSource, runner: QueryRunner): Promise<readonly DistributionStep[]> {
  const pending = await pendingMigrations(dataSource);
  if (pending.length > 0) throw new SchemaOutdated(pending);
  return planDistribution(runner, DISTRIBUTED_TABLES, true);
}

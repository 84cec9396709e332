import type { Config } from '../config.ts';
import { distribute, planDistribution } from '../platform/postgres/distribute.ts';
import { hasWantedCitus } from '../platform/postgres/distribution.ts';
import type { DatabaseSettings } from './data-source.ts';
import { DISTRIBUTED_TABLES } from './distributed-tables.ts';
import { changeSchema } from './schema-change.ts';

export type MigrationSettings = DatabaseSettings & Pick<Config, 'distributed'>;

/** What a migration has changed. */
export interface Migrated {
  /** The names of the migrations that were applied. */
  readonly applied: readonly string[];
  /** The tables that were distributed, such as `customers: by id`. */
  readonly distributed: readonly string[];
}

/** @returns the names of the migrations that were applied. See {@link migrateAndDistribute}. */
export const migrate = async (url: string, settings: MigrationSettings): Promise<readonly string[]> =>
  (await migrateAndDistribute(url, settings)).applied;

/**
 * Brings the schema up to date. Many may call this at once: one of them does it, and the others find nothing to do. Where
 * the database is distributed, or DISTRIBUTED says that it should be, its new tables are distributed then, all of them
 * or none.
 *
 * @param tell is told what takes long before it begins.
 * @throws SERVICE_UNAVAILABLE where the database cannot be reached; {@link DatabaseUnfit} where it cannot be used, or
 *   the role may not change its schema.
 */
export function migrateAndDistribute(
  url: string,
  settings: MigrationSettings,
  tell: (line: string) => void = () => {},
): Promise<Migrated> {
  return changeSchema(url, settings, async (dataSource, runner) => {
    // Asked for first: where it is missing, no migration is applied either.
    await hasWantedCitus(runner, settings.distributed);
    const applied = (await dataSource.runMigrations({ transaction: 'all' })).map(({ name }) => name);
    const steps = await planDistribution(runner, DISTRIBUTED_TABLES, settings.distributed);
    const distributed = steps.map(({ text }) => text);
    if (steps.some(({ bytes }) => bytes > 0))
      tell(`Distributing ${distributed.join(', ')}: writes wait until it is done`);
    await distribute(runner, steps);
    return { applied, distributed };
  });
}

import { Command } from 'commander';
import { migrateAndDistribute } from '../../app/migrate.ts';
import { withDatabase } from '../with-service.ts';
import { jsonOption, print, type Printed } from './print.ts';

export const migrateCommand = (): Command =>
  new Command('migrate')
    .description('bring the schema of the database up to date, and distribute its new tables where it is distributed')
    .addOption(jsonOption())
    .action(async (options: Printed) => {
      const { applied, distributed } = await withDatabase(
        { ...options, mayCreate: true, onlyMigrations: true },
        (database, config, tell) => migrateAndDistribute(database.migrationsUrl, config, tell),
      );
      const lines = [
        ...applied.map((name) => `applied ${name}`),
        ...distributed.map((table) => `distributed ${table}`),
      ];
      print(options, { applied, distributed }, lines.length === 0 ? ['nothing to do'] : lines);
    });

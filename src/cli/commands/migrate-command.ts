import { Command } from 'commander';
import { migrate } from '../../app/migrate.ts';
import { withDatabase } from '../with-service.ts';
import { jsonOption, print, type Printed } from './print.ts';

export const migrateCommand = (): Command =>
  new Command('migrate')
    .description('bring the schema of the database up to date')
    .addOption(jsonOption())
    .action(async (options: Printed) => {
      const applied = await withDatabase({ ...options, mayCreate: true, onlyMigrations: true }, (database, config) =>
        migrate(database.migrationsUrl, config),
      );
      print(options, { applied }, applied.length === 0 ? ['nothing to do'] : applied.map((name) => `applied ${name}`));
    });

import { Command } from 'commander';
import { migrate } from '../../app/migrate.ts';
import { loadConfig } from '../../config.ts';
import { withDatabase } from '../with-service.ts';
import { jsonOption, print, type Printed } from './print.ts';

export const migrateCommand = (): Command =>
  new Command('migrate')
    .description('bring the schema of the database up to date')
    .addOption(jsonOption())
    .action(async (options: Printed) => {
      const applied = await withDatabase((database) => migrate(database.migrationsUrl, loadConfig()));
      print(options, { applied }, applied.length === 0 ? ['nothing to do'] : applied.map((name) => `applied ${name}`));
    });

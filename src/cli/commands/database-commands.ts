import { Command } from 'commander';
import { distributeDatabase, plannedDistribution, type DistributionStep } from '../../app/distribute-database.ts';
import { withDatabase } from '../with-service.ts';
import { requireConfirmed, type Confirmation } from './confirmed.ts';
import { jsonOption, print, tell, type Printed } from './print.ts';

interface DistributeOptions extends Printed {
  readonly dryRun?: boolean;
  readonly confirm?: string;
}

export function databaseCommands(): Command {
  const database = new Command('database').description('the database as a whole');
  database
    .command('distribute')
    .description('distribute the tables over the nodes of a Citus cluster, with the rows that they have')
    .option('--dry-run', 'only say what would be done')
    .option('--confirm <database>', 'the name of the database, instead of typing it')
    .addOption(jsonOption())
    .action(async (options: DistributeOptions) => {
      const dryRun = options.dryRun === true;
      const steps = await withDatabase({ ...options, onlyMigrations: true }, async ({ migrationsUrl }, config) => {
        const { database: name, steps: planned } = await plannedDistribution(migrationsUrl, config);
        if (dryRun || planned.length === 0) return planned;
        await confirmMove(planned, name, options);
        return distributeDatabase(migrationsUrl, config);
      });
      const verb = dryRun ? 'would distribute' : 'distributed';
      const tables = steps.map(({ table, place, bytes }) => ({ table, place, bytes }));
      const lines = steps.map(({ text }) => `${verb} ${text}`);
      print(options, { distributed: tables, dryRun }, lines.length === 0 ? ['nothing to do'] : lines);
    });
  return database;
}

/** Tables of customers without rows are distributed in a second, so nobody is asked. */
async function confirmMove(
  steps: readonly DistributionStep[],
  database: string,
  options: DistributeOptions,
): Promise<void> {
  const full = steps.filter(({ place, bytes }) => bytes > 0 && typeof place === 'object');
  if (full.length === 0) return;
  tell(
    options,
    `Rows will be copied: ${full.map(({ text }) => text).join(', ')}. Until that is done, writes wait and are refused (503)`,
  );
  await requireConfirmed(moveOf(database), options.confirm);
}

const moveOf = (database: string): Confirmation => ({
  name: database,
  question: `This moves the rows of the database "${database}" to the nodes of its cluster. Type its name: `,
  refusal: 'Nothing was distributed',
  nameIs: 'the name of the database,',
});

import { Command } from 'commander';
import { serviceVersion } from '../../app/version.ts';
import { importCommand } from '../import/import-command.ts';
import { READY_MAPPINGS, readyMapping } from '../import/ready-mappings.ts';
import { printableLines } from '../printable.ts';
import { appCommands } from './app-commands.ts';
import { addAppSizesCommand } from './app-sizes-command.ts';
import { auditCommand } from './audit-command.ts';
import { customerCommands } from './customer-commands.ts';
import { databaseCommands } from './database-commands.ts';
import { erasureCommands } from './erasure-commands.ts';
import { eventCommands } from './event-commands.ts';
import { eventTypesCommands } from './event-types-commands.ts';
import { keyCommands } from './key-commands.ts';
import { migrateCommand } from './migrate-command.ts';
import { sessionCommands } from './session-commands.ts';

/**
 * `npm run --silent cli -- …`: what operators do, also while the service runs. Results go to
 * stdout, as text or, with `--json`, as one JSON value; everything else goes to stderr.
 */
export function commands(): Command {
  const program = new Command('cli').description('Operator commands of Customer Events');
  program.version(serviceVersion(), '--version', 'print the version of Customer Events');
  program.addCommand(migrateCommand());
  program.addCommand(databaseCommands());
  const apps = appCommands();
  addAppSizesCommand(apps);
  program.addCommand(apps);
  program.addCommand(keyCommands());
  program.addCommand(sessionCommands());
  program.addCommand(customerCommands());
  program.addCommand(eventCommands());
  program.addCommand(eventTypesCommands());
  program.addCommand(auditCommand());
  program.addCommand(erasureCommands());
  program.addCommand(importCommand());
  program.addCommand(mappingsCommand());
  configureErrors(program);
  return program;
}

/** After a wrong option comes the help. A command that was made apart does not inherit this. */
function configureErrors(command: Command): void {
  command.showHelpAfterError();
  command.configureOutput({ outputError: (message, write) => write(printableLines(message)) });
  command.commands.forEach(configureErrors);
}

const mappingsCommand = (): Command =>
  new Command('mappings')
    .argument('[name]', 'print this one, as YAML')
    .description('the ready mappings of import')
    .action((name: string | undefined) => {
      process.stdout.write(name === undefined ? `${Object.keys(READY_MAPPINGS).join('\n')}\n` : readyMapping(name));
    });

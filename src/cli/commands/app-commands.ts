import { Command } from 'commander';
import type { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import type { App } from '../../api-keys/domain/api-key.ts';
import { OperatorError } from '../error-message.ts';
import { appLine, describeApp } from './app-description.ts';
import { deleteCommand } from './delete-command.ts';
import { embedOriginsOption } from './embed-origins-option.ts';
import { exportCommand } from './export-command.ts';
import { given } from './given.ts';
import { jsonOption, print, type Printed } from './print.ts';
import { rateLimitOption, type Given, type Limits } from './rate-limit-option.ts';
import { retentionCommand } from './retention-command.ts';
import { withAdministration } from './with-administration.ts';

interface AppOptions extends Printed {
  readonly slug: string;
}

interface CreateOptions extends AppOptions {
  readonly name: string;
}

interface SetOptions extends AppOptions {
  readonly eventLimits?: Given<Limits>;
  readonly readLimits?: Given<Limits>;
  readonly embedOrigins?: readonly string[];
}

interface RenameOptions extends AppOptions {
  readonly toName?: string;
  readonly toSlug?: string;
}

export function appCommands(): Command {
  return new Command('apps')
    .description('the applications (tenants) that have customers')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(setCommand())
    .addCommand(renameCommand())
    .addCommand(suspendCommand())
    .addCommand(resumeCommand())
    .addCommand(retentionCommand())
    .addCommand(exportCommand())
    .addCommand(deleteCommand());
}

const createCommand = (): Command =>
  new Command('create')
    .description('create an app')
    .requiredOption('--slug <slug>', 'a short name: a-z, 0-9 and "-"')
    .requiredOption('--name <name>', 'the name that people read')
    .addOption(jsonOption())
    .action(({ slug, name, ...options }: CreateOptions) =>
      changeApp(options, (administration) => administration.createApp(slug, name)),
    );

const listCommand = (): Command =>
  new Command('list')
    .description('list all apps')
    .addOption(jsonOption())
    .action(async (options: Printed) => {
      const all = await withAdministration(options, (administration) => administration.listApps());
      print(options, all.map(describeApp), all.map(appLine));
    });

const setCommand = (): Command =>
  ofApp('set', 'set limits that all keys of an app share, and what sites may show its pages, seen within ten seconds')
    .addOption(rateLimitOption('--event-limits', 'events'))
    .addOption(rateLimitOption('--read-limits', 'units of all other requests'))
    .addOption(embedOriginsOption())
    .action(({ slug, eventLimits, readLimits, embedOrigins, ...options }: SetOptions) => {
      const limits = given({ eventLimits: eventLimits?.value, readLimits: readLimits?.value });
      const hasLimits = Object.keys(limits).length > 0;
      if (!hasLimits && embedOrigins === undefined)
        throw new OperatorError('Say what to change: --event-limits, --read-limits or --embed-origins');
      return changeApp(options, async (administration) => {
        const limited = hasLimits ? administration.setAppLimits(slug, limits) : administration.appOf(slug);
        return embedOrigins === undefined
          ? limited
          : administration.setEmbedOrigins((await limited).slug, embedOrigins);
      });
    });

const renameCommand = (): Command =>
  ofApp('rename', 'give an app another name, slug, or both; its keys stay as they are')
    .option('--to-name <name>', 'the name that people read')
    .option('--to-slug <slug>', 'the short name by which commands find it')
    .action(({ slug, toName, toSlug, ...options }: RenameOptions) => {
      const names = given({ name: toName, slug: toSlug });
      if (Object.keys(names).length === 0) throw new OperatorError('Say what to change: --to-name or --to-slug');
      return changeApp(options, (administration) => administration.renameApp(slug, names));
    });

const suspendCommand = (): Command =>
  ofApp('suspend', 'refuse all keys of an app within ten seconds, until it is resumed').action(
    ({ slug, ...options }: AppOptions) => changeApp(options, (administration) => administration.suspendApp(slug)),
  );

const resumeCommand = (): Command =>
  ofApp('resume', 'accept the keys of a suspended app again, within ten seconds').action(
    ({ slug, ...options }: AppOptions) => changeApp(options, (administration) => administration.resumeApp(slug)),
  );

/** A command that is about one app. */
const ofApp = (name: string, description: string): Command =>
  new Command(name).description(description).requiredOption('--slug <slug>', 'which app').addOption(jsonOption());

/** Does something to an app, and prints what it is then. */
async function changeApp(options: Printed, change: (administration: KeyAdministration) => Promise<App>): Promise<void> {
  const app = await withAdministration(options, change);
  print(options, describeApp(app), [appLine(app)]);
}

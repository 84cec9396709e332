import { Command } from 'commander';
import type { App } from '../../api-keys/domain/api-key.ts';
import { jsonOption, print, type Printed } from './print.ts';
import { describeLimits, limitsText, rateLimitOption } from './rate-limit-option.ts';
import { withAdministration } from './with-administration.ts';

interface CreateOptions extends Printed {
  readonly slug: string;
  readonly name: string;
}

interface SetOptions extends Partial<Pick<App, 'eventLimits' | 'readLimits'>>, Printed {
  readonly slug: string;
}

export function appCommands(): Command {
  const apps = new Command('apps').description('the applications (tenants) that have customers');
  apps
    .command('create')
    .description('create an app')
    .requiredOption('--slug <slug>', 'a short name: a-z, 0-9 and "-"')
    .requiredOption('--name <name>', 'the name that people read')
    .addOption(jsonOption())
    .action(async ({ slug, name, ...options }: CreateOptions) => {
      const app = await withAdministration((administration) => administration.createApp(slug, name));
      print(options, describeApp(app), [appLine(app)]);
    });
  apps
    .command('list')
    .description('list all apps')
    .addOption(jsonOption())
    .action(async (options: Printed) => {
      const all = await withAdministration((administration) => administration.listApps());
      print(options, all.map(describeApp), all.map(appLine));
    });
  apps
    .command('set')
    .description('set limits that all keys of an app share, seen within ten seconds')
    .requiredOption('--slug <slug>', 'which app')
    .addOption(rateLimitOption('--event-limits', 'events'))
    .addOption(rateLimitOption('--read-limits', 'units of all other requests'))
    .addOption(jsonOption())
    .action(async ({ slug, json, ...limits }: SetOptions) => {
      const app = await withAdministration((administration) => administration.setAppLimits(slug, limits));
      print({ json }, describeApp(app), [appLine(app)]);
    });
  return apps;
}

const describeApp = ({ id, slug, name, ...limits }: App) => ({ id, slug, name, ...describeLimits(limits) });

const appLine = (app: App): string => `${app.id}  ${app.slug}  ${app.name}${limitsText(describeLimits(app))}`;

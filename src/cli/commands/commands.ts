import { Command, InvalidArgumentError, Option } from 'commander';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import type { ApiKey, ApiKeyType, App } from '../../api-keys/domain/api-key.ts';
import { loadConfig } from '../../config.ts';
import { millisOfInstant, parseInstant } from '../../../libs/time/instant.ts';
import { importCommand } from '../import/import-command.ts';
import { READY_MAPPINGS, readyMapping } from '../import/ready-mappings.ts';
import { describeLimits, limitsText, rateLimitOption, type Limits } from './rate-limit-option.ts';
import { withDatabase, withService } from '../with-service.ts';
import { migrate } from '../../app/migrate.ts';

/**
 * `npm run --silent cli -- …`: what operators do, also while the service runs. Results go to
 * stdout, as text or, with `--json`, as one JSON value; everything else goes to stderr.
 */
export function commands(): Command {
  const program = new Command('cli').description('Operator commands of Customer Events').showHelpAfterError();
  const json = () => new Option('--json', 'print JSON');

  program
    .command('migrate')
    .description('bring the schema of the database up to date')
    .addOption(json())
    .action(async (options: { json?: boolean }) => {
      const applied = await withDatabase((database) => migrate(database.migrationsUrl, loadConfig()));
      print(options, { applied }, applied.length === 0 ? ['nothing to do'] : applied.map((name) => `applied ${name}`));
    });

  const apps = program.command('apps').description('the applications (tenants) that have customers');
  apps
    .command('create')
    .requiredOption('--slug <slug>', 'a short name: a-z, 0-9 and "-"')
    .requiredOption('--name <name>', 'the name that people read')
    .addOption(json())
    .action(async ({ slug, name, ...options }: { slug: string; name: string; json?: boolean }) => {
      const app = await withAdministration((administration) => administration.createApp(slug, name));
      print(options, describeApp(app), [appLine(app)]);
    });
  apps
    .command('list')
    .addOption(json())
    .action(async (options: { json?: boolean }) => {
      const all = await withAdministration((administration) => administration.listApps());
      print(options, all.map(describeApp), all.map(appLine));
    });
  apps
    .command('set')
    .description('set limits that all keys of an app share, seen within ten seconds')
    .requiredOption('--slug <slug>', 'which app')
    .addOption(rateLimitOption('--event-limits', 'events'))
    .addOption(rateLimitOption('--read-limits', 'units of all other requests'))
    .addOption(json())
    .action(async ({ slug, json: asJson, ...limits }: SetOptions) => {
      const app = await withAdministration((administration) => administration.setAppLimits(slug, limits));
      print({ json: asJson }, describeApp(app), [appLine(app)]);
    });

  const keys = program.command('keys').description('the API keys of an app');
  keys
    .command('create')
    .description('create a key and print it: this once, and the key alone')
    .requiredOption('--app <slug>', 'whose key it is')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(new Option('--type <type>', 'agent keys are for servers').choices(['agent', 'public']).default('agent'))
    .option('--expires <instant>', 'a date or an instant, such as 2027-01-01', millisOf)
    .addOption(rateLimitOption('--limit', 'events of this key'))
    .addOption(rateLimitOption('--read-limit', 'units of all its other requests'))
    .addOption(json())
    .action(async (options: CreateKeyOptions) => {
      const { key, secret } = await withAdministration((administration) =>
        administration.createKey(options.app, options.name, options.type, options.expires ?? null, {
          eventLimits: options.limit ?? null,
          readLimits: options.readLimit ?? null,
        }),
      );
      print(options, { ...describeKey(key), key: secret }, [secret]);
    });
  keys
    .command('list')
    .requiredOption('--app <slug>', 'whose keys')
    .addOption(json())
    .action(async (options: { app: string; json?: boolean }) => {
      const all = (await withAdministration((administration) => administration.listKeys(options.app))).map(describeKey);
      print(
        options,
        all,
        all.map((key) => `${key.id}  ${key.prefix}…  ${key.type}  ${stateOf(key)}  ${key.name}${limitsText(key)}`),
      );
    });
  keys
    .command('revoke')
    .argument('<id>', 'the id that "keys list" shows')
    .description('end a key: no instance accepts it ten seconds later')
    .addOption(json())
    .action(async (id: string, options: { json?: boolean }) => {
      await withAdministration((administration) => administration.revokeKey(id));
      print(options, { id, revoked: true }, [`revoked ${id}`]);
    });

  program.addCommand(importCommand());
  program
    .command('mappings')
    .argument('[name]', 'print this one, as YAML')
    .description('the ready mappings of import')
    .action((name: string | undefined) => {
      process.stdout.write(name === undefined ? `${Object.keys(READY_MAPPINGS).join('\n')}\n` : readyMapping(name));
    });
  return program;
}

interface SetOptions extends Partial<Pick<App, 'eventLimits' | 'readLimits'>> {
  readonly slug: string;
  readonly json?: boolean;
}

interface CreateKeyOptions {
  readonly app: string;
  readonly name: string;
  readonly type: ApiKeyType;
  readonly expires?: number;
  readonly limit?: Limits;
  readonly readLimit?: Limits;
  readonly json?: boolean;
}

const describeApp = ({ id, slug, name, ...limits }: App) => ({ id, slug, name, ...describeLimits(limits) });

const appLine = (app: App): string => `${app.id}  ${app.slug}  ${app.name}${limitsText(describeLimits(app))}`;

function millisOf(text: string): number {
  const instant = parseInstant(text);
  if (instant === null) throw new InvalidArgumentError('expected a date or an instant, such as 2027-01-01');
  return millisOfInstant(instant);
}

const isoOf = (millis: number | null): string | null => (millis === null ? null : new Date(millis).toISOString());

/** All of a key but its hash. */
function describeKey(key: ApiKey) {
  return {
    id: key.id,
    app: key.app.slug,
    name: key.name,
    type: key.type,
    prefix: key.prefix,
    createdAt: isoOf(key.createdAt),
    expiresAt: isoOf(key.expiresAt),
    revokedAt: isoOf(key.revokedAt),
    lastUsedAt: isoOf(key.lastUsedAt),
    ...describeLimits(key),
  } satisfies Record<Exclude<keyof ApiKey, 'sha256' | 'eventLimits' | 'readLimits'>, unknown>;
}

function stateOf(key: ReturnType<typeof describeKey>): string {
  if (key.revokedAt !== null) return `revoked ${key.revokedAt}`;
  if (key.expiresAt !== null) return `expires ${key.expiresAt}`;
  return 'valid';
}

function print(options: { json?: boolean | undefined }, value: unknown, lines: string[]): void {
  const text = options.json === true ? JSON.stringify(value) : lines.join('\n');
  process.stdout.write(text === '' ? '' : `${text}\n`);
}

const withAdministration = <T>(work: (administration: KeyAdministration) => Promise<T>): Promise<T> =>
  withService((service) => work(service.get(KeyAdministration)));

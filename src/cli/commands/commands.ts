import { Command, InvalidArgumentError, Option } from 'commander';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import type { ApiKey, ApiKeyType } from '../../api-keys/domain/api-key.ts';
import { loadConfig } from '../../config.ts';
import { millisOfInstant, parseInstant } from '../../../libs/time/instant.ts';
import { importCommand } from '../import/import-command.ts';
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
      print(options, app, [`${app.id}  ${app.slug}  ${app.name}`]);
    });
  apps
    .command('list')
    .addOption(json())
    .action(async (options: { json?: boolean }) => {
      const all = await withAdministration((administration) => administration.listApps());
      print(
        options,
        all,
        all.map((app) => `${app.id}  ${app.slug}  ${app.name}`),
      );
    });

  const keys = program.command('keys').description('the API keys of an app');
  keys
    .command('create')
    .description('create a key and print it: this once, and the key alone')
    .requiredOption('--app <slug>', 'whose key it is')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(new Option('--type <type>', 'agent keys are for servers').choices(['agent', 'public']).default('agent'))
    .option('--expires <instant>', 'a date or an instant, such as 2027-01-01', millisOf)
    .addOption(json())
    .action(async (options: { app: string; name: string; type: ApiKeyType; expires?: number; json?: boolean }) => {
      const { key, secret } = await withAdministration((administration) =>
        administration.createKey(options.app, options.name, options.type, options.expires ?? null),
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
        all.map((key) => `${key.id}  ${key.prefix}…  ${key.type}  ${stateOf(key)}  ${key.name}`),
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
  return program;
}

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
  } satisfies Record<Exclude<keyof ApiKey, 'sha256'>, unknown>;
}

function stateOf(key: ReturnType<typeof describeKey>): string {
  if (key.revokedAt !== null) return `revoked ${key.revokedAt}`;
  if (key.expiresAt !== null) return `expires ${key.expiresAt}`;
  return 'valid';
}

function print(options: { json?: boolean }, value: unknown, lines: string[]): void {
  const text = options.json === true ? JSON.stringify(value) : lines.join('\n');
  process.stdout.write(text === '' ? '' : `${text}\n`);
}

const withAdministration = <T>(work: (administration: KeyAdministration) => Promise<T>): Promise<T> =>
  withService((service) => work(service.get(KeyAdministration)));

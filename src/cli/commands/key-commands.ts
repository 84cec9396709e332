import { Command, InvalidArgumentError, Option } from 'commander';
import { millisOfInstant, parseInstant } from '../../../libs/time/instant.ts';
import type { ApiKey, ApiKeyType } from '../../api-keys/domain/api-key.ts';
import { jsonOption, print, type Printed } from './print.ts';
import { describeLimits, limitsText, rateLimitOption, type Limits } from './rate-limit-option.ts';
import { withAdministration } from './with-administration.ts';

interface CreateOptions extends Printed {
  readonly app: string;
  readonly name: string;
  readonly type: ApiKeyType;
  readonly expires?: number;
  readonly limit?: Limits;
  readonly readLimit?: Limits;
}

export function keyCommands(): Command {
  const keys = new Command('keys').description('the API keys of an app');
  keys
    .command('create')
    .description('create a key and print it: this once, and the key alone')
    .requiredOption('--app <slug>', 'whose key it is')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(new Option('--type <type>', 'agent keys are for servers').choices(['agent', 'public']).default('agent'))
    .option('--expires <instant>', 'a date or an instant, such as 2027-01-01', millisOf)
    .addOption(rateLimitOption('--limit', 'events of this key'))
    .addOption(rateLimitOption('--read-limit', 'units of all its other requests'))
    .addOption(jsonOption())
    .action(async (options: CreateOptions) => {
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
    .description('list the keys of an app, the oldest first')
    .requiredOption('--app <slug>', 'whose keys')
    .addOption(jsonOption())
    .action(async (options: { app: string } & Printed) => {
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
    .addOption(jsonOption())
    .action(async (id: string, options: Printed) => {
      await withAdministration((administration) => administration.revokeKey(id));
      print(options, { id, revoked: true }, [`revoked ${id}`]);
    });
  return keys;
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
    replacedBy: key.replacedBy,
    ...describeLimits(key),
  } satisfies Record<Exclude<keyof ApiKey, 'sha256' | 'eventLimits' | 'readLimits'>, unknown>;
}

function stateOf(key: ReturnType<typeof describeKey>): string {
  if (key.revokedAt !== null) return `revoked ${key.revokedAt}`;
  if (key.expiresAt !== null) return `expires ${key.expiresAt}`;
  return 'valid';
}

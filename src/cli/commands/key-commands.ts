import { Command, Option } from 'commander';
import type { ApiKey, ApiKeyType } from '../../api-keys/domain/api-key.ts';
import type { Scopes } from '../../platform/access/scopes.ts';
import { OperatorError } from '../error-message.ts';
import { given } from './given.ts';
import { describeKey, isoOf, keyLines } from './key-description.ts';
import { millisOf } from './instant-option.ts';
import { expiryOf, graceOf } from './key-options.ts';
import { jsonOption, print, tell, type Printed } from './print.ts';
import { rateLimitOption, type Given, type Limits } from './rate-limit-option.ts';
import { scopesOption } from './scopes-option.ts';
import { withAdministration } from './with-administration.ts';

interface CreateOptions extends Printed {
  readonly app: string;
  readonly name: string;
  readonly type: ApiKeyType;
  readonly expires?: number;
  readonly limit?: Given<Limits>;
  readonly readLimit?: Given<Limits>;
  readonly scopes?: Given<Scopes>;
}

interface SetOptions extends Printed {
  readonly name?: string;
  readonly expires?: Given<number | null>;
  readonly limit?: Given<Limits>;
  readonly readLimit?: Given<Limits>;
  readonly scopes?: Given<Scopes>;
}

interface RotateOptions extends Printed {
  readonly grace: number;
  readonly expires?: Given<number | null>;
}

const ID = 'the id that "keys list" shows';
const INSTANT = 'a date or an instant, such as 2027-01-01';
/** A use is noted once a minute at most, so that this is minutes and not seconds. */
const RECENTLY_MS = 600_000;

export function keyCommands(): Command {
  return new Command('keys')
    .description('the API keys of an app')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(setCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

const createCommand = (): Command =>
  new Command('create')
    .description('create a key and print it: this once, and the key alone')
    .requiredOption('--app <slug>', 'whose key it is')
    .requiredOption('--name <name>', 'what it is for')
    .addOption(new Option('--type <type>', 'agent keys are for servers').choices(['agent', 'public']).default('agent'))
    .option('--expires <instant>', INSTANT, millisOf)
    .addOption(scopesOption())
    .addOption(rateLimitOption('--limit', 'events of this key'))
    .addOption(rateLimitOption('--read-limit', 'units of all its other requests'))
    .addOption(jsonOption())
    .action(async (options: CreateOptions) => {
      const { key, secret } = await withAdministration(options, (administration) =>
        administration.createKey(options.app, options.name, options.type, options.expires ?? null, {
          eventLimits: options.limit?.value ?? null,
          readLimits: options.readLimit?.value ?? null,
          ...given({ scopes: options.scopes?.value }),
        }),
      );
      print(options, { ...describeKey(key), key: secret }, [secret]);
    });

const listCommand = (): Command =>
  new Command('list')
    .description('list the keys of an app, the oldest first')
    .requiredOption('--app <slug>', 'whose keys')
    .addOption(jsonOption())
    .action(async (options: { app: string } & Printed) => {
      const all = await withAdministration(options, (administration) => administration.listKeys(options.app));
      print(options, all.map(describeKey), keyLines(all, Date.now()));
    });

const setCommand = (): Command =>
  new Command('set')
    .argument('<id>', ID)
    .description('change settings of a key, seen within ten seconds')
    .option('--name <name>', 'what it is for')
    .option('--expires <instant>', `${INSTANT}; never`, expiryOf)
    .addOption(scopesOption())
    .addOption(rateLimitOption('--limit', 'events of this key'))
    .addOption(rateLimitOption('--read-limit', 'units of all its other requests'))
    .addOption(jsonOption())
    .action(async (id: string, { json, name, expires, scopes, limit, readLimit }: SetOptions) => {
      const settings = given({
        ...{ name, expiresAt: expires?.value, scopes: scopes?.value },
        ...{ eventLimits: limit?.value, readLimits: readLimit?.value },
      });
      if (Object.keys(settings).length === 0)
        throw new OperatorError('Say what to change: --name, --expires, --scopes, --limit or --read-limit');
      const key = await withAdministration({ json }, (administration) => administration.setKey(id, settings));
      print({ json }, describeKey(key), keyLines([key], Date.now(), false));
    });

const rotateCommand = (): Command =>
  new Command('rotate')
    .argument('<id>', ID)
    .description('create a key in the place of one, and print it: this once, and the key alone')
    .addOption(
      new Option('--grace <duration>', 'how long the old key goes on working, PT0S to P30D')
        .argParser(graceOf)
        .default(graceOf('PT24H'), 'PT24H'),
    )
    .option(
      '--expires <instant>',
      `of the new key: ${INSTANT}; never (default: after the lifetime of the old one)`,
      expiryOf,
    )
    .addOption(jsonOption())
    .action(async (id: string, options: RotateOptions) => {
      const { key, secret, old } = await withAdministration(options, (administration) =>
        administration.rotateKey(id, options.grace, options.expires?.value),
      );
      const about = { replaces: id, oldKeyEndsAt: isoOf(old.revokedAt ?? old.expiresAt) };
      print(options, { ...describeKey(key), ...about, key: secret }, [secret]);
      tell(options, rotationLine(key, old));
    });

const revokeCommand = (): Command =>
  new Command('revoke')
    .argument('<id>', ID)
    .description('end a key: no instance accepts it ten seconds later')
    .addOption(jsonOption())
    .action(async (id: string, options: Printed) => {
      const before = await withAdministration(options, (administration) => administration.revokeKey(id));
      if (wasJustUsed(before)) process.stderr.write(`${useWarning(before)}\n`);
      print(options, { id, revoked: true }, [`revoked ${id}`]);
    });

function rotationLine(key: ApiKey, old: ApiKey): string {
  const end = old.revokedAt === null ? `works until ${isoOf(old.expiresAt)}` : 'is revoked';
  const expiry = key.expiresAt === null ? 'never expires' : `expires at ${isoOf(key.expiresAt)}`;
  return `The old key ${old.id} ${end}; the new one is ${key.id}, and ${expiry}.`;
}

const wasJustUsed = ({ revokedAt, lastUsedAt }: ApiKey): boolean =>
  revokedAt === null && lastUsedAt !== null && Date.now() - lastUsedAt < RECENTLY_MS;

const useWarning = ({ lastUsedAt }: ApiKey): string =>
  `Warning: this key was in use at ${isoOf(lastUsedAt)}, less than 10 minutes ago. Whoever has it is refused now; ` +
  'next time "keys rotate" leaves time to change it.';

import { existsSync, writeFileSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { Command } from 'commander';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import type { App } from '../../api-keys/domain/api-key.ts';
import { EventTypes } from '../../event-types/application/event-types.ts';
import { countDifferences, rulesOf, setTag, type Rules } from '../../event-types/domain/rule-set.ts';
import { OperatorError } from '../error-message.ts';
import { operator } from '../operator.ts';
import { withService } from '../with-service.ts';
import { diffLines, differencesOfRules, differencesText } from './event-types-diff.ts';
import { readRulesFile, rulesText } from './event-types-file.ts';
import { isoOf } from './key-description.ts';
import { jsonOption, print, tell, type Printed } from './print.ts';
import { tableLines } from './table.ts';

interface FileOptions extends Printed {
  readonly app: string;
}

const TYPES_AT_ONCE = 500;

export const eventTypesCommands = (): Command =>
  new Command('event-types')
    .description('the event types of an app, and how their events are displayed')
    .addCommand(listCommand())
    .addCommand(pullCommand())
    .addCommand(pushCommand());

const listCommand = (): Command =>
  new Command('list')
    .description('list the types that were seen, by name')
    .requiredOption('--app <slug>', 'whose types')
    .addOption(jsonOption())
    .action(async (options: FileOptions) => {
      const { types, hadMore } = await withService(options, listTypes(options.app));
      const shown = types.map(({ type, firstSeenAt }) => ({ type, firstSeenAt: isoOf(firstSeenAt) }));
      const rows = shown.map(({ type, firstSeenAt }) => [type, String(firstSeenAt)]);
      print(options, { app: options.app, types: shown, more: hadMore }, tableLines(['TYPE', 'FIRST SEEN'], rows));
      if (hadMore) tell(options, `${options.app} has had more types than the ${types.length} that are kept`);
    });

const pullCommand = (): Command =>
  new Command('pull')
    .argument('<file>', 'a YAML file, which belongs into your repository')
    .description('write the rules of an app to a file')
    .requiredOption('--app <slug>', 'whose rules')
    .option('--overwrite', 'also a file that says something else; its comments are lost')
    .addOption(jsonOption())
    .action(async (file: string, options: FileOptions & { readonly overwrite?: boolean }) => {
      const { texts } = await withService(options, async (service) =>
        service.get(EventTypes).all((await appOf(service, options.app)).id),
      );
      const rules = rulesOf(texts);
      const written = writeRules(file, rules, options.overwrite === true);
      const line = written ? `${rules.size} rules of ${options.app} are in ${file}` : `${file} says this already`;
      print(options, { app: options.app, file, rules: rules.size, written }, [line]);
    });

const pushCommand = (): Command =>
  new Command('push')
    .argument('<file>', 'a YAML file, as pull writes it')
    .description('make the rules of an app those of a file, and print what differs; the file stays as it is')
    .requiredOption('--app <slug>', 'whose rules')
    .option('--dry-run', 'only print what differs, and change nothing')
    .addOption(jsonOption())
    .action(async (file: string, options: FileOptions & { readonly dryRun?: boolean }) => {
      const { dryRun = false } = options;
      const wanted = readRulesFile(file);
      const { before } = await withService(options, pushRules(options.app, wanted, dryRun));
      const differences = differencesOfRules(before, wanted);
      print(options, { app: options.app, dryRun, ...differences }, diffLines(before, wanted));
      const isSame = countDifferences(differences) === 0;
      if (isSame) tell(options, `Nothing differs: ${options.app} has these ${wanted.size} rules`);
      else tell(options, `${differencesText(differences)}${dryRun ? '; nothing was changed (--dry-run)' : ''}`);
    });

const appOf = (service: INestApplicationContext, slug: string): Promise<App> =>
  service.get(KeyAdministration).appOf(slug);

const listTypes = (slug: string) => async (service: INestApplicationContext) => {
  const { id } = await appOf(service, slug);
  const types = [];
  for (let after = ''; ;) {
    const page = await service.get(EventTypes).page(id, after, TYPES_AT_ONCE);
    types.push(...page.types);
    if (page.next === null) return { types, hadMore: page.hadMore };
    after = page.next;
  }
};

/** @throws {OperatorError} also where somebody changes a rule in between. */
const pushRules = (slug: string, wanted: Rules, dryRun: boolean) => async (service: INestApplicationContext) => {
  const { id } = await service.get(KeyAdministration).appToWriteTo(slug);
  const present = await service.get(EventTypes).all(id);
  if (!dryRun) {
    await service
      .get(EventTypes)
      .replaceAll(id, wanted, { isOneOf: [setTag(present)] }, operator())
      .catch((error: unknown) => {
        throw refusalOf(error);
      });
  }
  return { before: rulesOf(present.texts) };
};

function refusalOf(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.kind === 'unavailable') return error;
  if (error.kind === 'precondition-failed')
    return new OperatorError('Nothing was changed: somebody changed a rule in the meantime; run it again');
  return new OperatorError(`Nothing was changed: ${error.message} ${JSON.stringify(error.details ?? {})}`);
}

/**
 * Returns false where the file says the same already: then its comments stay.
 *
 * @throws {OperatorError} where it says something else and may not be overwritten, or cannot be written.
 */
function writeRules(file: string, rules: Rules, mayOverwrite: boolean): boolean {
  if (existsSync(file) && !mayOverwrite) {
    const present = readRulesFile(file);
    if (countDifferences(differencesOfRules(present, rules)) === 0) return false;
    throw new OperatorError(`${file} says something else and was left as it is: name another file, or add --overwrite`);
  }
  try {
    writeFileSync(file, rulesText(rules));
    return true;
  } catch (error) {
    throw new OperatorError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}): name another one`);
  }
}

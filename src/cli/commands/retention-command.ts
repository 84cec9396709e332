import { Command } from 'commander';
import type { INestApplicationContext } from '@nestjs/common';
import { formatKeep, keptWithoutRule, withRule, type RetentionRules } from '../../../libs/retention/retention-rules.ts';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import type { App } from '../../api-keys/domain/api-key.ts';
import { Purge, type PastEvents } from '../../customer-events/application/purge.ts';
import type { PurgeRun } from '../../customer-events/domain/purge.ts';
import { OperatorError } from '../error-message.ts';
import { operator } from '../operator.ts';
import { withService } from '../with-service.ts';
import { requireConfirmed, type Confirmation } from './confirmed.ts';
import { isoOf } from './key-description.ts';
import { wholeNumber } from './number-option.ts';
import { jsonOption, print, tell, type Printed } from './print.ts';
import type { Given } from './rate-limit-option.ts';
import { keepOption, typeOption, type Keep } from './retention-options.ts';
import { tableLines } from './table.ts';

interface RetentionOptions extends Printed {
  readonly app: string;
  readonly type?: string;
  readonly keep?: Given<Keep>;
  readonly dryRun?: boolean;
  readonly confirm?: string;
  readonly within: number;
}

/** What is to be set. */
interface Wanted extends RetentionOptions {
  readonly type: string;
  readonly keep: Given<Keep>;
}

export const retentionCommand = (): Command =>
  new Command('retention')
    .description('how long the events of an app are kept, by type; with --type and --keep it is set')
    .requiredOption('--app <slug>', 'whose events')
    .addOption(typeOption())
    .addOption(keepOption())
    .option('--dry-run', 'only count what is past it, and change nothing')
    .option('--confirm <slug>', 'the slug of the app once more, instead of typing it')
    .option('--within <seconds>', 'when the count of what is past it ends', wholeNumber(1, 3_600), 10)
    .addOption(jsonOption())
    .action((options: RetentionOptions) => (isWanted(options) ? set(options) : list(options)));

/** @throws {OperatorError} where only a part of it was said. */
function isWanted(options: RetentionOptions): options is Wanted {
  const { type, keep, dryRun, confirm } = options;
  if (type !== undefined && keep !== undefined) return true;
  if (type !== undefined)
    throw new OperatorError(`--type ${type} needs --keep: how long, such as --keep P90D, forever or default`);
  if (keep !== undefined || dryRun === true || confirm !== undefined)
    throw new OperatorError(
      "--keep, --dry-run and --confirm need --type: of which types, such as --type 'page.*' or '*'",
    );
  return false;
}

async function list(options: RetentionOptions): Promise<void> {
  const { app, run } = await withService(options, async (service) => {
    const app = await service.get(KeyAdministration).appOf(options.app);
    return { app, run: await service.get(Purge).lastRun(app.id) };
  });
  print(options, { ...describe(app.slug, app.retention), purge: describeRun(run) }, ruleLines(app.retention));
  if (app.retention.length === 0) tell(options, `All events of ${app.slug} are kept for ever`);
  else tell(options, runText(run));
}

async function set(options: Wanted): Promise<void> {
  const { dryRun = false } = options;
  const { app, past } = await withService(options, async (service) => {
    const administration = service.get(KeyAdministration).as(operator());
    const present = await administration.appToWriteTo(options.app);
    const past = await countPast(service, present, options);
    tell(options, pastText(options, past));
    if (dryRun) return { app: { ...present, retention: rulesOf(present, options) }, past };
    if (options.keep.value !== null) await requireConfirmed(changeOf(present.slug), options.confirm);
    return { app: await administration.setRetention(options.app, options.type, options.keep.value), past };
  });
  const { events, isComplete } = past;
  const result = { ...describe(app.slug, app.retention), dryRun, past: { events, counted: isComplete } };
  print(options, result, ruleLines(app.retention));
}

const changeOf = (slug: string): Confirmation => ({
  name: slug,
  question: `Events of the app "${slug}" that are past this are deleted within an hour or two, for good. Type its slug: `,
  refusal: 'Nothing was changed',
  nameIs: 'the slug',
});

const rulesOf = ({ retention }: App, { type, keep }: Wanted): RetentionRules => withRule(retention, type, keep.value);

/** What the rule makes deletable: where it only goes, that is by the next wider one. */
function countPast(service: INestApplicationContext, app: App, options: Wanted): Promise<PastEvents> {
  const end = performance.now() + options.within * 1_000;
  const { type, keep } = options;
  const effective = keep.value === undefined ? keptWithoutRule(app.retention, type) : keep.value;
  const retention = withRule(app.retention, type, effective ?? null);
  return service.get(Purge).countPast({ id: app.id, retention }, type, () => performance.now() < end);
}

function pastText({ app, type, within }: Wanted, { events, customers, isComplete }: PastEvents): string {
  const whose = `of the ${type} events of ${app}`;
  if (isComplete) return `${events} ${whose} are past it now`;
  return `At least ${events} ${whose} are past it now: within ${within} s (--within) only ${customers} customers were looked at`;
}

const describe = (app: string, rules: RetentionRules) => ({
  app,
  retention: rules.map(({ pattern, keep }) => ({ type: pattern, keep: formatKeep(keep) })),
});

const ruleLines = (rules: RetentionRules): string[] =>
  tableLines(
    ['TYPE', 'KEEP'],
    rules.map(({ pattern, keep }) => [pattern, formatKeep(keep)]),
  );

const describeRun = (run: PurgeRun | null) =>
  run === null
    ? null
    : { startedAt: isoOf(run.startedAt), finishedAt: isoOf(run.finishedAt), deletedEvents: run.deleted };

function runText(run: PurgeRun | null): string {
  if (run === null) return 'Nothing has been purged yet';
  const { startedAt, finishedAt, deleted } = run;
  const state = finishedAt === null ? 'has not come to its end' : `ended at ${isoOf(finishedAt)}`;
  return `The last purge began at ${isoOf(startedAt)}, ${state}, and deleted ${deleted} events`;
}

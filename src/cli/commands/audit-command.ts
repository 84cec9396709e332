import { Command, Option } from 'commander';
import type { INestApplicationContext } from '@nestjs/common';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import { AppAudit } from '../../audit/application/app-audit.ts';
import { AuditLog } from '../../audit/application/audit-log.ts';
import type { AuditQuery } from '../../audit/domain/audit-query.ts';
import { AUDIT_ACTIONS, type AuditAction, type AuditEntry } from '../../platform/audit/audit-entry.ts';
import { OperatorError } from '../error-message.ts';
import { withService } from '../with-service.ts';
import { millisOf } from './instant-option.ts';
import { wholeNumber } from './number-option.ts';
import { jsonOption, print, type Printed } from './print.ts';

const MAX_ENTRIES = 100_000;

interface AuditOptions extends Printed {
  readonly app?: string;
  readonly customer?: string;
  readonly action?: AuditAction[];
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
}

export const auditCommand = (): Command =>
  new Command('audit')
    .description('who did what: keys, apps, erasures, exports; the newest first')
    .option('--app <slug>', 'of this app only; of an app that was deleted, its id')
    .option('--customer <externalId>', 'about this customer of the app, also after its erasure')
    .addOption(new Option('--action <actions...>', 'only these').choices(AUDIT_ACTIONS))
    .option('--from <instant>', 'not before this date or instant', millisOf)
    .option('--to <instant>', 'before this date or instant', millisOf)
    .option('--limit <number>', `how many entries, up to ${MAX_ENTRIES}`, wholeNumber(1, MAX_ENTRIES), 100)
    .addOption(jsonOption())
    .action(async (options: AuditOptions) => {
      const { entries, slugs } = await withService(options, (service) => find(service, options));
      print(
        options,
        entries.map(describe),
        entries.map((entry) => lineOf(entry, slugs)),
      );
    });

async function find(service: INestApplicationContext, options: AuditOptions) {
  const apps = await service.get(KeyAdministration).listApps();
  const slugs = new Map(apps.map(({ id, slug }) => [id, slug]));
  const log = service.get(AuditLog);
  const entries: AuditEntry[] = [];
  for await (const entry of log.entries(queryOf(options, slugs, service.get(AppAudit)), options.limit)) {
    entries.push(entry);
  }
  if (entries.length === 0) requireKnown(options.app, slugs);
  return { entries, slugs };
}

/** A slug that nobody has, and no entry is about, is taken for a slip, and not for an app of which nothing is recorded. */
function requireKnown(app: string | undefined, slugs: ReadonlyMap<string, string>): void {
  if (app === undefined || slugs.has(app) || [...slugs.values()].includes(app)) return;
  throw new OperatorError(`There is no app "${app}", and no entry about one that had this id`);
}

function queryOf(options: AuditOptions, slugs: ReadonlyMap<string, string>, appAudit: AppAudit): AuditQuery {
  const { app, customer, action, from, to } = options;
  // An app that was deleted has no slug any more.
  const appId = app === undefined ? undefined : ([...slugs].find(([, slug]) => slug === app)?.[0] ?? app);
  if (customer === undefined) return { appId, actions: action, from, to };
  if (appId === undefined) throw new OperatorError('--customer needs --app: an external id is known in its app only');
  return { appId, actions: action, from, to, customers: appAudit.pseudonymsOf(appId, customer) };
}

const describe = ({ at, ...entry }: AuditEntry) => ({ at: new Date(at).toISOString(), ...entry });

/** Time, app, who, what, and to what. */
function lineOf(
  { at, appId, actor, action, customer, subject, count, details }: AuditEntry,
  slugs: ReadonlyMap<string, string>,
): string {
  const more = [
    customer === null ? [] : [`customer ${customer}`],
    subject === null ? [] : [subject],
    count === null ? [] : [`${count} ${action === 'customer.read.bulk' ? 'requests' : 'events'}`],
    Object.entries(details ?? {}).map(([name, value]) => `${name} ${value ?? 'none'}`),
    actor.requestId === null ? [] : [`request ${actor.requestId}`],
  ];
  const who = `${actor.kind} ${actor.id}`;
  return [new Date(at).toISOString(), slugs.get(appId) ?? appId, who, action, ...more.flat()].join('  ');
}

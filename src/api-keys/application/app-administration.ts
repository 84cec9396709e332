import type { Clock } from '../../../libs/kernel/clock.ts';
import { randomId } from '../../../libs/kernel/ids.ts';
import { formatKeep, KEEP_ALL, MAX_RETENTION_RULES, withRule } from '../../../libs/retention/retention-rules.ts';
import type { CalendarPeriod } from '../../../libs/time/calendar-period.ts';
import { auditEntry, type Actor, type AuditEntry, type AuditFields } from '../../platform/audit/audit-entry.ts';
import { APP_SLUG_PATTERN, type App } from '../domain/api-key.ts';
import { AdministrationError } from './administration-error.ts';
import { parseEmbedOrigins } from '../domain/embed-origins.ts';
import type { ApiKeyStore, AppChange, NewKey } from './api-key-store.port.ts';
import { changedDetails, requireName } from './changed-settings.ts';
import { newPageKey, type Creation } from './new-key.ts';

/** Settings of an app that an operator may change; those that are not given stay. */
export type AppSettings = Partial<Pick<App, 'slug' | 'name' | 'eventLimits' | 'readLimits'>>;

/** Who does something where nobody said so: tests, and programs that call the service in their own process. */
const UNNAMED: Actor = { kind: 'operator', id: 'unnamed', requestId: null };

/** What operators do with apps. Every method throws SERVICE_UNAVAILABLE where the database is away. */
export abstract class AppAdministration {
  protected actor: Actor = UNNAMED;

  constructor(
    protected readonly store: ApiKeyStore,
    protected readonly clock: Clock,
  ) {}

  /**
   * Creates an app, and the public key by which its agent page is opened.
   *
   * @throws {AdministrationError} for a slug that is malformed or taken, and for a name that is none.
   */
  async createApp(slug: string, name: string): Promise<App> {
    const { app, entry, pageKey } = this.newApp(slug, name);
    if (!(await this.store.addApp(app, entry, [pageKey]))) throw slugTaken(slug);
    return app;
  }

  listApps(): Promise<App[]> {
    return this.store.listApps();
  }

  /**
   * Sets limits that all keys of an app share; those that are not given stay.
   *
   * @throws {AdministrationError}
   */
  setAppLimits(appSlug: string, limits: Pick<AppSettings, 'eventLimits' | 'readLimits'>): Promise<App> {
    return this.setApp(appSlug, limits);
  }

  /**
   * Sets which sites may show the pages of an app in a frame, in place of those that were set before.
   *
   * @param texts origins as people write them; none: no site may.
   * @throws {AdministrationError} that names every text which is no origin.
   */
  async setEmbedOrigins(appSlug: string, texts: readonly string[]): Promise<App> {
    const parsed = parseEmbedOrigins(texts);
    if ('problems' in parsed) throw new AdministrationError(parsed.problems.join('\n'));
    const { origins } = parsed;
    return this.changeApp(appSlug, (app) => {
      requireNotBeingDeleted(app);
      const [list, before] = [origins, app.embedOrigins].map(originsText);
      if (list === before) return null;
      const details = { embedOrigins: list as string, embedOriginsBefore: before as string };
      return {
        app: { ...app, embedOrigins: origins },
        entry: this.entry({ appId: app.id, action: 'origins.set', details }),
      };
    });
  }

  /**
   * Gives an app another name, another slug, or both. Its keys stay as they are.
   *
   * @throws {AdministrationError}
   */
  async renameApp(appSlug: string, names: Pick<AppSettings, 'slug' | 'name'>): Promise<App> {
    if (names.slug !== undefined) requireSlug(names.slug);
    if (names.name !== undefined) requireName('An app', names.name);
    return this.setApp(appSlug, names);
  }

  /**
   * Sets how long events are kept whose type matches a pattern. What is past it is refused by all instances within ten
   * seconds, and deleted by the next purge.
   *
   * @param pattern a type, a prefix such as `page.*`, or `*`.
   * @param keep null: for ever; undefined: as long as the next wider rule says.
   * @throws {AdministrationError}
   */
  setRetention(appSlug: string, pattern: string, keep: CalendarPeriod | null | undefined): Promise<App> {
    return this.changeApp(appSlug, (app) => {
      requireNotBeingDeleted(app);
      const before = app.retention.find((rule) => rule.pattern === pattern);
      const [kept, keptBefore] = [keep, before?.keep].map(keepText);
      if (kept === keptBefore) return null;
      const retention = withRule(app.retention, pattern, keep);
      if (retention.length > MAX_RETENTION_RULES)
        throw new AdministrationError(
          `The app "${appSlug}" has ${MAX_RETENTION_RULES} retention rules already, and may not have more; --keep default removes one`,
        );
      const details = { type: pattern, keep: kept as string, keptBefore: keptBefore as string };
      return { app: { ...app, retention }, entry: this.entry({ appId: app.id, action: 'retention.changed', details }) };
    });
  }

  /**
   * Refuses all keys of an app, until it is resumed. One that is suspended already stays so since that time.
   *
   * @throws {AdministrationError}
   */
  suspendApp(appSlug: string): Promise<App> {
    return this.changeApp(appSlug, (app) =>
      app.suspendedAt === null
        ? {
            app: { ...app, suspendedAt: this.clock.now() },
            entry: this.entry({ appId: app.id, action: 'app.suspended' }),
          }
        : null,
    );
  }

  /** @throws {AdministrationError} also for an app that is being deleted. */
  resumeApp(appSlug: string): Promise<App> {
    return this.changeApp(appSlug, (app) => {
      requireNotBeingDeleted(app);
      if (app.suspendedAt === null) return null;
      return { app: { ...app, suspendedAt: null }, entry: this.entry({ appId: app.id, action: 'app.resumed' }) };
    });
  }

  /**
   * The first step of a deletion, which cannot be taken back: the app is suspended for good. A deletion that has begun
   * goes on.
   *
   * @throws {AdministrationError}
   */
  beginDeletion(appSlug: string): Promise<App> {
    return this.changeApp(appSlug, (app) => {
      if (app.deletionStartedAt !== null) return null;
      const now = this.clock.now();
      const entry = this.entry({ appId: app.id, action: 'app.suspended', details: { for: 'deletion' } });
      return { app: { ...app, suspendedAt: app.suspendedAt ?? now, deletionStartedAt: now }, entry };
    });
  }

  /**
   * The last step of a deletion: the app and its keys. What the entry in the audit trail says stays.
   *
   * @param erased what was erased of it before.
   */
  async finishDeletion(app: App, erased: { readonly customers: number; readonly events: number }): Promise<void> {
    const { id: appId, slug, name } = app;
    const details = { slug, name, customers: String(erased.customers) };
    await this.store.removeApp(appId, this.entry({ appId, action: 'app.deleted', count: erased.events, details }));
  }

  /** @throws {AdministrationError} */
  async appOf(slug: string): Promise<App> {
    const app = await this.store.findApp(slug);
    if (app === null) throw unknownApp(slug);
    return app;
  }

  /** The same, for who adds customers or events. @throws {AdministrationError} also for an app that is being deleted. */
  async appToWriteTo(slug: string): Promise<App> {
    const app = await this.appOf(slug);
    requireNotBeingDeleted(app);
    return app;
  }

  /**
   * Records that somebody takes all data of an app out of the service: before it begins, so that none goes unrecorded.
   *
   * @throws {AdministrationError}
   */
  recordExport(appSlug: string): Promise<App> {
    return this.changeApp(appSlug, (app) => ({ app, entry: this.entry({ appId: app.id, action: 'app.exported' }) }));
  }

  /** @throws {AdministrationError} */
  protected newApp(slug: string, name: string): { app: App; entry: AuditEntry; pageKey: NewKey } {
    requireSlug(slug);
    requireName('An app', name);
    const app: App = {
      id: randomId(),
      slug,
      name,
      eventLimits: null,
      readLimits: null,
      retention: KEEP_ALL,
      createdAt: this.clock.now(),
      suspendedAt: null,
      deletionStartedAt: null,
      embedOrigins: [],
    };
    const entry = this.entry({ appId: app.id, action: 'app.created', details: { slug, name } });
    return { app, entry, pageKey: newPageKey(app, this.creation()) };
  }

  /** In whose name keys are created now. */
  protected creation(): Creation {
    return { actor: this.actor, at: this.clock.now() };
  }

  protected entry(fields: Omit<AuditFields, 'actor'>): AuditEntry {
    return auditEntry(this.clock.now(), { ...fields, actor: this.actor });
  }

  private setApp(appSlug: string, settings: AppSettings): Promise<App> {
    return this.changeApp(appSlug, (app) => {
      requireNotBeingDeleted(app);
      const details = changedDetails(app, settings);
      if (details === null) return null;
      return { app: { ...app, ...settings }, entry: this.entry({ appId: app.id, action: 'app.changed', details }) };
    });
  }

  private async changeApp(appSlug: string, decide: (present: App) => AppChange | null): Promise<App> {
    let wanted = appSlug;
    const app = await this.store.changeApp(appSlug, (present) => {
      const change = decide(present);
      wanted = change?.app.slug ?? appSlug;
      return change;
    });
    if (app === 'unknown app') throw unknownApp(appSlug);
    if (app === 'slug taken') throw slugTaken(wanted);
    return app;
  }
}

/** @throws {AdministrationError} for an app of which soon nothing is left. */
export function requireNotBeingDeleted({ slug, deletionStartedAt }: App): void {
  if (deletionStartedAt === null) return;
  throw new AdministrationError(`The app "${slug}" is being deleted; "apps delete --slug ${slug}" goes on with it`);
}

const keepText = (keep: CalendarPeriod | null | undefined): string =>
  keep === undefined ? 'default' : formatKeep(keep);

const originsText = (origins: readonly string[]): string => (origins.length === 0 ? 'none' : origins.join(','));

const unknownApp = (slug: string): Error => new AdministrationError(`There is no app "${slug}"`);

const slugTaken = (slug: string): Error => new AdministrationError(`There is an app "${slug}" already`);

function requireSlug(slug: string): void {
  if (APP_SLUG_PATTERN.test(slug)) return;
  throw new AdministrationError('A slug has 1 to 63 of a-z, 0-9 and "-", and neither begins nor ends with "-"');
}

import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { AuditLog } from '../audit/application/audit-log.ts';
import { KeyAdministration } from '../api-keys/application/key-administration.ts';
import { Purge } from '../customer-events/application/purge.ts';
import { ErasedIds } from '../customer-events/application/erased-ids.ts';
import { EmbedSessions } from '../embed/application/embed-sessions.ts';
import { Clock } from '../../libs/kernel/clock.ts';
import { describeError } from '../platform/log/describe-error.ts';

/** The injection token of {@link Retention}. */
export const RETENTION = 'RETENTION';

/** How long what outlives customers is kept, in days; 0: for ever. */
export interface Retention {
  readonly erasedIdsDays: number;
  readonly auditDays: number;
}

/** For which an embed session that is over is still listed. */
const SESSION_DAYS = 7;
const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The purge of a run: a long one goes on an hour later, so that the rest is done every hour. */
const PURGE_MS = 2_700_000;

/**
 * What has to be done from time to time: what has been kept for long enough is deleted, and what was kept without a
 * secret is replaced. Each instance does it, in small parts; two that do it at once do each part once.
 */
@Injectable()
export class Maintenance implements OnApplicationShutdown {
  private readonly logger = new Logger(Maintenance.name);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly erasedIds: ErasedIds,
    private readonly audit: AuditLog,
    private readonly administration: KeyAdministration,
    private readonly purge: Purge,
    private readonly sessions: EmbedSessions,
    private readonly clock: Clock,
    @Inject(RETENTION) private readonly retention: Retention,
  ) {}

  /** Now, and once an hour. */
  start(): void {
    if (this.erasedIds.isUnkeyed) {
      this.logger.warn(
        'ERASURE_SECRET is not set: who can read the database can find out which ids were erased. See docs/erasure.md',
      );
    }
    this.running = this.run();
    this.timer = setInterval(() => (this.running = this.running.then(() => this.run())), EVERY_MS).unref();
  }

  /** Does what there is to do, and tells of what fails: the next run does it. */
  async run(): Promise<void> {
    const { erasedIdsDays, auditDays } = this.retention;
    try {
      await this.erasedIds.noteUse();
      const replaced = await this.erasedIds.replaceUnkeyed(() => !this.stopped);
      const erasedIds = erasedIdsDays === 0 ? 0 : await this.deleteErasedIds(erasedIdsDays);
      const entries = auditDays === 0 || this.stopped ? 0 : await this.audit.deleteBefore(this.daysAgo(auditDays));
      const sessions = this.stopped ? 0 : await this.sessions.deleteRenewableBefore(this.daysAgo(SESSION_DAYS));
      const purgedEvents = this.stopped ? 0 : await this.purgeEvents();
      if (replaced + erasedIds + entries + sessions + purgedEvents > 0) {
        this.logger.log({
          msg: 'maintenance',
          replacedErasedIds: replaced,
          deletedErasedIds: erasedIds,
          deletedAuditEntries: entries,
          deletedSessions: sessions,
          purgedEvents,
        });
      }
    } catch (error) {
      if (!this.stopped)
        this.logger.warn({ msg: 'maintenance failed, and is tried again in an hour', ...describeError(error) });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private async purgeEvents(): Promise<number> {
    const end = performance.now() + PURGE_MS;
    const apps = await this.administration.listApps();
    const live = apps.filter(({ deletionStartedAt }) => deletionStartedAt === null);
    return this.purge.run(live, () => !this.stopped && performance.now() < end);
  }

  private deleteErasedIds(days: number): Promise<number> {
    return this.erasedIds.deleteErasedBefore(this.daysAgo(days), () => !this.stopped);
  }

  private daysAgo(days: number): number {
    return this.clock.now() - days * DAY_MS;
  }
}

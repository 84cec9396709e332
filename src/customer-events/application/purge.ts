import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { randomId } from '../../../libs/kernel/ids.ts';
import { auditEntry, type Actor, type AuditEntry } from '../../platform/audit/audit-entry.ts';
import {
  behindMs,
  dueRun,
  finishedRun,
  windowOfPattern,
  windowsOf,
  type PurgeRun,
  type PurgeWindow,
} from '../domain/purge.ts';
import type { ReceivingApp } from '../domain/retention.ts';
import type { TimelinePosition } from '../domain/timeline.ts';
import { PurgeCounts } from './purge-counts.ts';
import { findings } from './purge-findings.ts';
import {
  PurgeStore,
  RunTakenAway,
  type EventPosition,
  type PurgeCustomers,
  type PurgeFindings,
  type PurgePart,
  type RunChange,
} from './purge-store.port.ts';
import { WriteTurns } from '../../../libs/kernel/turns.ts';
import type { CustomerPosition } from '../domain/customer-position.ts';

/** An app whose events are purged. */
export interface PurgedApp extends ReceivingApp {
  readonly slug: string;
}

/** How many events are past their retention, as far as they were counted. */
export interface PastEvents {
  readonly events: number;
  /** How many customers were looked at. */
  readonly customers: number;
  /** False: it took too long, and there may be more. */
  readonly isComplete: boolean;
}

const SERVICE: Actor = { kind: 'service', id: 'purge', requestId: null };

/** After each part nothing is done for as long as it took: half of the time is left to others. */
const MIN_PAUSE_MS = 5;
const MAX_PAUSE_MS = 1_000;
/** A part that has its turn late had better wait than break off. */
const TURN_WAITS_MS = 60_000;

/** Deletes the events that are past their retention. */
@Injectable()
export class Purge {
  readonly counts = new PurgeCounts();
  private readonly logger = new Logger(Purge.name);
  private readonly holder = randomId();

  constructor(
    private readonly store: PurgeStore,
    private readonly writes: WriteTurns,
    private readonly clock: Clock,
  ) {}

  /**
   * Goes on with the run of each app that is due, or begins it. One that cannot be done now is tried again the next time;
   * the others are done nevertheless.
   *
   * @param apps all there are.
   * @param goOn asked before each part: where it says no, the run goes on the next time.
   * @returns how many events were deleted.
   */
  async run(apps: readonly PurgedApp[], goOn: () => boolean): Promise<number> {
    const began = performance.now();
    const before = this.counts.total;
    const withRules = apps.filter(({ retention }) => retention.length > 0);
    await this.forgetOthers(withRules);
    for (const app of withRules) if (goOn()) await this.purge(app, goOn);
    await this.noteBehind();
    this.counts.seconds += (performance.now() - began) / 1000;
    return this.counts.total - before;
  }

  /** The run of an app that is under way, or was the last one. @throws SERVICE_UNAVAILABLE */
  async lastRun(appId: string): Promise<PurgeRun | null> {
    return (await this.store.runs()).find((run) => run.appId === appId) ?? null;
  }

  /**
   * Counts what is past its retention now by the rule of one pattern: what the next run deletes of it.
   *
   * @param goOn asked before each part: where it says no, the count ends.
   * @throws SERVICE_UNAVAILABLE
   */
  async countPast({ id, retention }: ReceivingApp, pattern: string, goOn: () => boolean): Promise<PastEvents> {
    const window = windowOfPattern(retention, pattern, this.clock.now());
    let past: PastEvents = { events: 0, customers: 0, isComplete: true };
    if (window === null) return past;
    for (let after: CustomerPosition | null = null; ;) {
      if (!goOn()) return { ...past, isComplete: false };
      const { groups, last }: PurgeCustomers = await this.store.customersAfter(id, after);
      if (last === null) return past;
      for (const group of groups) {
        const counted = await this.countGroup(group, window, goOn);
        past = { ...past, events: past.events + counted.events };
        if (!counted.isComplete) return { ...past, isComplete: false };
        past = { ...past, customers: past.customers + group.length };
      }
      after = last;
    }
  }

  private async countGroup(
    group: readonly string[],
    window: PurgeWindow,
    goOn: () => boolean,
  ): Promise<Pick<PastEvents, 'events' | 'isComplete'>> {
    let events = 0;
    for await (const { part, long } of findings(group, (customers) => this.store.find(customers, window))) {
      events += part.length;
      let after: TimelinePosition | null = null;
      do {
        if (!goOn()) return { events, isComplete: false };
        if (long === null) break;
        const counted: PurgePart = await this.store.countPart(long, window, after);
        events += counted.events;
        after = counted.next;
      } while (after !== null);
    }
    return { events, isComplete: true };
  }

  private async purge(app: PurgedApp, goOn: () => boolean): Promise<void> {
    try {
      const run = await this.store.take(app.id, this.holder, (present) => this.nextRun(present, app));
      if (run === null) return;
      const deleted = await this.walk(app, run, goOn);
      if (deleted === null) await this.store.release(app.id, this.holder);
      else await this.finish(app, { ...run, deleted });
    } catch (error) {
      if (error instanceof RunTakenAway) return;
      await this.store.release(app.id, this.holder).catch(() => {});
      this.logger.warn({
        msg: 'the purge of an app broke off, and goes on within an hour',
        app: app.slug,
        reason: (error as Error).message,
      });
    }
  }

  private nextRun(present: PurgeRun | null, { id, retention }: PurgedApp): RunChange | null {
    const run = dueRun(present, id, retention, this.clock.now());
    if (run === null) return null;
    const isGivenUp = present !== null && present.finishedAt === null && run !== present;
    return { run, entry: isGivenUp ? this.entryOf(present) : null };
  }

  /** @returns how many events the run has deleted; null: it has not come to its end. */
  private async walk(app: PurgedApp, run: PurgeRun, goOn: () => boolean): Promise<number | null> {
    const windows = windowsOf(run);
    let { after, deleted } = run;
    for (;;) {
      if (!goOn()) return null;
      const { groups, last } = await this.paced(() => this.store.customersAfter(app.id, after));
      if (last === null) return deleted;
      for (const group of groups)
        for (const window of windows) {
          const events = await this.purgeGroup(app, group, window, goOn);
          if (events === null) return null;
          deleted += events;
        }
      await this.store.advance(app.id, this.holder, last);
      after = last;
    }
  }

  /** @returns how many events were deleted; null: that was not all. */
  private async purgeGroup(
    app: PurgedApp,
    group: readonly string[],
    window: PurgeWindow,
    goOn: () => boolean,
  ): Promise<number | null> {
    let deleted = 0;
    const find = (customers: readonly string[]): Promise<PurgeFindings> =>
      this.paced(() => this.store.find(customers, window));
    for await (const { part, long } of findings(group, find)) {
      const events =
        long === null ? await this.purgeTogether(app, part, goOn) : await this.purgeCustomer(app, long, window, goOn);
      if (events === null) return null;
      deleted += events;
    }
    return deleted;
  }

  /** @returns how many events were deleted; null: it was told to end. */
  private async purgeTogether(
    { id: appId, slug }: PurgedApp,
    part: readonly EventPosition[],
    goOn: () => boolean,
  ): Promise<number | null> {
    if (!goOn()) return null;
    if (part.length === 0) return 0;
    const deletePart = (): Promise<number> => this.store.deleteEvents({ appId, holder: this.holder }, part);
    const events = await this.paced(() => this.writes.run(appId, deletePart, TURN_WAITS_MS));
    this.counts.add(slug, events);
    return events;
  }

  /** @returns how many events were deleted; null: that was not all. */
  private async purgeCustomer(
    { id: appId, slug }: PurgedApp,
    customerId: string,
    window: PurgeWindow,
    goOn: () => boolean,
  ): Promise<number | null> {
    const of = { appId, customerId, holder: this.holder };
    let deleted = 0;
    let after: TimelinePosition | null = null;
    do {
      if (!goOn()) return null;
      const deletePart = (): ReturnType<PurgeStore['deletePart']> => this.store.deletePart(of, window, after);
      const { events, next } = await this.paced(() => this.writes.run(appId, deletePart, TURN_WAITS_MS));
      this.counts.add(slug, events);
      deleted += events;
      after = next;
    } while (after !== null);
    return deleted;
  }

  private async finish(app: PurgedApp, run: PurgeRun): Promise<void> {
    await this.store.finish(this.holder, { run: finishedRun(run, this.clock.now()), entry: this.entryOf(run) });
    if (run.deleted > 0)
      this.logger.log({ msg: 'events purged', app: app.slug, events: run.deleted, rules: run.rules });
  }

  /** Null where there is nothing to tell: it is made for each app every day. */
  private entryOf({ appId, deleted: count, rules }: PurgeRun): AuditEntry | null {
    if (count === 0) return null;
    const action = 'events.purged';
    return auditEntry(this.clock.now(), { appId, action, actor: SERVICE, count, details: { rules } });
  }

  private async forgetOthers(withRules: readonly PurgedApp[]): Promise<void> {
    const ids = new Set(withRules.map(({ id }) => id));
    for (const run of await this.store.runs())
      if (!ids.has(run.appId)) await this.store.forget(run.appId, run.finishedAt === null ? this.entryOf(run) : null);
  }

  private async noteBehind(): Promise<void> {
    const now = this.clock.now();
    const behind = (await this.store.runs()).map((run) => behindMs(run, now));
    this.counts.noteBehind(Math.max(0, ...behind), now);
  }

  private async paced<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await work();
    await sleep(Math.min(Math.max(performance.now() - began, MIN_PAUSE_MS), MAX_PAUSE_MS));
    return result;
  }
}

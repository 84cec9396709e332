import { Inject, Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { poolUsage } from '../platform/postgres/pool-usage.ts';
import { ReadDataSource } from '../platform/postgres/read-data-source.ts';
import { publishAudit, type AuditState } from './audit-metrics.ts';
import { publishEventCounts, type CountsByApp } from './event-metrics.ts';
import { publishPurge, type PurgeState } from './purge-metrics.ts';
import { HttpMetrics } from './http-metrics.ts';
import { IngestMetrics } from './ingest-metrics.ts';

/** The injection token of how many events may wait to be written. */
export const INGEST_QUEUE_EVENTS = 'INGEST_QUEUE_EVENTS';

/** To make the text takes some milliseconds. */
const MAX_MADE_PER_SECOND = 10;

/** Works that wait for the turn of their app, for each pool. */
export interface WaitingWorks {
  readonly reads: number;
  readonly writes: number;
}

interface Made {
  readonly since: number;
  readonly count: number;
  readonly text?: Promise<string>;
}

/** Everything that `/metrics` tells; only this folder knows prom-client. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  readonly http: HttpMetrics;
  readonly ingest: IngestMetrics;
  private waitingWorks: () => WaitingWorks = () => ({ reads: 0, writes: 0 });
  private made: Made = { since: -Infinity, count: 0 };

  constructor(
    dataSource: DataSource,
    readDataSource: ReadDataSource,
    @Inject(INGEST_QUEUE_EVENTS) maxQueuedEvents: number,
  ) {
    collectDefaultMetrics({ register: this.registry });
    this.http = new HttpMetrics(this.registry);
    this.ingest = new IngestMetrics(this.registry, maxQueuedEvents);
    const pools = { writes: dataSource, reads: readDataSource };
    new Gauge({
      name: 'database_pool_connections',
      help: 'Connections to the database, by pool (writes, reads) and by what they do: busy or idle.',
      labelNames: ['pool', 'state'],
      registers: [this.registry],
      collect() {
        for (const [pool, source] of Object.entries(pools)) {
          const { busy, idle } = poolUsage(source);
          this.set({ pool, state: 'busy' }, busy);
          this.set({ pool, state: 'idle' }, idle);
        }
      },
    });
    const waiting = (pool: keyof WaitingWorks): number => poolUsage(pools[pool]).waiting + this.waitingWorks()[pool];
    new Gauge({
      name: 'database_pool_waiting',
      help: 'Statements that wait for a connection, or for the turn of their app, by pool.',
      labelNames: ['pool'],
      registers: [this.registry],
      collect() {
        for (const pool of ['writes', 'reads'] as const) this.set({ pool }, waiting(pool));
      },
    });
  }

  /** @param waiting how many works wait for the turn of their app. The app passes it in, since operations know no slice. */
  publishWaiting(waiting: () => WaitingWorks): void {
    this.waitingWorks = waiting;
  }

  /** What is told now; where many ask, the last text that was made in this second. */
  text(): Promise<string> {
    const now = performance.now();
    if (now - this.made.since >= 1_000) this.made = { ...this.made, since: now, count: 0 };
    if (this.made.text === undefined || this.made.count < MAX_MADE_PER_SECOND) {
      const text = this.registry.metrics();
      this.made = { ...this.made, count: this.made.count + 1, text };
      return text;
    }
    return this.made.text;
  }

  publishEventCounts(countsByApp: CountsByApp): void {
    publishEventCounts(this.registry, countsByApp);
  }

  publishPurge(state: PurgeState): void {
    publishPurge(this.registry, state);
  }

  publishAudit(state: AuditState): void {
    publishAudit(this.registry, state);
  }
}

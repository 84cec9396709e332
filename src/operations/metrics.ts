import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { poolUsage } from '../platform/postgres/pool-usage.ts';
import { publishEventCounts, type CountsByChannel } from './event-metrics.ts';
import { HttpMetrics } from './http-metrics.ts';
import { IngestMetrics } from './ingest-metrics.ts';

/** To make the text takes some milliseconds. */
const MAX_MADE_PER_SECOND = 10;

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
  private made: Made = { since: -Infinity, count: 0 };

  constructor(dataSource: DataSource) {
    collectDefaultMetrics({ register: this.registry });
    this.http = new HttpMetrics(this.registry);
    this.ingest = new IngestMetrics(this.registry);
    new Gauge({
      name: 'database_pool_connections',
      help: 'Connections to the database, by what they do: busy or idle.',
      labelNames: ['state'],
      registers: [this.registry],
      collect() {
        const { busy, idle } = poolUsage(dataSource);
        this.set({ state: 'busy' }, busy);
        this.set({ state: 'idle' }, idle);
      },
    });
    new Gauge({
      name: 'database_pool_waiting',
      help: 'Statements that wait for a connection.',
      registers: [this.registry],
      collect() {
        this.set(poolUsage(dataSource).waiting);
      },
    });
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

  publishEventCounts(countsByChannel: CountsByChannel): void {
    publishEventCounts(this.registry, countsByChannel);
  }
}

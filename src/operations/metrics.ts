import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { poolUsage } from '../platform/postgres/pool-usage.ts';
import { publishEventCounts, type CountsByChannel } from './event-metrics.ts';
import { HttpMetrics } from './http-metrics.ts';
import { IngestMetrics } from './ingest-metrics.ts';

/** Everything that `/metrics` tells; only this folder knows prom-client. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  readonly http: HttpMetrics;
  readonly ingest: IngestMetrics;

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
  publishEventCounts(countsByChannel: CountsByChannel): void {
    publishEventCounts(this.registry, countsByChannel);
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, type Registry } from 'prom-client';
import { StorageFailures } from '../platform/postgres/storage-failures.ts';
import { DatabaseState, type DatabaseStatus } from './database-state.ts';
import { Metrics } from './metrics.ts';
import { Readiness } from './readiness.ts';

/** The injection token of the version of this build. */
export const SERVICE_VERSION = 'SERVICE_VERSION';

/**
 * Publishes in what state the service and its database are. A scrape asks for it, so that it is told where no
 * request comes; the database is asked once a second at most, and has a second to respond.
 */
@Injectable()
export class StateMetrics {
  private readonly registry: Registry;

  constructor(
    metrics: Metrics,
    readiness: Readiness,
    private readonly database: DatabaseState,
    failures: StorageFailures,
    @Inject(SERVICE_VERSION) version: string,
  ) {
    this.registry = metrics.registry;
    this.publishBuild(version);
    this.publishReadiness(readiness);
    this.publishDatabase();
    this.publishFailures(failures);
  }

  private publishBuild(version: string): void {
    new Gauge({
      name: 'customer_events_build_info',
      help: 'Always 1, with the version of the service and of Node.js.',
      labelNames: ['version', 'node'],
      registers: [this.registry],
    }).set({ version, node: process.version.slice(1) }, 1);
  }

  private publishReadiness(readiness: Readiness): void {
    this.publishGauge(
      'customer_events_ready',
      'Whether /health/ready says that requests should come here: 1 or 0.',
      () =>
        readiness.require().then(
          () => 1,
          () => 0,
        ),
    );
  }

  private publishDatabase(): void {
    let lastSeen: DatabaseStatus = { readOnly: false, schemaVersion: 0 };
    const status = async (): Promise<DatabaseStatus | null> => {
      const seen = await this.database.status().catch(() => null);
      if (seen !== null) lastSeen = seen;
      return seen;
    };
    this.publishGauge('database_up', 'Whether the database responded within a second: 1 or 0.', async () =>
      (await status()) === null ? 0 : 1,
    );
    this.publishGauge('database_read_only', 'Whether it took no writes when it last responded: 1 or 0.', async () => {
      await status();
      return lastSeen.readOnly ? 1 : 0;
    });
    this.publishGauge(
      'database_schema_version',
      'Timestamp of the last migration that was applied, in milliseconds, when the database last responded; 0: none.',
      async () => {
        await status();
        return lastSeen.schemaVersion;
      },
    );
    this.publishGauge(
      'database_schema_required_version',
      'Timestamp of the last migration that this version of the service needs, in milliseconds.',
      () => Promise.resolve(this.database.requiredVersion),
    );
  }

  private publishFailures({ counts }: StorageFailures): void {
    new Counter({
      name: 'database_failures_total',
      help: 'Statements that failed and connections that were not to be had, by kind; not what was refused for its content.',
      labelNames: ['kind'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [kind, count] of counts) this.inc({ kind }, count);
      },
    });
  }

  private publishGauge(name: string, help: string, value: () => Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        this.set(await value());
      },
    });
  }
}

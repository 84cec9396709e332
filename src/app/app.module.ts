import { Global, Logger, Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { Clock, SystemClock } from '../../libs/kernel/clock.ts';
import { AuditPseudonyms } from './audit-pseudonyms.ts';
import { CustomerPseudonyms } from '../audit/application/customer-pseudonyms.port.ts';
import { AuditNotes } from '../audit/application/audit-notes.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { API_KEY_CACHE_MS } from '../api-keys/application/authentication.ts';
import type { Config } from '../config.ts';
import { CustomerEventsModule } from '../customer-events/customer-events.module.ts';
import {
  GROUP_COMMIT_LIMITS,
  type GroupCommitLimits,
} from '../customer-events/persistence/group-commit-customer-event-store.ts';
import { IMPORT_RETRY_MS } from '../customer-events/application/event-import.ts';
import { GroupCommitObserver } from '../customer-events/persistence/group-commit-observer.ts';
import { EventObserver } from '../customer-events/application/event-observer.port.ts';
import { StoredEvents } from '../event-types/application/stored-events.port.ts';
import { EventTypesModule } from '../event-types/event-types.module.ts';
import { SeenTypes, TimelineEvents } from './event-type-ports.ts';
import { EmbedModule } from '../embed/embed.module.ts';
import { SESSION_CACHE_MS } from '../embed/application/session-access.ts';
import { AppPublicKeys } from '../embed/application/app-public-keys.port.ts';
import { SessionCustomers } from '../embed/application/session-customers.port.ts';
import { SessionKeys } from '../embed/application/session-keys.port.ts';
import { PUBLIC_URL } from '../embed/http/embed-sessions.controller.ts';
import { PAGE_FILES } from '../embed/http/page-files.ts';
import { readPageFiles } from './page-files.ts';
import { publicUrl } from './public-url.ts';
import { CustomersForSessions, KeysForSessions, PublicKeysForSessions } from './session-adapters.ts';
import { ErrorFilter } from '../platform/http/server/error.filter.ts';
import { HTTP_LIMITS, type HttpLimits } from '../platform/http/request/http-limits.ts';
import { Metrics } from '../operations/metrics.ts';
import { OperationsModule } from '../operations/operations.module.ts';
import { EventTypeDisplays } from './event-type-displays.ts';
import { Maintenance, RETENTION, type Retention } from './maintenance.ts';
import { DISTRIBUTED_TABLES } from './distributed-tables.ts';
import { createReadDataSource, createWriteDataSource, poolSizes } from './data-source.ts';
import { ErasedIds } from '../customer-events/application/erased-ids.ts';
import { ErasureKeys } from '../customer-events/domain/erasure-keys.ts';
import { EventDisplayRules } from '../customer-events/application/event-displays.port.ts';
import { LiveTraffic } from '../customer-events/application/live-traffic.ts';
import { ReadTurns, WriteTurns } from '../../libs/kernel/turns.ts';
import { requireDistribution } from '../platform/postgres/distribution.ts';
import { ReadDataSource } from '../platform/postgres/read-data-source.ts';
import { StorageFailures } from '../platform/postgres/storage-failures.ts';
import { storageUnavailable } from '../platform/postgres/storage-unavailable.ts';
import { RateLimitModule } from './rate-limit.module.ts';
import { serviceVersion } from './version.ts';
import { STREAM_SETTINGS, StreamLimits, type StreamSettings } from '../platform/http/request/stream-limits.ts';
import { ConnectionCheck, DatabaseConnection } from '../platform/postgres/database-connection.ts';

/** The composition root: here, and only here, the slices, the settings and the database meet. */
@Global()
@Module({})
export class AppModule {
  /** With the settings given, which `config.ts` has read: see docs/decisions/0020-what-of-nest-is-used.md. */
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    const limits: HttpLimits = {
      maxPayloadBytes: config.maxPayloadBytes,
      maxPayloadKeys: config.maxPayloadKeys,
      requestIdleMs: config.requestTimeoutMs,
    };
    const pool = poolSizes(config);
    const groupCommit: GroupCommitLimits = {
      maxQueuedEvents: config.ingestQueueEvents,
      maxEventsPerCommit: config.ingestCommitEvents,
      maxCommits: pool.commits,
      maxCommitsOfShards: Math.min(MAX_COMMITS_OF_SHARDS, Math.max(2, pool.writes - 1)),
    };
    const maxWaitMs = config.databaseConnectTimeoutMs;
    return {
      module: AppModule,
      imports: [
        ApiKeysModule,
        EmbedModule,
        AuditModule,
        RateLimitModule.forRoot(config, databaseUrl),
        CustomerEventsModule,
        EventTypesModule,
        OperationsModule.forRoot({ ...config, version: serviceVersion() }),
      ],
      providers: [
        DatabaseConnection,
        Maintenance,
        { provide: RETENTION, useValue: config satisfies Retention },
        {
          provide: ConnectionCheck,
          inject: [DataSource, ErasedIds, StorageFailures, AuditNotes],
          useFactory: (
            dataSource: DataSource,
            erasedIds: ErasedIds,
            { unfitSessions }: StorageFailures,
            auditNotes: AuditNotes,
          ): ConnectionCheck => ({
            require: async () => {
              const notes = await requireDistribution(dataSource, DISTRIBUTED_TABLES, config.distributed);
              await erasedIds.requireSecrets();
              return notes;
            },
            connected: () => {
              const logger = new Logger(DatabaseConnection.name);
              unfitSessions.tellTo((line) => logger.error(line));
              return erasedIds.noteUse();
            },
            closing: () => auditNotes.close(),
          }),
        },
        StorageFailures,
        {
          provide: DataSource,
          inject: [StorageFailures],
          useFactory: (failures: StorageFailures) => createWriteDataSource(databaseUrl, config, failures),
        },
        {
          provide: ReadDataSource,
          inject: [StorageFailures],
          useFactory: (failures: StorageFailures) => createReadDataSource(databaseUrl, config, failures),
        },
        {
          provide: ReadTurns,
          inject: [StorageFailures],
          useFactory: (failures: StorageFailures) =>
            new ReadTurns(othersThan(1, pool.reads), maxWaitMs, noConnection(failures)),
        },
        {
          provide: WriteTurns,
          inject: [StorageFailures],
          useFactory: (failures: StorageFailures) =>
            new WriteTurns(othersThan(pool.commits, pool.writes), maxWaitMs, noConnection(failures)),
        },
        { provide: Clock, useClass: SystemClock },
        { provide: EventDisplayRules, useClass: EventTypeDisplays },
        { provide: ErasureKeys, useFactory: () => new ErasureKeys(config.erasureSecrets) },
        { provide: CustomerPseudonyms, useClass: AuditPseudonyms },
        { provide: HTTP_LIMITS, useValue: limits },
        StreamLimits,
        { provide: STREAM_SETTINGS, useValue: config satisfies StreamSettings },
        LiveTraffic,
        {
          provide: GroupCommitObserver,
          inject: [Metrics, LiveTraffic],
          useFactory: (metrics: Metrics, live: LiveTraffic) => observedBy(metrics.ingest, live),
        },
        { provide: EventObserver, useClass: SeenTypes },
        { provide: StoredEvents, useClass: TimelineEvents },
        { provide: GROUP_COMMIT_LIMITS, useValue: groupCommit },
        { provide: API_KEY_CACHE_MS, useValue: config.apiKeyCacheMs },
        { provide: SESSION_CACHE_MS, useValue: config.apiKeyCacheMs },
        {
          provide: PUBLIC_URL,
          inject: [HttpAdapterHost],
          useFactory: (host: HttpAdapterHost) => () => publicUrl(config, host),
        },
        { provide: PAGE_FILES, useFactory: () => (config.embedEnabled ? readPageFiles() : null) },
        { provide: SessionCustomers, useClass: CustomersForSessions },
        { provide: SessionKeys, useClass: KeysForSessions },
        { provide: AppPublicKeys, useClass: PublicKeysForSessions },
        { provide: IMPORT_RETRY_MS, useValue: config.importRetryMs },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
      exports: [
        ErasureKeys,
        CustomerPseudonyms,
        ...[DataSource, ReadDataSource, StorageFailures, ReadTurns, WriteTurns],
        ...[Clock, GroupCommitObserver, LiveTraffic, EventObserver, StoredEvents, EventDisplayRules],
        ...[HTTP_LIMITS, StreamLimits, GROUP_COMMIT_LIMITS, API_KEY_CACHE_MS, IMPORT_RETRY_MS],
        ...[SESSION_CACHE_MS, PUBLIC_URL, PAGE_FILES, SessionCustomers, SessionKeys, AppPublicKeys],
      ],
    };
  }
}

/** With eight at a time, 500 events of as many customers took 53 ms on two cores; with four it was 69 ms, one after the other 160 ms. */
const MAX_COMMITS_OF_SHARDS = 8;

/** Some connections of each pool are left to what is nobody's turn: live events, and the look-up of keys. */
const othersThan = (left: number, connections: number): number => Math.max(1, connections - left);

/** A turn that does not come is counted as a connection that did not become free: the pool itself was not asked. */
const noConnection = (failures: StorageFailures) => (): Error => {
  failures.count('pool');
  return storageUnavailable(new Error('no connection to the database became free within DATABASE_CONNECT_TIMEOUT_MS'));
};

/** Group commit is told of live events before all others. */
const observedBy = (metrics: GroupCommitObserver, live: LiveTraffic): GroupCommitObserver => ({
  queued: (events) => {
    if (events > 0) live.note();
    metrics.queued(events);
  },
  refused: () => metrics.refused(),
  written: (events, seconds) => metrics.written(events, seconds),
  failed: () => metrics.failed(),
});

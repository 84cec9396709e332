import { DataSource, type DataSourceOptions } from 'typeorm';
import { ApiKeyRow } from '../api-keys/persistence/api-key.row.ts';
import { AppRow } from '../api-keys/persistence/app.row.ts';
import { AuditEntryRow } from '../audit/persistence/audit-entry.row.ts';
import type { Config } from '../config.ts';
import { CustomerEmailRow } from '../customer-events/persistence/customer-email.row.ts';
import { CustomerEventRow } from '../customer-events/persistence/customer-event.row.ts';
import { PurgeRunRow } from '../customer-events/persistence/purge-run.row.ts';
import { ErasureSecretRow } from '../customer-events/persistence/erasure-secret.row.ts';
import { CustomerRow } from '../customer-events/persistence/customer.row.ts';
import { ErasedEventIdRow } from '../customer-events/persistence/erased-event-id.row.ts';
import { EventTypeRuleRow } from '../event-types/persistence/event-type-rule.row.ts';
import { EventTypeSeenRow } from '../event-types/persistence/event-type-seen.row.ts';
import { EventTypeSetRow } from '../event-types/persistence/event-type-set.row.ts';
import { EmbedSessionRow } from '../embed/persistence/embed-session.row.ts';
import { driverUrl } from '../platform/postgres/database-url.ts';
import { QUERY_TIMEOUT_MARGIN_MS, queryTimeoutClient } from '../platform/postgres/query-timeout-client.ts';
import type { SessionSettings } from '../platform/postgres/session-settings.ts';
import { StorageFailures } from '../platform/postgres/storage-failures.ts';
import { ReadDataSource } from '../platform/postgres/read-data-source.ts';
import { driverWithWaitingPool } from '../platform/postgres/waiting-pool.ts';
import { InitialSchema1764000000000 } from './migrations/1764000000000-initial-schema.ts';
import { TimelineReadsAndErasure1764100000000 } from './migrations/1764100000000-timeline-reads-and-erasure.ts';
import { RateLimitsOfAppsAndKeys1764200000000 } from './migrations/1764200000000-rate-limits-of-apps-and-keys.ts';
import { AuditAndErasure1764300000000 } from './migrations/1764300000000-audit-and-erasure.ts';
import { LifeOfAppsAndKeys1764400000000 } from './migrations/1764400000000-life-of-apps-and-keys.ts';
import { CustomerDirectory1764500000000 } from './migrations/1764500000000-customer-directory.ts';
import { ErasedIdsByShard1764600000000 } from './migrations/1764600000000-erased-ids-by-shard.ts';
import { Retention1764700000000 } from './migrations/1764700000000-retention.ts';
import { ReaderAccess1764800000000 } from './migrations/1764800000000-reader-access.ts';
import { EmbedSessions1764900000000 } from './migrations/1764900000000-embed-sessions.ts';
import { EventTypes1765000000000 } from './migrations/1765000000000-event-types.ts';
import { AuditByCustomer1765100000000 } from './migrations/1765100000000-audit-by-customer.ts';
import { SharedRateLimits1764200100000 } from './migrations/1764200100000-shared-rate-limits.ts';

/** The settings that one connection needs to know. */
export type DatabaseSettings = Pick<
  Config,
  | 'databasePoolSize'
  | 'databaseReadTimeoutMs'
  | 'databaseConnectTimeoutMs'
  | 'databaseStatementTimeoutMs'
  | 'databaseLockTimeoutMs'
  | 'databasePreparedStatements'
>;

/**
 * The one definition of how the service, its commands and the TypeORM CLI (`ormconfig.ts`) reach
 * PostgreSQL.
 *
 * Every wait has a limit, because `pg` waits for ever by default: for a connection, for a
 * statement (told to the server), and, a little later, for a response that never comes (a
 * half-open connection). Whether the server has it so is looked at when a connection is opened, since a pooler may have
 * dropped it.
 *
 * @param session what must hold, whatever the connection asks for.
 */
function dataSourceOptions(
  url: string,
  settings: DatabaseSettings,
  failures: StorageFailures,
  session: SessionSettings,
): DataSourceOptions {
  return {
    type: 'postgres',
    driver: driverWithWaitingPool,
    // Every read here follows an index in its order. Where PostgreSQL underestimates a customer's events (nothing
    // analyzed yet, a long history among short ones), it would rather collect all of them by a bitmap and sort
    // them than read a page from the end of the index: 1,000,000 events for the first 50. Or it would read the whole table, all
    // customers' events, where it takes one customer's for a tenth of them: 400,000 for a summary of 50. JIT, which
    // compiles what costs much by the planner's count, would take any read without an index for such before PostgreSQL 18.
    url: driverUrl(url, '-c enable_bitmapscan=off -c enable_seqscan=off -c jit=off'),
    // They describe the schema; the stores write their SQL by hand. See docs/decisions, "What of Nest is used".
    entities: [
      AppRow,
      ApiKeyRow,
      CustomerRow,
      CustomerEmailRow,
      CustomerEventRow,
      ErasedEventIdRow,
      AuditEntryRow,
      ErasureSecretRow,
      PurgeRunRow,
      EventTypeSetRow,
      EventTypeRuleRow,
      EventTypeSeenRow,
      EmbedSessionRow,
    ],
    migrations: [
      InitialSchema1764000000000,
      TimelineReadsAndErasure1764100000000,
      RateLimitsOfAppsAndKeys1764200000000,
      SharedRateLimits1764200100000,
      AuditAndErasure1764300000000,
      LifeOfAppsAndKeys1764400000000,
      CustomerDirectory1764500000000,
      ErasedIdsByShard1764600000000,
      Retention1764700000000,
      ReaderAccess1764800000000,
      EmbedSessions1764900000000,
      EventTypes1765000000000,
      AuditByCustomer1765100000000,
    ],
    migrationsTableName: 'migrations',
    synchronize: false,
    // Ids come from the service, so no extension is needed, nor the right to install one.
    installExtensions: false,
    poolSize: settings.databasePoolSize,
    connectTimeoutMS: settings.databaseConnectTimeoutMs,
    applicationName: 'customer-events',
    extra: {
      statement_timeout: settings.databaseStatementTimeoutMs,
      lock_timeout: settings.databaseLockTimeoutMs,
      query_timeout: settings.databaseStatementTimeoutMs + QUERY_TIMEOUT_MARGIN_MS,
      idle_in_transaction_session_timeout: settings.databaseStatementTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      Client: queryTimeoutClient(failures, session),
      failures,
      session,
    },
  };
}

/** For what writes. */
export function createDataSource(
  url: string,
  settings: DatabaseSettings,
  failures = new StorageFailures(),
): DataSource {
  return new DataSource(dataSourceOptions(url, settings, failures, sessionOf(settings)));
}

/** A migration may rebuild a large table. */
const MIGRATION_TIMEOUT_MS = 86_400_000;
/**
 * No request waits for a migration. Of sixteen that began at once on two cores, one to two had no connection within the
 * two seconds that a request has for it, and ended as if there were no database.
 */
const MIGRATION_CONNECT_TIMEOUT_MS = 30_000;

/** For what changes the schema: its statements take long, and its lock belongs to the session. */
export function createMigrationDataSource(url: string, settings: DatabaseSettings): DataSource {
  const patient = {
    ...settings,
    databaseConnectTimeoutMs: Math.max(settings.databaseConnectTimeoutMs, MIGRATION_CONNECT_TIMEOUT_MS),
    databaseStatementTimeoutMs: MIGRATION_TIMEOUT_MS,
    databaseLockTimeoutMs: MIGRATION_TIMEOUT_MS,
  };
  const session = { ...sessionOf(patient), roleStatementMs: undefined, preparedStatements: false };
  return new DataSource(dataSourceOptions(url, patient, new StorageFailures(), session));
}

/** A pooler's sessions have one limit for reads and writes, that of writes. */
function sessionOf(settings: DatabaseSettings): SessionSettings {
  return {
    maxStatementMs: settings.databaseStatementTimeoutMs,
    maxLockMs: settings.databaseLockTimeoutMs,
    roleStatementMs: settings.databaseStatementTimeoutMs,
    preparedStatements: settings.databasePreparedStatements,
  };
}

export interface PoolSizes {
  readonly writes: number;
  /** Of those that write, for live events. */
  readonly commits: number;
  readonly reads: number;
}

/** How DATABASE_POOL_SIZE is shared out: to what writes, and to what reads. */
export function poolSizes({ databasePoolSize }: Pick<Config, 'databasePoolSize'>): PoolSizes {
  const writes = Math.max(Math.min(2, databasePoolSize - 1), Math.floor(databasePoolSize * SHARE_OF_WRITES));
  return { writes, commits: writes < 4 ? 1 : 2, reads: databasePoolSize - writes };
}

/** Of the usual ten, two for live events, and two for imports and other changes. */
const SHARE_OF_WRITES = 0.4;

export const createWriteDataSource = (url: string, settings: DatabaseSettings, failures: StorageFailures): DataSource =>
  createDataSource(url, { ...settings, databasePoolSize: poolSizes(settings).writes }, failures);

/** Reads have less time than writes; it knows no entities, since all its SQL is written by hand. */
export const createReadDataSource = (
  url: string,
  settings: DatabaseSettings,
  failures = new StorageFailures(),
): ReadDataSource => {
  const reads = {
    ...settings,
    databasePoolSize: poolSizes(settings).reads,
    databaseStatementTimeoutMs: settings.databaseReadTimeoutMs,
  };
  const maxStatementMs = Math.max(settings.databaseReadTimeoutMs, settings.databaseStatementTimeoutMs);
  return new ReadDataSource({
    ...dataSourceOptions(url, reads, failures, { ...sessionOf(settings), maxStatementMs }),
    entities: [],
    migrations: [],
  });
};

import { Injectable, Logger, Optional, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { connectionProblem, ProblemNews } from './connection-problem.ts';
import { firstContact, requireFitDatabase } from './database-fitness.ts';
import { pendingMigrations } from './pending-migrations.ts';
import { ReadDataSource } from './read-data-source.ts';
import { storage } from './storage-errors.ts';
import { StorageUnavailable } from './storage-unavailable.ts';

const RETRY_MS = 1_000;

/** What has to hold beside the schema, and what is done with the connections first and last. */
export abstract class ConnectionCheck {
  /**
   * Before anything uses the database. It throws where it must not be used.
   *
   * @returns what an operator should know, a line each.
   */
  abstract require(): Promise<readonly string[]>;

  /** When the service, and not a command, has begun to use it. */
  abstract connected(): Promise<void>;

  /** Before the connections are closed, after the last response: stores what waits in memory. It does not throw. */
  abstract closing(): Promise<void>;
}

/** The database's schema is not the one that this build needs. */
export class SchemaOutdated extends Error {
  constructor(pending: readonly string[]) {
    super(
      `The database's schema is not up to date (${pending.join(', ')} not applied). ` +
        'Run "npm run migrate", then start again.',
    );
    this.name = 'SchemaOutdated';
  }
}

/** Connects the service's DataSources, and disconnects them at the end. */
@Injectable()
export class DatabaseConnection implements OnApplicationShutdown {
  private readonly logger = new Logger(DatabaseConnection.name);
  private stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly readDataSource: ReadDataSource,
    @Optional() private readonly check?: ConnectionCheck,
  ) {}

  /**
   * Waits until the database can be reached, however long that takes. It says what it waits for, and again every ten
   * seconds.
   *
   * @returns whether it was reached; not where the service was stopped before.
   * @throws {SchemaOutdated} {@link DatabaseUnfit}
   */
  async connect(): Promise<boolean> {
    const news = new ProblemNews();
    while (!this.stopped) {
      try {
        for (const weakness of await this.connectOnce()) this.logger.warn(weakness);
        await storage(async () => this.check?.connected());
        return true;
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) throw error;
        const problem = connectionProblem(error.cause);
        if (news.isNews(problem)) this.logger.warn(`waiting for the database: ${problem}`);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    return false;
  }

  /**
   * @returns what weakens the promise of the database, a line each.
   * @throws SERVICE_UNAVAILABLE; {@link SchemaOutdated}; {@link DatabaseUnfit}
   */
  connectOnce(): Promise<readonly string[]> {
    return firstContact(async () => {
      for (const dataSource of this.dataSources) if (!dataSource.isInitialized) await dataSource.initialize();
      const weaknesses = await requireFitDatabase(this.dataSource, 'rows');
      const pending = await pendingMigrations(this.dataSource);
      if (pending.length > 0) throw new SchemaOutdated(pending);
      return [...weaknesses, ...((await this.check?.require()) ?? [])];
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await this.check?.closing();
    for (const dataSource of this.dataSources) if (dataSource.isInitialized) await dataSource.destroy();
  }

  private get dataSources(): readonly DataSource[] {
    return [this.dataSource, this.readDataSource];
  }
}

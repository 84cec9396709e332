import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config.ts';
import { createDataSource, createReadDataSource } from '../../src/app/data-source.ts';
import { SchemaOutdated, DatabaseConnection } from '../../src/platform/postgres/database-connection.ts';
import { migrate } from '../../src/app/migrate.ts';
import { openDatabaseProxy } from '../support/database-proxy.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.ts';

const config = loadConfig({});

describe('the schema', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createEmptyDatabase();
  });
  afterEach(() => database.drop());

  it('is the one that the rows describe', async () => {
    await migrate(database.url, config);
    const dataSource = await createDataSource(database.url, config).initialize();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    await dataSource.destroy();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('is made once by many that begin together, and a second time there is nothing to do', async () => {
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url, config)));
    const known = createDataSource(database.url, config).options.migrations as { name: string }[];
    expect(applied.flat()).toEqual(known.map(({ name }) => name));
    expect(await migrate(database.url, config)).toEqual([]);
  });

  it('is made although each connection takes longer than a request may wait for one', async () => {
    const proxy = await openDatabaseProxy(database.url, 150);
    try {
      await proxy.restore();
      expect(await migrate(proxy.url, { ...config, databaseConnectTimeoutMs: 50 })).not.toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  it('can be taken back', async () => {
    await migrate(database.url, config);
    const dataSource = await createDataSource(database.url, config).initialize();
    await dataSource.runMigrations();
    for (let left = dataSource.migrations.length; left > 0; left--) await dataSource.undoLastMigration();
    await dataSource.destroy();
    expect(
      await database.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'"),
    ).toEqual([]);
  });

  it('is never changed by a start: that stops, and says what to do', async () => {
    const connection = new DatabaseConnection(
      createDataSource(database.url, config),
      createReadDataSource(database.url, config),
    );
    await expect(connection.connect()).rejects.toThrow(SchemaOutdated);
    await expect(connection.connect()).rejects.toThrow('npm run migrate');
    await connection.onApplicationShutdown();
    expect(await database.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  });
});

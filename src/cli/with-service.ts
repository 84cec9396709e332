import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { AppModule } from '../app/app.module.ts';
import { loadConfig, type Config } from '../config.ts';
import { DatabaseConnection } from '../platform/postgres/database-connection.ts';
import { migrate } from '../app/migrate.ts';
import { openDatabase, type Database } from '../app/open-database.ts';

/** Opens the database of the settings, the embedded one included, whether the service runs or not. */
export async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(loadConfig());
  try {
    return await work(database);
  } finally {
    await database.stop();
  }
}

/** Runs something on the application services, without HTTP. */
export async function withService<T>(
  work: (service: INestApplicationContext, config: Config) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  return withDatabase(async (database) => {
    if (database.embedded) await migrate(database.migrationsUrl, config);
    const settings = { ...config, erasureSecrets: database.erasureSecrets };
    const service = await NestFactory.createApplicationContext(AppModule.forRoot(settings, database.url), {
      logger: false,
    });
    try {
      await service.get(DatabaseConnection).connectOnce();
      return await work(service, config);
    } finally {
      await service.close();
    }
  });
}

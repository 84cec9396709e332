import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { AppModule } from '../app/app.module.ts';
import { loadConfig, type Config } from '../config.ts';
import { DatabaseConnection } from '../platform/postgres/database-connection.ts';
import { migrate } from '../app/migrate.ts';
import { tell as tellAlways } from './printable.ts';
import { openDatabase, type Database } from '../app/open-database.ts';

/** How a command uses the database. */
export interface DatabaseUse {
  /** Whether an embedded PostgreSQL is made where there is none; otherwise the command is refused. */
  readonly mayCreate?: boolean;
  /** Its output is for a program: nothing is said on stderr as long as nothing goes wrong. */
  readonly json?: boolean | undefined;
}

/** Opens the database of the settings, the embedded one included, whether the service runs or not, and says which. */
export async function withDatabase<T>(
  use: DatabaseUse & { readonly onlyMigrations?: boolean },
  work: (database: Database, config: Config, tell: Tell) => Promise<T>,
): Promise<T> {
  const config = loadConfig();
  const tell: Tell = use.json === true ? () => {} : tellAlways;
  config.warnings.forEach(tell);
  const { mayCreate = false, onlyMigrations = false } = use;
  const database = await openDatabase(config, { mayCreate, onlyMigrations });
  try {
    tell(`Using ${database.name}`);
    return await work(database, config, tell);
  } finally {
    await database.stop();
  }
}

type Tell = (line: string) => void;

/** Runs something on the application services, without HTTP. */
export async function withService<T>(
  use: DatabaseUse,
  work: (service: INestApplicationContext, config: Config) => Promise<T>,
): Promise<T> {
  return withDatabase(use, async (database, config, tell) => {
    if (database.embedded) await migrate(database.migrationsUrl, config);
    const settings = { ...config, erasureSecrets: database.erasureSecrets };
    const service = await NestFactory.createApplicationContext(AppModule.forRoot(settings, database.url), {
      logger: false,
    });
    try {
      (await service.get(DatabaseConnection).connectOnce()).forEach(tell);
      return await work(service, config);
    } finally {
      await service.close();
    }
  });
}

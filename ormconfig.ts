import 'reflect-metadata';
import { loadConfig } from './src/config.ts';
import { openDatabase } from './src/app/open-database.ts';
import { createDataSource } from './src/app/data-source.ts';

/**
 * What the TypeORM CLI uses, with the very settings of the service:
 * `npm run typeorm -- migration:show`. Without DATABASE_URL it is the embedded PostgreSQL, if
 * there is one in DATA_DIR.
 */
const config = loadConfig();
const database = await openDatabase(config, { mayCreate: false, onlyMigrations: true });
export default createDataSource(database.migrationsUrl, config);

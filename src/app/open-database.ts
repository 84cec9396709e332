import { ConfigError, type Config } from '../config.ts';
import { describeDatabase } from '../platform/postgres/database-url.ts';

/** The PostgreSQL that the settings name: a server of one's own, or the embedded one. */
export interface Database {
  readonly url: string;
  /** Where migrations go: past any pooler, where one is set. */
  readonly migrationsUrl: string;
  /** Which one it is, for people: without a password. */
  readonly name: string;
  /** The embedded server brings its schema up to date by itself; a server of one's own never does. */
  readonly embedded: boolean;
  /** See `ErasureKeys`: those of the settings; without any, that of the embedded server. */
  readonly erasureSecrets: readonly string[];
  /** Where the data of the embedded server is; undefined: it is not embedded. */
  readonly folder?: string;
  /** Ends what was started. Does nothing to a server of one's own. */
  stop(): Promise<void>;
}

export interface OpenDatabaseOptions {
  /** Whether an embedded PostgreSQL is made where there is none yet. */
  readonly mayCreate: boolean;
  /** Only migrations will be run: MIGRATIONS_DATABASE_URL is enough, and {@link Database.url} is the same. */
  readonly onlyMigrations?: boolean;
  /** Told what the embedded server has to say, a line at a time. */
  readonly onLog?: (line: string) => void;
}

/**
 * Connects to nothing: only the embedded server is started here.
 *
 * @throws {ConfigError} where the settings name no database; EmbeddedPostgresError where there is none, or it does
 *   not start.
 */
export async function openDatabase(config: Config, options: OpenDatabaseOptions): Promise<Database> {
  const { databaseUrl, migrationsDatabaseUrl, erasureSecrets } = config;
  const { onlyMigrations = false } = options;
  if (databaseUrl !== undefined || (onlyMigrations && migrationsDatabaseUrl !== undefined)) {
    const migrationsUrl = (migrationsDatabaseUrl ?? databaseUrl) as string;
    const url = onlyMigrations ? migrationsUrl : (databaseUrl as string);
    return {
      url,
      migrationsUrl,
      name: `the database ${describeDatabase(url)}`,
      embedded: false,
      erasureSecrets,
      stop: () => Promise.resolve(),
    };
  }
  requireEmbeddedIsMeant(config);
  return openEmbedded(config, options);
}

/** @throws {ConfigError} where a database of one's own must have been meant, and its URL is missing. */
function requireEmbeddedIsMeant({ migrationsDatabaseUrl, embedded }: Config): void {
  if (migrationsDatabaseUrl !== undefined) {
    throw new ConfigError([
      'DATABASE_URL is not set, and MIGRATIONS_DATABASE_URL is: that one is for the command "migrate" only. Set both',
    ]);
  }
  if (!embedded) {
    throw new ConfigError([
      'DATABASE_URL is not set, and the embedded PostgreSQL is off (NODE_ENV is production, or EMBEDDED is false). ' +
        'Set DATABASE_URL, or EMBEDDED=true for the embedded PostgreSQL',
    ]);
  }
}

async function openEmbedded(
  { dataDir, erasureSecrets }: Config,
  { mayCreate, onLog }: OpenDatabaseOptions,
): Promise<Database> {
  // Loaded only where it is used: an image without the binaries runs with DATABASE_URL.
  const { startEmbeddedPostgres } = await import('../../libs/embedded-postgres/embedded-postgres.ts');
  const engine = await startEmbeddedPostgres({ dataDir, mayCreate, ...(onLog === undefined ? {} : { onLog }) });
  const url = engine.url();
  return {
    url,
    migrationsUrl: url,
    name: `the embedded database in ${dataDir}`,
    embedded: true,
    folder: engine.folder,
    erasureSecrets: erasureSecrets.length > 0 ? erasureSecrets : [engine.secret('erasure-secret')],
    stop: () => engine.stop(),
  };
}

import type { Config } from '../config.ts';

/** The PostgreSQL that the settings name: a server of one's own, or the embedded one. */
export interface Database {
  readonly url: string;
  /** Where migrations go: past any pooler, where one is set. */
  readonly migrationsUrl: string;
  /** The embedded server brings its schema up to date by itself; a server of one's own never does. */
  readonly embedded: boolean;
  /** See `ErasureKeys`: those of the settings; without any, that of the embedded server. */
  readonly erasureSecrets: readonly string[];
  /** Ends what was started. Does nothing to a server of one's own. */
  stop(): Promise<void>;
}

export async function openDatabase(config: Config, onLog: (line: string) => void = () => {}): Promise<Database> {
  const { databaseUrl, migrationsDatabaseUrl, dataDir, erasureSecrets } = config;
  if (databaseUrl !== undefined) {
    return {
      url: databaseUrl,
      migrationsUrl: migrationsDatabaseUrl ?? databaseUrl,
      embedded: false,
      erasureSecrets,
      stop: () => Promise.resolve(),
    };
  }
  // Loaded only where it is used: an image without the binaries runs with DATABASE_URL.
  const { startEmbeddedPostgres } = await import('../../libs/embedded-postgres/embedded-postgres.ts');
  const engine = await startEmbeddedPostgres({ dataDir, onLog });
  const url = engine.url();
  return {
    url,
    migrationsUrl: url,
    embedded: true,
    erasureSecrets: erasureSecrets.length > 0 ? erasureSecrets : [engine.secret('erasure-secret')],
    stop: () => engine.stop(),
  };
}

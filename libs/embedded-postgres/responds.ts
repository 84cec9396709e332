import { join } from 'node:path';
import pg from 'pg';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { Home } from './home.ts';

const CONNECT_TIMEOUT_MS = 1_000;

/** SQLSTATE invalid_password. */
const INVALID_PASSWORD = '28P01';

/**
 * Whether a server takes connections and responds to a query.
 *
 * @throws {EmbeddedPostgresError} where it refuses the password, as it would for ever.
 */
export async function responds(url: string, { folder }: Pick<Home, 'folder'>): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== INVALID_PASSWORD) return false;
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL in ${folder} refuses the password in ${join(folder, 'password')}: the file was lost, and made ` +
        'anew, or replaced. Put back the one that belongs to this data, or set DATA_DIR to another folder.',
    );
  } finally {
    client.end().catch(() => {});
  }
}

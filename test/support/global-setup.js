import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
// Jest cannot transform its global modules as ES modules; `npm test` builds first.
import { loadConfig } from '../../dist/src/config.js';
import { migrate } from '../../dist/src/app/migrate.js';

const TEMPLATE = 'customer_events_template';

/**
 * One real PostgreSQL for all tests: embedded, with fsync on as in production, or the server of
 * TEST_DATABASE_URL. It gets one migrated database, of which every test file makes its own copy.
 */
export default async function globalSetup() {
  const serverUrl = await openServer();
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  await server.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
  await server.query(`CREATE DATABASE ${TEMPLATE} ENCODING 'UTF8' TEMPLATE template0`);
  await server.end();
  await migrate(databaseUrl(serverUrl, TEMPLATE), loadConfig({}));
  process.env.TEST_SERVER_URL = serverUrl;
  process.env.TEST_TEMPLATE = TEMPLATE;
}

async function openServer() {
  if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
  const dataDir = mkdtempSync(join(tmpdir(), 'customer-events-test-'));
  // As root, PostgreSQL runs under another account, which must be able to go in.
  chmodSync(dataDir, 0o711);
  const { startEmbeddedPostgres } = await import('../../dist/libs/embedded-postgres/embedded-postgres.js');
  const engine = await startEmbeddedPostgres({ dataDir });
  globalThis.embeddedPostgres = { engine, dataDir };
  return engine.url();
}

function databaseUrl(serverUrl, database) {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}

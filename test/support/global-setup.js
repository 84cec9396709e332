import { execFileSync } from 'node:child_process';
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
 * TEST_DATABASE_URL. It gets one migrated database, of which every test file makes its own copy. Where the
 * server has Citus, that database is distributed over the shards of this one node, and so are the copies.
 */
export default async function globalSetup() {
  const serverUrl = await openServer();
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  await server.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
  await server.query(`CREATE DATABASE ${TEMPLATE} ENCODING 'UTF8' TEMPLATE template0`);
  const { version, citus } = await engineOf(server);
  const templateUrl = databaseUrl(serverUrl, TEMPLATE);
  if (citus !== null) await makeCluster(templateUrl);
  await migrate(templateUrl, loadConfig(citus === null ? {} : { DISTRIBUTED: 'citus' }));
  await closeTemplate(server);
  await server.end();
  const where = process.env.TEST_DATABASE_URL ? 'TEST_DATABASE_URL' : 'embedded';
  const distribution = citus === null ? 'no Citus at hand' : `distributed by Citus ${citus}`;
  process.stdout.write(`\nTests run on PostgreSQL ${version} (${where}); ${distribution}\n`);
  process.env.TEST_SERVER_URL = serverUrl;
  process.env.TEST_TEMPLATE = TEMPLATE;
  process.env.TEST_CITUS = citus ?? '';
}

/** Citus cannot be used where it is only installed: it has to be loaded when the server starts. */
async function engineOf(server) {
  const { rows } = await server.query(`
    SELECT current_setting('server_version') AS version,
           (SELECT e.default_version FROM pg_available_extensions AS e
            WHERE e.name = 'citus' AND current_setting('shared_preload_libraries') ~ '\\mcitus\\M') AS citus`);
  return rows[0];
}

/** A cluster of this server alone, whose shards lie beside its own tables. */
async function makeCluster(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('CREATE EXTENSION citus');
  await client.query(`SELECT citus_set_coordinator_host('127.0.0.1', current_setting('port')::int)`);
  await client.query(
    `SELECT citus_set_node_property('127.0.0.1', current_setting('port')::int, 'shouldhaveshards', true)`,
  );
  await client.end();
}

/** Nobody may be connected to a template, and Citus has a process in each of its databases that comes back. */
async function closeTemplate(server) {
  await server.query(`ALTER DATABASE ${TEMPLATE} ALLOW_CONNECTIONS false`);
  await server.query(`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '${TEMPLATE}'`);
}

async function openServer() {
  process.env.TEST_NEW_CLUSTER = await makeNewCluster();
  if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
  const dataDir = newDataDir('customer-events-test-');
  const { startEmbeddedPostgres } = await import('../../dist/libs/embedded-postgres/embedded-postgres.js');
  execFileSync('cp', ['-a', join(process.env.TEST_NEW_CLUSTER, 'postgres'), dataDir]);
  const engine = await startEmbeddedPostgres({ dataDir });
  globalThis.embeddedPostgres = { engine, dataDir };
  return engine.url();
}

/** Where initdb has been, and no server yet: see new-cluster.ts. */
async function makeNewCluster() {
  const dataDir = newDataDir('customer-events-new-');
  globalThis.newCluster = dataDir;
  const [{ runnableBinaries }, { ensureCluster }, { openHome }] = await Promise.all(
    ['binaries', 'cluster', 'home'].map((name) => import(`../../dist/libs/embedded-postgres/${name}.js`)),
  );
  const home = openHome(dataDir, () => {});
  ensureCluster(runnableBinaries(home.folder, home.account), home);
  return dataDir;
}

function newDataDir(prefix) {
  const dataDir = mkdtempSync(join(tmpdir(), prefix));
  // As root, PostgreSQL runs under another account, which must be able to go in.
  chmodSync(dataDir, 0o711);
  return dataDir;
}

function databaseUrl(serverUrl, database) {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}

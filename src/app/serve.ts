import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cluster from 'node:cluster';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { KeyAdministration } from '../api-keys/application/key-administration.ts';
import type { Config } from '../config.ts';
import { createApp } from './create-app.ts';
import { createLog } from './create-log.ts';
import { createFirstApp } from './first-app.ts';
import { PAGE_FILES } from '../embed/http/page-files.ts';
import { describeError } from '../platform/log/describe-error.ts';
import { type ServiceExpressAdapter } from '../platform/http/server/service-express-adapter.ts';
import type { ServiceLog } from '../platform/log/service-log.ts';
import { DatabaseConnection } from '../platform/postgres/database-connection.ts';
import { Maintenance } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { PAGE_IS_MISSING } from './page-files.ts';
import { openDatabase, type Database } from './open-database.ts';
import { sayHello } from './say-hello.ts';

/**
 * Runs the service until it is told to stop (SIGTERM, SIGINT).
 *
 * @throws what keeps it from starting; then nothing of it is left running.
 */
export async function serve(config: Config): Promise<void> {
  const log = createLog(config);
  Logger.overrideLogger(log);
  endOnFault(log);
  for (const warning of config.warnings) log.warn(warning, 'Service');
  const database = await openDatabase(config, {
    mayCreate: true,
    onLog: (line) => log.log(line, 'EmbeddedPostgres'),
  });
  let app: NestExpressApplication | undefined;
  try {
    if (database.embedded) await migrate(database.migrationsUrl, config);
    app = await createApp({ ...config, erasureSecrets: database.erasureSecrets }, database.url, log);
    stopOnSignal(config, app, database, log);
    await app.listen(config.port, config.host);
    await (app.getHttpAdapter() as ServiceExpressAdapter).listenForOperations(config.host);
    const { port } = app.getHttpServer().address() as AddressInfo;
    log.log({ port, pid: process.pid, host: hostname(), msg: 'listening' }, 'Service');
    if (!(await app.get(DatabaseConnection).connect())) return;
    app.get(Maintenance).start();
    if (config.embedEnabled && app.get(PAGE_FILES, { strict: false }) === null) log.warn(PAGE_IS_MISSING, 'Service');
    await createFirst(app, config, log);
    const url = `http://localhost:${port}`;
    await sayHello(app, config, database, url);
    log.log({ url, msg: 'ready' }, 'Service');
  } catch (error) {
    await app?.close();
    await database.stop();
    throw error;
  }
}

/** Tells what became of INIT_APP and INIT_KEY where there is something to tell. */
async function createFirst(app: NestExpressApplication, config: Config, log: ServiceLog): Promise<void> {
  const outcome = await createFirstApp(app.get(KeyAdministration), config);
  if (outcome === null) return;
  if (outcome.created) log.log(outcome.message, 'Service');
  else log.warn(outcome.message, 'Service');
}

/** What comes after the last response (pool, spans, embedded database) may take so long, and no longer. */
const ROOM_AFTER_GRACE_MS = 15_000;

/** The first signal stops in order; a second one, or the end of the grace period, ends the process at once. */
function stopOnSignal(config: Config, app: NestExpressApplication, database: Database, log: ServiceLog): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    log.log(`${signal}: stopping`, 'Service');
    setTimeout(() => {
      log.error('stopping took too long: the process ends at once', 'Service');
      process.exit(1);
    }, config.shutdownGraceMs + ROOM_AFTER_GRACE_MS).unref();
    try {
      await app.close();
      await database.stop();
      log.log('stopped', 'Service');
      process.exit(0);
    } catch (error) {
      log.error(error, 'Service');
      process.exit(1);
    }
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  // A Ctrl-C reaches all processes of a terminal; that of several ones is told by the one that started it.
  if (cluster.isPrimary) process.on('SIGINT', (signal) => void stop(signal));
  else process.on('SIGINT', () => {});
}

/** A fault that nobody has caught leaves a state that nobody knows: the process ends, and says why. */
function endOnFault(log: ServiceLog): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ unexpected: describeError(error) }, 'Service');
    process.exit(1);
  });
}

import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import type { Config } from '../config.ts';
import { createApp } from './create-app.ts';
import { createDemo, createKeyCommand, demoCurl } from './demo-data.ts';
import { describeError } from '../platform/log/describe-error.ts';
import { type ServiceExpressAdapter } from '../platform/http/server/service-express-adapter.ts';
import { ServiceLog } from '../platform/log/service-log.ts';
import { DatabaseConnection } from '../platform/postgres/database-connection.ts';
import { Maintenance } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { openDatabase, type Database } from './open-database.ts';

/**
 * Runs the service until it is told to stop (SIGTERM, SIGINT).
 *
 * @throws what keeps it from starting; then nothing of it is left running.
 */
export async function serve(config: Config): Promise<void> {
  const log = new ServiceLog(config);
  Logger.overrideLogger(log);
  endOnFault(log);
  const database = await openDatabase(config, (line) => log.log(line, 'EmbeddedPostgres'));
  let app: NestExpressApplication | undefined;
  try {
    if (database.embedded) await migrate(database.migrationsUrl, config);
    app = await createApp({ ...config, erasureSecrets: database.erasureSecrets }, database.url, log);
    stopOnSignal(config, app, database, log);
    await app.listen(config.port, config.host);
    await (app.getHttpAdapter() as ServiceExpressAdapter).listenForOperations(config.host);
    const { port } = app.getHttpServer().address() as AddressInfo;
    log.log({ port, msg: 'listening' }, 'Service');
    if (await app.get(DatabaseConnection).connect()) {
      app.get(Maintenance).start();
      await sayHello(app, config, database);
    }
  } catch (error) {
    await app?.close();
    await database.stop();
    throw error;
  }
}

async function sayHello(app: NestExpressApplication, config: Config, database: Database): Promise<void> {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const baseUrl = `http://localhost:${port}`;
  const lines = [`Customer Events serves on ${baseUrl}`];
  if (config.docsEnabled) lines.push(`API documentation: ${baseUrl}/docs`);
  if (database.embedded) {
    lines.push(`PostgreSQL is embedded, with its data in ${config.dataDir}`);
    const { slug, newKey } = await createDemo(app);
    const command = createKeyCommand(slug, config.dataDir);
    if (newKey === null) lines.push(`To create an API key: ${command}`);
    else {
      lines.push(
        '',
        'First start. An app "demo" and a customer "user_42" were created. Try:',
        '',
        demoCurl(baseUrl, newKey),
        '',
        `This key is shown only once. More keys: ${command}`,
      );
    }
  }
  process.stdout.write(`${lines.join('\n')}\n`);
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
  process.on('SIGINT', (signal) => void stop(signal));
}

/** A fault that nobody has caught leaves a state that nobody knows: the process ends, and says why. */
function endOnFault(log: ServiceLog): void {
  process.on('uncaughtException', (error) => {
    log.fatal({ unexpected: describeError(error) }, 'Service');
    process.exit(1);
  });
}

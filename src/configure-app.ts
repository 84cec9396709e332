import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { openApiDocument } from './http/open-api-document.ts';
import { ServiceExpressAdapter } from './http/service-express-adapter.ts';
import { ServiceLog } from './log/service-log.ts';
import { Metrics } from './operations/metrics.ts';
import { RequestLog } from './operations/request-log.ts';

/** The application, as the service and the tests run it: all that they share is here. */
export async function createApp(
  config: Config,
  databaseUrl: string,
  log: ServiceLog = new ServiceLog(config),
): Promise<NestExpressApplication> {
  const adapter = new ServiceExpressAdapter(config);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(config, databaseUrl), adapter, {
    bodyParser: false,
    logger: log,
    abortOnError: false,
  });
  observe(adapter, new RequestLog(log), app.get(Metrics));
  if (config.corsOrigins.length > 0) app.enableCors({ origin: [...config.corsOrigins], maxAge: 600 });
  if (config.docsEnabled) serveDocs(app);
  await app.init();
  return app;
}

/** Metrics before the log: a line that is there has been counted. */
function observe(adapter: ServiceExpressAdapter, requestLog: RequestLog, { http, registry }: Metrics): void {
  adapter.observe(http, requestLog);
  http.watch(registry, adapter);
}

function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    customSiteTitle: 'Customer Events API',
    swaggerOptions: { persistAuthorization: true },
  });
}

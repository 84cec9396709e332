import { ConsoleLogger, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { AppModule } from './app.module.ts';
import type { Config } from './config.ts';
import { openApiDocument } from './http/open-api-document.ts';
import { ServiceExpressAdapter } from './http/service-express-adapter.ts';

const LOG_LEVELS = { error: 0, warn: 1, info: 2, debug: 3 } as const;
const NEST_LEVELS = ['error', 'warn', 'log', 'debug'] as const;

/** The application, as the service and the tests run it: all that they share is here. */
export async function createApp(config: Config, databaseUrl: string): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(config, databaseUrl),
    new ServiceExpressAdapter(config.requestTimeoutMs, config.shutdownGraceMs),
    { bodyParser: false, logger: createLogger(config), abortOnError: false },
  );
  if (config.docsEnabled) serveDocs(app);
  await app.init();
  return app;
}

export function createLogger(config: Config): ConsoleLogger {
  return new ConsoleLogger({
    json: !process.stdout.isTTY,
    logLevels: NEST_LEVELS.slice(0, LOG_LEVELS[config.logLevel] + 1),
  });
}

function serveDocs(app: INestApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    customSiteTitle: 'Customer Events API',
    swaggerOptions: { persistAuthorization: true },
  });
}

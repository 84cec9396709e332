import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { Express } from 'express';
import { Authentication } from '../api-keys/application/authentication.ts';
import { AuditNotes } from '../audit/application/audit-notes.ts';
import { Purge } from '../customer-events/application/purge.ts';
import { ReadTurns, WriteTurns } from '../../libs/kernel/turns.ts';
import { EventCounts } from '../customer-events/http/event-counts.ts';
import { SingleEventCounter } from '../customer-events/http/single-event-counter.ts';
import { SessionAccess } from '../embed/application/session-access.ts';
import { AppModule } from './app.module.ts';
import type { Config } from '../config.ts';
import type { RequestObserver } from '../platform/http/request/in-flight-request.ts';
import { apiDocument } from './api-document.ts';
import { createLog } from './create-log.ts';
import { routeNotFound } from '../platform/http/errors/http-error.ts';
import { serveDocs } from '../platform/http/docs/serve-docs.ts';
import { ServiceExpressAdapter } from '../platform/http/server/service-express-adapter.ts';
import type { ServiceLog } from '../platform/log/service-log.ts';
import { Metrics } from '../operations/metrics.ts';
import { TRACING } from '../operations/operations.module.ts';
import { RequestLog } from '../operations/request-log.ts';

/** What a page of an allowed origin may read of a response, beside what every page may. */
const EXPOSED_HEADERS = [
  'ETag',
  'Idempotent-Replayed',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Request-Id',
] as const;

/** The application, as the service and the tests run it: all that they share is here. */
export async function createApp(
  config: Config,
  databaseUrl: string,
  log: ServiceLog = createLog(config),
): Promise<NestExpressApplication> {
  const adapter = new ServiceExpressAdapter(config);
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config, databaseUrl), adapter, {
    // The pipes read bodies themselves, after the guard: see docs/decisions/0020-what-of-nest-is-used.md.
    bodyParser: false,
    logger: log,
    abortOnError: false,
  });
  observe(adapter, app, new RequestLog(log));
  const authentication = app.get(Authentication, { strict: false });
  const sessions = app.get(SessionAccess, { strict: false });
  adapter.setKnownCallers({
    key: (key) => authentication.knows(key),
    sessionToken: (token) => sessions.knows(token),
  });
  if (config.corsOrigins.length > 0)
    app.enableCors({ origin: [...config.corsOrigins], exposedHeaders: [...EXPOSED_HEADERS], maxAge: 600 });
  if (!config.embedEnabled) withoutEmbed(app);
  if (config.docsEnabled) serveDocs(app, () => (config.embedEnabled ? apiDocument(app) : documentWithoutEmbed(app)));
  await app.init();
  return app;
}

const EMBED_PATHS = ['/embed', '/api/v1/embed'];

/** Before all routes, whichever slice they are in: with EMBED_ENABLED=false there is nothing of the agent page. */
function withoutEmbed(app: INestApplication): void {
  (app.getHttpAdapter().getInstance() as Express).use(EMBED_PATHS, (_request, _response, next) =>
    next(routeNotFound()),
  );
}

/** The document that is served describes this service as it is set. */
function documentWithoutEmbed(app: INestApplication): OpenAPIObject {
  const document = apiDocument(app);
  const paths = Object.entries(document.paths).filter(
    ([path]) => !EMBED_PATHS.some((one) => path.startsWith(`${one}/`)),
  );
  return { ...document, paths: Object.fromEntries(paths) };
}

/** The log comes last: what it tells of has been counted. */
function observe(adapter: ServiceExpressAdapter, app: INestApplication, requestLog: RequestLog): void {
  const metrics = app.get(Metrics);
  const { http, registry } = metrics;
  metrics.publishEventCounts(app.get(EventCounts).counts);
  metrics.publishPurge(app.get(Purge).counts);
  metrics.publishAudit(app.get(AuditNotes));
  const [reads, writes] = [app.get(ReadTurns), app.get(WriteTurns)];
  metrics.publishWaiting(() => ({ reads: reads.waiting, writes: writes.waiting }));
  const tracing = app.get<RequestObserver | null>(TRACING, { strict: false });
  adapter.observe(
    [...(tracing === null ? [] : [tracing]), http, app.get(SingleEventCounter), requestLog],
    [http, requestLog],
  );
  http.watch(registry, adapter);
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { built, startNode, until } from '../support/child.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const event = { customerExternalId: 'user_42', type: 'order.placed', payload: { secret: 'kitten' } };

interface Span {
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status: { readonly code?: number };
}

describe('with a collector', () => {
  let collector: Server;
  let service: TestService;
  const bodies: string[] = [];
  const lines: string[] = [];

  beforeAll(async () => {
    collector = createServer((call, response) => {
      let text = '';
      call.on('data', (chunk: Buffer) => (text += chunk.toString()));
      call.on('end', () => {
        bodies.push(`${call.method} ${call.url} ${text}`);
        response.setHeader('Content-Type', 'application/json').end('{}');
      });
    });
    await new Promise<void>((listening) => collector.listen(0, '127.0.0.1', listening));
    const { port } = collector.address() as AddressInfo;
    const settings = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
      OTEL_SERVICE_NAME: 'events-test',
      LOG_LEVEL: 'info',
    };
    service = await startTestService(settings, { write: (line) => void lines.push(line) });
  });
  afterAll(async () => {
    await service.close();
    collector.closeAllConnections();
    collector.close();
  });

  const spans = (): Span[] =>
    bodies.flatMap((body) => {
      const { resourceSpans } = JSON.parse(body.replace(/^POST \/v1\/traces /, '')) as {
        resourceSpans: { scopeSpans: { spans: Span[] }[] }[];
      };
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    });

  it('a request is a span, child of its caller, with the trace of the log line', async () => {
    await service.post('/customer-events', event, { traceparent: `00-${TRACE}-${CALLER}-01` }).expect(201);
    await until(() => spans().some(({ traceId }) => traceId === TRACE));
    const span = spans().find(({ traceId }) => traceId === TRACE) as Span;
    expect(span).toMatchObject({ parentSpanId: CALLER, name: 'POST /api/v1/customer-events', kind: 2 });
    expect(Object.fromEntries(span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]))).toEqual({
      'http.request.method': 'POST',
      'http.route': '/api/v1/customer-events',
      'http.response.status_code': 201,
      'customer_events.app': 'acme',
    });
    expect(lines.join()).toContain(`"traceId":"${TRACE}"`);
    expect(bodies.join()).toContain('events-test');
    expect(bodies.join()).not.toMatch(/kitten|user_42|sk_live/);
  });

  it('a request without a caller, or with a wrong one, begins a trace of its own, which the log names', async () => {
    lines.splice(0);
    await service.get('/customers/nobody', { traceparent: `00-${'0'.repeat(32)}-${CALLER}-01` }).expect(404);
    await until(() => lines.length > 0);
    const { traceId } = JSON.parse(lines[0] as string) as { traceId: string };
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    await until(() => spans().some((span) => span.traceId === traceId));
    const span = spans().find((one) => one.traceId === traceId) as Span;
    expect(span.name).toBe('GET /api/v1/customers/:externalId');
    expect(span.parentSpanId ?? '').toBe('');
    // A 4xx is no error of a server's span.
    expect(span.status.code ?? 0).toBe(0);
  });

  it('a caller that is not sampled is not sent', async () => {
    const other = TRACE.replace('0af', '1af');
    await service.get('/auth/whoami', { traceparent: `00-${other}-${CALLER}-00` }).expect(200);
    const last = TRACE.replace('0af', '2af');
    await service.get('/auth/whoami', { traceparent: `00-${last}-${CALLER}-01` }).expect(200);
    await until(() => spans().some(({ traceId }) => traceId === last));
    expect(spans().map(({ traceId }) => traceId)).not.toContain(other);
  });

  it('probes and scrapes are not traced', async () => {
    await request(service.server)
      .get('/health/live')
      .set('traceparent', `00-${TRACE.replace('0af', '3af')}-${CALLER}-01`);
    await service.get('/auth/whoami', { traceparent: `00-${TRACE.replace('0af', '4af')}-${CALLER}-01` });
    await until(() => spans().some(({ traceId }) => traceId.startsWith('4af')));
    expect(spans().some(({ traceId }) => traceId.startsWith('3af'))).toBe(false);
  });

  it('a collector that is away does no harm', async () => {
    const away = await startTestService({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    try {
      for (let count = 0; count < 5; count++) await away.post('/customer-events', event).expect(201);
    } finally {
      await away.close();
    }
  });
});

describe('without a collector', () => {
  it('OpenTelemetry is not even loaded', async () => {
    const script = `
      const { loadConfig } = await import(process.argv[1]);
      const { createApp } = await import(process.argv[2]);
      const app = await createApp(loadConfig({ LOG_LEVEL: 'error' }), 'postgres://nowhere/');
      const { createRequire } = await import('node:module');
      const loaded = Object.keys(createRequire(process.argv[2]).cache).filter((file) => /opentelemetry.(sdk|exporter|resources)/.test(file));
      console.log('loaded ' + loaded.length);
      await app.close();
    `;
    const child = startNode([
      '--input-type=module',
      '-e',
      script,
      built('src/config.js'),
      built('src/app/create-app.js'),
    ]);
    expect((await child.prints(/loaded (\d+)/))[1]).toBe('0');
    await child.ends();
  });
});

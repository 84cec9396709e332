import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { parse } from 'yaml';
import { startServiceOn, startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure } from './helpers/answers.ts';
import { scrape as scrapeOf, seriesOf, sumOf } from './helpers/metrics.ts';
import { rawResponse } from './helpers/raw-http.ts';

const event = (fields = {}) => ({ customerExternalId: 'user_42', type: 'order.placed', ...fields });

describe('/metrics', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  const scrape = (): Promise<string> => scrapeOf(service);

  it('needs no key, and is plain text outside the API', async () => {
    const response = await request(service.server).get('/metrics');
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect((await request(service.server).get('/api/v1/metrics')).status).toBe(404);
  });

  it('counts requests by route template, method, status and code', async () => {
    const before = await scrape();
    await service.post('/customer-events', event());
    await service.get('/customers/nobody_1');
    await service.get('/customers/nobody_2/events');
    const after = await scrape();
    const grown = (labels: Record<string, string>): number =>
      sumOf(after, 'http_requests_total', labels) - sumOf(before, 'http_requests_total', labels);
    expect(grown({ method: 'POST', route: '/api/v1/customer-events', status: '201', code: 'OK' })).toBe(1);
    expect(
      grown({ method: 'GET', route: '/api/v1/customers/:externalId', status: '404', code: 'CUSTOMER_NOT_FOUND' }),
    ).toBe(1);
    expect(grown({ method: 'GET', route: '/api/v1/customers/:externalId/events', status: '404' })).toBe(1);
    expect(sumOf(after, 'http_request_duration_seconds_count')).toBe(sumOf(after, 'http_requests_total'));
    expect(after).not.toContain('nobody');
  });

  it('has one name for all paths that are no route', async () => {
    for (const path of ['/a', '/b/c', '/.env', '/api/v1/kitten', '/docs/kitten'])
      await request(service.server).get(path);
    const text = await scrape();
    expect(sumOf(text, 'http_requests_total', { route: 'none', code: 'NOT_FOUND' })).toBeGreaterThanOrEqual(5);
    expect(text).not.toMatch(/kitten|\.env/);
  });

  it('counts events by channel and outcome', async () => {
    const before = await scrape();
    await service.post('/customer-events', event({ eventId: 'm-1' })).expect(201);
    await service.post('/customer-events', event({ eventId: 'm-1' })).expect(200);
    await service.post('/customer-events', event({ type: 'NO' })).expect(400);
    await service.post('/customer-events', event({ customerExternalId: 'nobody' })).expect(404);
    await service.post('/customer-events', event(), { 'X-API-Key': 'wrong' }).expect(401);
    const events = [event({ eventId: 'm-1' }), event(), event(), event({ type: 'NO' })];
    await service.post('/customer-events/batch', { events }).expect(207);
    const lines = [
      '{"customerExternalId":"user_42","type":"imported"}',
      '{"customerExternalId":"nobody","type":"imported"}',
      '{}',
    ];
    await service
      .post('/customer-events/import', lines.join('\n'), { 'Content-Type': 'application/x-ndjson' })
      .expect(200);
    const after = await scrape();
    const grown = (channel: string, outcome: string): number =>
      sumOf(after, 'customer_events_total', { channel, outcome }) -
      sumOf(before, 'customer_events_total', { channel, outcome });
    expect(['created', 'replayed', 'rejected'].map((outcome) => grown('single', outcome))).toEqual([1, 1, 2]);
    expect(['created', 'replayed', 'rejected'].map((outcome) => grown('batch', outcome))).toEqual([2, 1, 1]);
    expect(['created', 'replayed', 'rejected'].map((outcome) => grown('import', outcome))).toEqual([1, 0, 2]);
  });

  it('counts events by app, and what has no key under none', async () => {
    const before = await scrape();
    await service.post('/customer-events', event()).expect(201);
    await service.post('/customer-events', event(), { 'X-API-Key': service.otherKey }).expect(404);
    await service.post('/customer-events/batch', { events: [event()] }, { 'X-API-Key': service.otherKey }).expect(207);
    await service.post('/customer-events', event(), { 'X-API-Key': 'wrong' }).expect(401);
    const after = await scrape();
    const grown = (labels: Record<string, string>): number =>
      sumOf(after, 'customer_events_total', labels) - sumOf(before, 'customer_events_total', labels);
    expect(grown({})).toBe(3);
    expect(grown({ app: 'acme', channel: 'single', outcome: 'created' })).toBe(1);
    expect(grown({ app: 'other', channel: 'single', outcome: 'rejected' })).toBe(1);
    expect(grown({ app: 'other', channel: 'batch', outcome: 'rejected' })).toBe(1);
    expect(grown({ app: '(others)' })).toBe(0);
  });

  it('measures group commit', async () => {
    const before = await scrape();
    // Held up, so that some have to wait, and are written together.
    const lock = await service.database.session();
    await lock.query('BEGIN; LOCK TABLE customer_events IN SHARE MODE');
    const posts = Promise.all(Array.from({ length: 30 }, () => service.post('/customer-events', event()).expect(201)));
    while (sumOf(await scrape(), 'ingest_queue_events') <= 2);
    await lock.end();
    await posts;
    const after = await scrape();
    expect(sumOf(after, 'ingest_flush_events_sum') - sumOf(before, 'ingest_flush_events_sum')).toBe(30);
    const flushes = sumOf(after, 'ingest_flush_events_count') - sumOf(before, 'ingest_flush_events_count');
    expect(flushes).toBeLessThan(30);
    expect(sumOf(after, 'ingest_flush_seconds_count') - sumOf(before, 'ingest_flush_seconds_count')).toBe(flushes);
    expect(sumOf(after, 'ingest_queue_events')).toBe(0);
  });

  it('knows the pool, the connections and the process', async () => {
    await service.get('/auth/whoami');
    await rawResponse(service.server, 'kitten\r\n\r\n');
    const text = await scrape();
    expect(sumOf(text, 'database_pool_connections')).toBeGreaterThan(0);
    expect(sumOf(text, 'database_pool_connections', { state: 'busy' })).toBe(0);
    expect(sumOf(text, 'http_connections')).toBeGreaterThan(0);
    // This one.
    expect(sumOf(text, 'http_requests_in_flight')).toBe(1);
    expect(sumOf(text, 'http_unparsed_requests_total', { code: 'VALIDATION_ERROR' })).toBeGreaterThan(0);
    expect(sumOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
    expect(seriesOf(text).map(({ name }) => name)).toContain('nodejs_eventloop_lag_p99_seconds');
  });

  it('can be switched off', async () => {
    const without = await startServiceOn(service.database, { METRICS_ENABLED: 'false' });
    try {
      expectFailure(await request(without.server).get('/metrics'), 404, 'NOT_FOUND');
    } finally {
      await without.close();
    }
  });

  describe('has every metric, and every label, that is asked for in', () => {
    const dashboard = readFileSync('ops/grafana-dashboard.json', 'utf8');
    const rules = readFileSync('ops/prometheus-alerts.yaml', 'utf8');
    const queries: [string, string[]][] = [
      ['the dashboard', valuesOf(JSON.parse(dashboard), 'expr')],
      ['the alert rules', valuesOf(parse(rules), 'expr')],
    ];

    it.each(queries)('%s', async (_, all) => {
      expect(all.length).toBeGreaterThan(8);
      // Counters with labels are there after the first count only.
      await rawResponse(service.server, 'kitten\r\n\r\n');
      const series = seriesOf(await scrape());
      const names = new Set(['up', ...series.map(({ name }) => name)]);
      const labels = new Set(['job', 'instance', ...series.flatMap((one) => Object.keys(one.labels))]);
      const asked = all.map(askedIn);
      expect(asked.flatMap((query) => query.names).filter((name) => !names.has(name))).toEqual([]);
      expect(asked.flatMap((query) => query.labels).filter((label) => !labels.has(label))).toEqual([]);
      for (const query of asked) expect(query.names.length).toBeGreaterThan(0);
    });
  });
});

/** The values of a member, wherever it is. */
function valuesOf(node: unknown, member: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) => (key === member ? [value as string] : valuesOf(value, member)));
}

/** The metrics and labels of a PromQL expression: what is neither a function nor a word of the language. */
function askedIn(query: string): { names: string[]; labels: string[] } {
  const selectors = [...query.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
  );
  const groups = [...query.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)].flatMap(([, inside = '']) =>
    inside.split(',').map((label) => label.trim()),
  );
  const rest = query.replace(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|on)\s*\([^)]*\)/g, ' ');
  const names = [...rest.matchAll(/\b[a-z_][a-z_0-9]*\b(?!\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !['and', 'bool', 'count', 'max', 'min', 'rate', 'sum'].includes(name));
  return { names, labels: [...selectors, ...groups] };
}

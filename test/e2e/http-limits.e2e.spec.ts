import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { until } from '../support/child.ts';
import { API, startServiceOn, startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectInvalid, expectSuccess } from './helpers/answers.ts';
import { rawResponses, rawResponse, rawRequest } from './helpers/raw-http.ts';

const SECURITY = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': expect.stringMatching(/^max-age=\d{8}/),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

describe('limits', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService({
      MAX_HEADERS: '20',
      MAX_HEADER_BYTES: '4096',
      MAX_PAYLOAD_KEYS: '10',
      REQUEST_TIMEOUT_MS: '1000',
      HEADERS_TIMEOUT_MS: '1000',
    });
  });
  afterAll(() => service.close());

  const open = (
    sent: string,
    server = service.server,
  ): { socket: Socket; received(): string; closed(): Promise<void> } => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let text = '';
    let isClosed = false;
    socket
      .on('data', (chunk: Buffer) => (text += chunk.toString()))
      .on('error', () => {})
      .on('close', () => (isClosed = true));
    socket.write(sent);
    return { socket, received: () => text, closed: () => until(() => isClosed) };
  };
  const post = (...headers: string[]): string =>
    rawRequest(`POST ${API}/customer-events HTTP/1.1`, [
      `X-API-Key: ${service.key}`,
      'Content-Type: application/json',
      ...headers,
    ]);

  describe('security headers', () => {
    it.each<[string, () => PromiseLike<{ headers: Record<string, unknown> }>]>([
      ['a success', () => service.get('/auth/whoami')],
      ['a failure', () => service.get('/customers/nobody')],
      ['no route', () => request(service.server).get('/nothing')],
      ['health', () => request(service.server).get('/health/live')],
      ['metrics', () => request(service.server).get('/metrics')],
      ['what is no request', () => rawResponse(service.server, 'x\r\n\r\n')],
    ])('are on %s', async (_, send) => {
      const { headers } = await send();
      expect(headers).toMatchObject(SECURITY);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    });

    it('let /docs run its own scripts, and nothing else', async () => {
      const page = await request(service.server).get('/docs');
      expect(page.status).toBe(200);
      const policy = String(page.headers['content-security-policy']);
      expect(policy).toContain("script-src 'self'");
      const sources = [...page.text.matchAll(/<(?:script|link)[^>]+(?:src|href)="([^"]+)"/g)].map(
        ([, source]) => source as string,
      );
      expect(sources.length).toBeGreaterThan(3);
      for (const source of sources)
        await request(service.server).get(new URL(source, 'http://localhost/docs').pathname).expect(200);
      // No script in the page itself: the policy would stop it.
      expect(page.text).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/);
    });
  });

  describe('/docs', () => {
    it('keeps no key in the storage of the browser', async () => {
      const { text } = await request(service.server).get('/docs/swagger-ui-init.js').expect(200);
      expect(text).toMatch(/"persistAuthorization": false/);
      expect(text).not.toMatch(/"persistAuthorization": true/);
    });

    it.each(['/docs', '/docs/', '/docs/swagger-ui-bundle.js', '/docs/favicon-32x32.png'])('serves %s', async (path) => {
      await request(service.server).get(path).expect(200);
    });

    it.each([
      '/docs/package.json',
      '/docs/%70ackage.json',
      '/DOCS/package.json',
      '/docs//package.json',
      '/docs/index.html',
      '/docs/index.js',
      '/docs/index.css',
      '/docs/LICENSE',
      '/docs/README.md',
      '/docs/absolute-path.js',
      '/docs/oauth2-redirect.html',
      '/docs/swagger-initializer.js',
      '/docs/swagger-ui.css.map',
      '/docs/swagger-ui-bundle.js.map',
      '/docs/swagger-ui-bundle.js.LICENSE.txt',
      '/docs/docs/swagger-ui-init.js',
    ])('serves nothing that its page does not load, such as %s', async (path) => {
      expectFailure(await request(service.server).get(path), 404, 'NOT_FOUND');
    });
  });

  it('no page of another origin may call the API, unless it is set', async () => {
    const asked = { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST' };
    expectFailure(
      await request(service.server).options(`${API}/customer-events`).set(asked),
      405,
      'METHOD_NOT_ALLOWED',
    );
    const open = await startServiceOn(service.database, { CORS_ORIGINS: 'https://a.example,https://b.example' });
    try {
      const allowed = await request(open.server).options(`${API}/customer-events`).set(asked);
      expect([allowed.status, allowed.headers['access-control-allow-origin']]).toEqual([204, 'https://a.example']);
      const exposed = async (origin: string) => {
        const { headers } = await request(open.server).get('/health/live').set('Origin', origin);
        return String(headers['access-control-expose-headers'] ?? '').split(',');
      };
      expect(await exposed('https://a.example')).toEqual(
        expect.arrayContaining(['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id']),
      );
      const other = await request(open.server)
        .options(`${API}/customer-events`)
        .set({ ...asked, Origin: 'https://c.example' });
      expect(other.headers).not.toHaveProperty('access-control-allow-origin');
    } finally {
      await open.close();
    }
  });

  it('as many headers as may be are read, one more is a 400', async () => {
    const headers = (count: number): string[] => Array.from({ length: count }, (_, at) => `X-${at}: 1`);
    expectSuccess(await rawResponse(service.server, rawRequest('GET /health/live HTTP/1.1', headers(19))), 200);
    for (const count of [20, 50, 500]) {
      expectInvalid(
        await rawResponse(service.server, rawRequest('GET /health/live HTTP/1.1', headers(count))),
        'headers',
      );
    }
  });

  it('headers of more bytes than may be are a 400', async () => {
    expectSuccess(
      await rawResponse(service.server, rawRequest('GET /health/live HTTP/1.1', [`X-A: ${'x'.repeat(3_900)}`])),
      200,
    );
    const response = await rawResponse(
      service.server,
      rawRequest('GET /health/live HTTP/1.1', [`X-A: ${'x'.repeat(4_100)}`]),
    );
    expect(expectInvalid(response, 'headers').details?.headers).toEqual(['are larger than 4096 bytes']);
  });

  it('as many keys as may be are taken, one more is a 400, also in a batch', async () => {
    const event = (keys: number) => ({
      customerExternalId: 'user_42',
      type: 'a',
      payload: { in: Array.from({ length: keys - 1 }, (_, key) => ({ [`k:${key}`]: ':' })) },
    });
    await service.post('/customer-events', event(10)).expect(201);
    expectInvalid(await service.post('/customer-events', event(11)), 'payload');
    const { body } = await service.post('/customer-events/batch', { events: [event(10), event(11)] }).expect(207);
    expect((body as { data: object }).data).toMatchObject({
      created: 1,
      rejected: 1,
      results: [{ status: 'created' }, { code: 'VALIDATION_ERROR' }],
    });
  });

  it('slow headers are cut off', async () => {
    const { closed, received } = open('GET /health/live HTTP/1.1\r\nHost: a\r\n');
    await closed();
    expect(received()).toContain('REQUEST_TIMEOUT');
  });

  it('a slow body is cut off, however steadily it drips', async () => {
    const { socket, closed, received } = open(post('Content-Length: 1000'));
    const drip = setInterval(() => socket.write(' '), 50);
    await closed();
    clearInterval(drip);
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
    expect(received()).toContain('REQUEST_TIMEOUT');
    expect(received()).toMatch(/^connection: close$/im);
  });

  it('a slow body that no handler reads is cut off too', async () => {
    const { socket, closed, received } = open(
      rawRequest(`POST ${API}/customer-events HTTP/1.1`, ['Content-Length: 1000']),
    );
    const drip = setInterval(() => socket.write(' '), 50);
    await closed();
    clearInterval(drip);
    expect(received()).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('more connections than may be are closed at once, and others serve on', async () => {
    const small = await startServiceOn(service.database, { MAX_CONNECTIONS: '3' });
    try {
      const held = Array.from({ length: 3 }, () => open(rawRequest('GET /health/live HTTP/1.1'), small.server));
      await until(() => held.every(({ received }) => received().includes('200 OK')));
      const fourth = open(rawRequest('GET /health/live HTTP/1.1'), small.server);
      await fourth.closed();
      expect(fourth.received()).toBe('');
      held[0]?.socket.destroy();
      await until(async () => (await rawResponses(small.server, rawRequest('GET /health/live HTTP/1.1'))).length === 1);
      for (const { socket } of held) socket.destroy();
    } finally {
      await small.close();
    }
  });

  it('a thousand idle connections do not hurt', async () => {
    const idle = Array.from({ length: 1_000 }, () => open('', service.server));
    await service.post('/customer-events', { customerExternalId: 'user_42', type: 'a' }).expect(201);
    await request(service.server).get('/health/ready').expect(200);
    for (const { socket } of idle) socket.destroy();
  });
});

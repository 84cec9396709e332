import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { API, startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectJsonHeaders, expectSuccess } from './helpers/answers.ts';
import { rawResponses, rawResponse, rawRequest } from './helpers/raw-http.ts';

const EVENT = { customerExternalId: 'user_42', type: 'a' };

describe('over HTTP', () => {
  let service: TestService;

  type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head' | 'options';
  const send = (method: Method, path: string) => request(service.server)[method](path).set('X-API-Key', service.key);

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());
  afterEach(() => service.get('/auth/whoami').expect(200));

  it.each([
    '/favicon.ico',
    '/api',
    '/api/v1',
    '/api/v1/',
    '/api/v2/customer-events',
    '/customer-events',
    `${API}/customer-event`,
    `${API}/Customer-Events`,
    `${API}/customers/user_42/nothing`,
    `${API}/customers/user_42/events/a/b`,
    `${API}/auth`,
    '/health',
    '/.env',
    '/wp-login.php',
    `${API}//customer-events`,
    `${API}/../../etc/passwd`,
    '/%2e%2e/%2e%2e/etc/passwd',
    `${API}/customer-events%00`,
    '/%00',
    '/api?__proto__[a]=1',
    '/\u0161',
  ])('%s is no route: 404', async (path) => {
    for (const method of ['get', 'post', 'delete'] as const)
      expectFailure(await send(method, encodeURI(path).replaceAll('%25', '%')), 404, 'NOT_FOUND');
  });

  describe('a method that the route does not support gets a 405 that names those it does', () => {
    const routes: readonly (readonly [string, readonly Method[], string])[] = [
      [`${API}/customer-events`, ['get', 'put', 'patch', 'delete'], 'POST'],
      [`${API}/customers/user_42`, ['post', 'put'], 'DELETE, GET, HEAD, PATCH'],
      [`${API}/customers/user_42/events`, ['post', 'put', 'patch', 'delete'], 'GET, HEAD'],
      [`${API}/auth/whoami`, ['post', 'put', 'patch', 'delete'], 'GET, HEAD'],
      ['/', ['post', 'put', 'patch', 'delete'], 'GET, HEAD'],
      ['/health/live', ['post', 'put', 'patch', 'delete'], 'GET, HEAD'],
      ['/health/ready', ['post', 'put', 'patch', 'delete'], 'GET, HEAD'],
    ];
    it.each(routes)('%s', async (path, methods, allow) => {
      for (const method of methods) {
        const response = await send(method, path);
        expectFailure(response, 405, 'METHOD_NOT_ALLOWED');
        expect(response.headers.allow).toBe(allow);
      }
    });

    it.each(routes)('OPTIONS %s too', async (path, _, allow) => {
      const response = await send('options', path);
      expectFailure(response, 405, 'METHOD_NOT_ALLOWED');
      expect(response.headers.allow).toBe(allow);
    });

    it.each(['PROPFIND', 'TRACE', 'SEARCH', 'M-SEARCH', 'LINK', 'QUERY'])('%s', async (method) => {
      const lines = rawRequest(`${method} ${API}/customer-events HTTP/1.1`, [`X-API-Key: ${service.key}`]);
      const response = await rawResponse(service.server, lines);
      // Node's parser does not know every method; what it does not know is a bad request.
      if (response.status === 405) expect(response.headers.allow).toBe('POST');
      expectFailure(
        response,
        response.status === 405 ? 405 : 400,
        response.status === 405 ? 'METHOD_NOT_ALLOWED' : 'VALIDATION_ERROR',
      );
    });
  });

  describe('HEAD', () => {
    it.each(['/health/live', `${API}/auth/whoami`, `${API}/customers/user_42`, `${API}/customers/user_42/events`])(
      'of %s has the headers of GET, and no body',
      async (path) => {
        const [head, get] = [await send('head', path), await send('get', path)];
        expect(head.status).toBe(200);
        expect(head.text ?? '').toBe('');
        expectJsonHeaders(head);
        expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
        expect(get.status).toBe(200);
      },
    );

    it.each([
      [`${API}/nothing`, 404],
      [`${API}/customers/nobody`, 404],
      [`${API}/customer-events`, 405],
    ])('of %s is a %i without a body', async (path, status) => {
      const head = await send('head', path);
      expect(head.status).toBe(status);
      expect(head.text ?? '').toBe('');
      expectJsonHeaders(head);
    });

    it('without a key is a 401 without a body', async () => {
      const head = await request(service.server).head(`${API}/auth/whoami`);
      expect(head.status).toBe(401);
      expect(head.text ?? '').toBe('');
    });
  });

  it.each([`${API}/customer-events`, `${API}/customer-events/`])(
    'POST %s without a body and without a Content-Type is refused',
    async (path) => {
      const response = await request(service.server).post(path).set('X-API-Key', service.key);
      expect([404, 415]).toContain(response.status);
      expectFailure(response, response.status, response.status === 404 ? 'NOT_FOUND' : 'UNSUPPORTED_MEDIA_TYPE');
    },
  );

  it('a body without a Content-Type is a 415', async () => {
    const body = JSON.stringify(EVENT);
    const headers = [`X-API-Key: ${service.key}`, `Content-Length: ${body.length}`];
    const response = await rawResponse(
      service.server,
      rawRequest(`POST ${API}/customer-events HTTP/1.1`, headers, body),
    );
    expectFailure(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('a body of a GET or DELETE is not looked at', async () => {
    expectSuccess(await service.get('/customers/user_42').set('Content-Type', 'text/plain').send('{{{'), 200);
    expectFailure(await service.delete('/customers/nobody').send('{{{'), 404, 'CUSTOMER_NOT_FOUND');
  });

  describe('a body that is too large', () => {
    const head = (...headers: string[]) =>
      rawRequest(`POST ${API}/customer-events HTTP/1.1`, [
        `X-API-Key: ${service.key}`,
        'Content-Type: application/json',
        ...headers,
      ]);

    it('by its Content-Length is refused before it is sent', async () => {
      for (const length of [1_000_000, 1e12]) {
        const response = await rawResponse(service.server, head(`Content-Length: ${length}`));
        expectFailure(response, 413, 'PAYLOAD_TOO_LARGE');
      }
    });

    it('by its Content-Length is refused although the client waits for "100 Continue"', async () => {
      const response = await rawResponse(service.server, head('Content-Length: 1000000', 'Expect: 100-continue'));
      expect([100, 413]).toContain(response.status);
    });

    it('in chunks is refused as soon as it is', async () => {
      const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
      const response = await rawResponse(service.server, head('Transfer-Encoding: chunked') + chunk.repeat(10));
      expectFailure(response, 413, 'PAYLOAD_TOO_LARGE');
    });

    it('leaves the connection usable for a client that sends it whole', async () => {
      const large = ' '.repeat(1_000_000);
      const sent = head(`Content-Length: ${large.length}`) + large + rawRequest('GET /health/live HTTP/1.1');
      const answers = await rawResponses(service.server, sent, 2);
      expect(answers.map(({ status }) => status)).toEqual([413, 200]);
    });
  });

  it('chunks of a small body are put together', async () => {
    const chunks = [...JSON.stringify(EVENT)].map((character) => `1\r\n${character}\r\n`).join('');
    const headers = [`X-API-Key: ${service.key}`, 'Content-Type: application/json', 'Transfer-Encoding: chunked'];
    const response = await rawResponse(
      service.server,
      `${rawRequest(`POST ${API}/customer-events HTTP/1.1`, headers)}${chunks}0\r\n\r\n`,
    );
    expectSuccess(response, 201);
  });

  it('a client that goes away in the middle of its body does no harm', async () => {
    const headers = [`X-API-Key: ${service.key}`, 'Content-Type: application/json', 'Content-Length: 100'];
    const socketIsClosedByUs = rawResponses(
      service.server,
      rawRequest(`POST ${API}/customer-events HTTP/1.1`, headers, '{"type"') + rawRequest('\r\n'),
      0,
    );
    expect((await service.get('/auth/whoami')).status).toBe(200);
    await Promise.race([socketIsClosedByUs, service.get('/auth/whoami')]);
  });

  describe('X-Request-Id', () => {
    it.each(['a', '0b6d3a52-6c2c-4f9e-9d2b-0d6b0f6f2a11', 'A-Z_a-z.0:9', 'x'.repeat(128)])('%s is kept', async (id) => {
      for (const path of ['/health/live', `${API}/auth/whoami`, '/nothing']) {
        expect((await send('get', path).set('X-Request-Id', id)).headers['x-request-id']).toBe(id);
      }
      expect(
        (await request(service.server).get(`${API}/auth/whoami`).set('X-Request-Id', id)).headers['x-request-id'],
      ).toBe(id);
    });

    it.each(['', 'x'.repeat(129), 'a b', 'a,b', '<script>', '"a"', 'a/b', '${jndi:ldap://x}', 'é', 'a;b'])(
      '%j is replaced',
      async (id) => {
        const response = await send('get', '/health/live').set('X-Request-Id', id);
        expectSuccess(response, 200);
        expect(response.headers['x-request-id']).not.toBe(id);
      },
    );

    it('sent twice is replaced', async () => {
      const response = await rawResponse(
        service.server,
        rawRequest('GET /health/live HTTP/1.1', ['X-Request-Id: a', 'X-Request-Id: b']),
      );
      expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('is another one for each request that brings none', async () => {
      const ids = await Promise.all(
        Array.from({ length: 5 }, async () => (await send('get', '/nothing')).headers['x-request-id']),
      );
      expect(new Set(ids).size).toBe(5);
    });
  });
});

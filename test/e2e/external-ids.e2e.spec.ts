import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API, startTestService, type TestService } from '../support/test-service.ts';
import { expectInvalid, expectSuccess } from './helpers/answers.ts';
import { rawResponse, rawRequest } from './helpers/raw-http.ts';

/** Over raw sockets: an HTTP client would rewrite some of these paths before it sends them. */
describe('an external id in a path', () => {
  let service: TestService;

  const get = (path: string) =>
    rawResponse(service.server, rawRequest(`GET ${API}${path} HTTP/1.1`, [`X-API-Key: ${service.key}`]));
  const patch = (path: string, fields: object) => {
    const body = JSON.stringify(fields);
    const headers = [
      `X-API-Key: ${service.key}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    return rawResponse(service.server, rawRequest(`PATCH ${API}${path} HTTP/1.1`, headers, body));
  };

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it.each([
    ['a/b', 'a%2Fb'],
    ['a/events', 'a%2Fevents'],
    ['/', '%2F'],
    ['.', '%2E'],
    ['..', '%2e%2e'],
    ['..', '..'],
    ['../../etc/passwd', '..%2F..%2Fetc%2Fpasswd'],
    ['a b', 'a%20b'],
    ['a+b', 'a+b'],
    ['a?b#c', 'a%3Fb%23c'],
    ['100%', '100%25'],
    ['%41', '%2541'],
    ['a;b=c,d', 'a;b=c,d'],
    ['user@example.com', 'user@example.com'],
    [':externalId', ':externalId'],
    ['*', '*'],
    ['żółć', '%C5%BC%C3%B3%C5%82%C4%87'],
    ['💥', '%F0%9F%92%A5'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['null', 'null'],
    ['x'.repeat(255), 'x'.repeat(255)],
    ['💥'.repeat(255), '%F0%9F%92%A5'.repeat(255)],
    ['"quoted"', '%22quoted%22'],
    ['a\\b', 'a%5Cb'],
  ])('%j is written as %s', async (externalId, encoded) => {
    const written = await patch(`/customers/${encoded}`, { email: `${Math.random()}@example.com`, name: 'x' });
    expect([200, 201]).toContain(written.status);
    const read = await get(`/customers/${encoded}`);
    expectSuccess(read, 200);
    expect(JSON.parse(read.text).data.externalId).toBe(externalId);
    expectSuccess(await service.post('/customer-events', { customerExternalId: externalId, type: 'a' }), 201);
    const page = await get(`/customers/${encoded}/events`);
    expectSuccess(page, 200);
    expect(JSON.parse(page.text).data.events).not.toHaveLength(0);
  });

  it.each([
    ['NUL', '%00'],
    ['a line feed', 'a%0Ab'],
    ['a carriage return and a line feed', 'a%0D%0AX-Injected:1'],
    ['DEL', '%7F'],
    ['a C1 control', '%C2%85'],
    ['256 characters', 'x'.repeat(256)],
    ['256 emoji', '%F0%9F%92%A5'.repeat(256)],
  ])('must not have %s', async (_, encoded) => {
    expectInvalid(await get(`/customers/${encoded}`), 'externalId');
    expectInvalid(await get(`/customers/${encoded}/events`), 'externalId');
    expectInvalid(await patch(`/customers/${encoded}`, { email: 'a@example.com', name: 'x' }), 'externalId');
  });

  it.each(['%', '%4', '%zz', 'a%', '%E0%A4%A', '%FF', '%C0%AF', '%ED%A0%80', '%F4%90%80%80', '%u0041', '%%'])(
    'must be well-formed, which %s is not',
    async (encoded) => {
      for (const path of [`/customers/${encoded}`, `/customers/${encoded}/events`])
        expectInvalid(await get(path), 'path');
    },
  );

  it.each(['USER_42', 'user_42%20', '%20user_42', 'user%5F42x'])('%s is not user_42', async (encoded) => {
    expect((await get(`/customers/${encoded}`)).status).toBe(404);
  });

  it('is the same, however much of it is percent-encoded', async () => {
    const read = await get('/customers/%75ser%5f42');
    expect(JSON.parse(read.text).data.externalId).toBe('user_42');
  });
});

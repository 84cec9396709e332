import { connect, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { API, startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectJsonHeaders, expectSuccess, type ReceivedResponse } from './helpers/answers.ts';
import { rawResponses, rawRequest } from './helpers/raw-http.ts';

const EVENT = '{"customerExternalId":"user_42","type":"hostile"}';

/** Bytes that no client would send: each gets a response with the envelope, or the connection ends; nothing of it is stored. */
describe('hostile HTTP', () => {
  let service: TestService;

  const key = () => `X-API-Key: ${service.key}`;
  const json = 'Content-Type: application/json';
  const post = (headers: string[], body: string, version = 'HTTP/1.1') =>
    rawRequest(`POST ${API}/customer-events ${version}`, [key(), json, ...headers], body);
  const rowCount = async (): Promise<number> => (await service.database.query('SELECT 1 FROM customer_events')).length;

  /** Sends, ends its side, and gives what came back before the service closed. */
  const throwAt = (sent: string | Buffer, expected = 50): Promise<ReceivedResponse[]> =>
    Promise.race([
      rawResponses(service.server, sent, expected),
      new Promise<ReceivedResponse[]>((_, reject) =>
        setTimeout(() => reject(new Error('neither answered nor closed')), 15_000).unref(),
      ),
    ]);

  /** Every response is a clear refusal. */
  const expectRefusals = (answers: ReceivedResponse[]): void => {
    for (const response of answers) {
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
      expectFailure(response, response.status, (JSON.parse(response.text) as { code: string }).code);
    }
  };

  beforeAll(async () => {
    service = await startTestService({ HEADERS_TIMEOUT_MS: '2000', REQUEST_TIMEOUT_MS: '2000' });
  });
  afterAll(() => service.close());
  afterEach(async () => {
    expectSuccess(await service.get('/auth/whoami'), 200);
  });

  const length = `Content-Length: ${EVENT.length}`;
  const chunked = 'Transfer-Encoding: chunked';
  const inChunks = `${EVENT.length.toString(16)}\r\n${EVENT}\r\n0\r\n\r\n`;
  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n';

  it.each<[string, () => string | Buffer]>([
    ['Content-Length and chunks', () => post([length, chunked], inChunks)],
    [
      'chunks and a Content-Length that hides a request',
      () => post(['Content-Length: 4', chunked], `0\r\n\r\n${smuggled}`),
    ],
    ['two Content-Lengths', () => post([length, 'Content-Length: 1'], EVENT)],
    ['a Content-Length with a sign', () => post([`Content-Length: +${EVENT.length}`], EVENT)],
    ['a negative Content-Length', () => post(['Content-Length: -1'], EVENT)],
    ['a Content-Length in hex', () => post(['Content-Length: 0x31'], EVENT)],
    ['a Content-Length in words', () => post(['Content-Length: many'], EVENT)],
    ['a Content-Length of 30 digits', () => post([`Content-Length: ${'9'.repeat(30)}`], EVENT)],
    ['a list of Content-Lengths', () => post([`Content-Length: ${EVENT.length}, ${EVENT.length}`], EVENT)],
    ['chunked, twice', () => post(['Transfer-Encoding: chunked, chunked'], inChunks)],
    ['chunked and identity', () => post(['Transfer-Encoding: chunked, identity'], inChunks)],
    ['an unknown transfer encoding', () => post(['Transfer-Encoding: rot13'], EVENT)],
    ['xchunked', () => post(['Transfer-Encoding: xchunked', length], EVENT)],
    ['a space before the colon', () => post([`Transfer-Encoding : chunked`, length], EVENT)],
    ['a folded header', () => post(['X-Folded: a', ' b', length], EVENT)],
    ['a chunk size that is no number', () => post([chunked], `xyz\r\n${EVENT}\r\n0\r\n\r\n`)],
    ['a chunk size that is negative', () => post([chunked], `-1\r\n${EVENT}\r\n0\r\n\r\n`)],
    ['a chunk size that is too large', () => post([chunked], `${'F'.repeat(20)}\r\n${EVENT}\r\n0\r\n\r\n`)],
    ['a chunk that is longer than it says', () => post([chunked], `1\r\n${EVENT}\r\n0\r\n\r\n`)],
    ['a chunk without its end', () => post([chunked], `${EVENT.length.toString(16)}\r\n${EVENT}X0\r\n\r\n`)],
    ['chunk extensions of 100 kB', () => post([chunked], `1;${'a'.repeat(100_000)}\r\n{\r\n0\r\n\r\n`)],
    ['NUL in a header', () => post([`X-Nul: a\u0000b`, length], EVENT)],
    ['a carriage return in a header', () => post([`X-Cr: a\rb`, length], EVENT)],
    [
      'line feeds alone',
      () => `POST ${API}/customer-events HTTP/1.1\nHost: x\n${key()}\n${json}\n${length}\n\n${EVENT}`,
    ],
    ['a header without a name', () => post([': x', length], EVENT)],
    ['a header with a space in its name', () => post(['X Y: x', length], EVENT)],
    ['headers of 20 kB', () => post([`X-Large: ${'x'.repeat(20_000)}`, length], EVENT)],
    ['5,000 headers', () => post([...Array.from({ length: 5_000 }, (_, n) => `X-${n}: 1`), length], EVENT)],
    ['no Host', () => `GET ${API}/auth/whoami HTTP/1.1\r\n${key()}\r\n\r\n`],
    ['a path of 20 kB', () => rawRequest(`GET ${API}/customers/${'x'.repeat(20_000)} HTTP/1.1`, [key()])],
    ['a request line without a version', () => `GET ${API}/auth/whoami\r\n\r\n`],
    ['HTTP/0.9', () => 'GET /\r\n'],
    ['HTTP/3.0', () => rawRequest(`GET ${API}/auth/whoami HTTP/3.0`, [key()])],
    ['HTTP/1.10', () => rawRequest(`GET ${API}/auth/whoami HTTP/1.10`, [key()])],
    ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS handshake', () => Buffer.from('16030100a5010000a1030363616e7420626520746c73', 'hex')],
    ['a method that is none', () => rawRequest(`${'A'.repeat(1_000)} ${API}/auth/whoami HTTP/1.1`, [key()])],
    ['a method in small letters', () => rawRequest(`get ${API}/auth/whoami HTTP/1.1`, [key()])],
    ['no method', () => ` ${API}/auth/whoami HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['spaces in the path', () => rawRequest(`GET ${API}/customers/a b HTTP/1.1`, [key()])],
    ['random bytes', () => Buffer.from(Array.from({ length: 4_096 }, (_, n) => (n * 7_919 + 13) % 256))],
    ['a JSON body alone', () => EVENT],
    ['SMTP', () => 'EHLO localhost\r\nMAIL FROM:<a@b>\r\n'],
    ['CONNECT', () => rawRequest('CONNECT example.com:443 HTTP/1.1', [key()])],
    [
      'an upgrade to HTTP/2',
      () =>
        post(
          [
            'Connection: Upgrade, HTTP2-Settings',
            'Upgrade: h2c',
            'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
            'Content-Length: 1',
          ],
          '{',
        ),
    ],
    [
      'an upgrade to a web socket',
      () => rawRequest('GET /ws HTTP/1.1', [key(), 'Connection: Upgrade', 'Upgrade: websocket']),
    ],
    ['an expectation nobody knows', () => post(['Expect: the-unexpected', length], EVENT)],
    ['an absolute URL of another host', () => rawRequest(`GET http://169.254.169.254/latest HTTP/1.1`, [key()])],
    ['an asterisk', () => rawRequest('OPTIONS * HTTP/1.1', [key()])],
    ['two keys', () => post([key(), length], EVENT)],
  ])('%s is refused, and stores nothing', async (_, bytes) => {
    const before = await rowCount();
    const answers = await throwAt(bytes(), 1);
    expect(answers.length).toBeGreaterThan(0);
    expectRefusals(answers);
    expect(await rowCount()).toBe(before);
  });

  it('a request hidden in the body of another one never gets a response', async () => {
    for (const bytes of [
      post(['Content-Length: 4', chunked], `0\r\n\r\n${smuggled}`),
      post([length, 'Content-Length: 0'], smuggled),
    ]) {
      expect(await throwAt(bytes, 2)).toHaveLength(1);
    }
  });

  it('pipelined requests get their responses in order', async () => {
    const requests = [
      post([length], EVENT),
      rawRequest('GET /health/live HTTP/1.1'),
      post(['Content-Length: 1'], '{'),
      rawRequest(`GET ${API}/nothing HTTP/1.1`, [key()]),
      post([length], EVENT),
      rawRequest(`DELETE ${API}/customers/nobody HTTP/1.1`, [key()]),
    ];
    const answers = await throwAt(requests.join(''), requests.length);
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 400, 404, 201, 404]);
  });

  it('each of 200 pipelined requests gets its response', async () => {
    const answers = await throwAt(post([length], EVENT).repeat(200), 200);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 201));
  });

  it('a malformed request after good ones does not take their responses away', async () => {
    const answers = await throwAt(
      `${post([length], EVENT)}${rawRequest('GET /health/live HTTP/1.1')}NONSENSE\r\n\r\n`,
      3,
    );
    expect(answers.map(({ status }) => status).slice(0, 2)).toEqual([201, 200]);
    expectRefusals(answers.slice(2));
  });

  it('an HTTP/1.0 request gets a response, with or without a Host header', async () => {
    const [response] = await throwAt(
      `POST ${API}/customer-events HTTP/1.0\r\n${key()}\r\n${json}\r\n${length}\r\n\r\n${EVENT}`,
      1,
    );
    expectSuccess(response as ReceivedResponse, 201);
    const [live] = await throwAt('GET /health/live HTTP/1.0\r\n\r\n', 1);
    expectSuccess(live as ReceivedResponse, 200);
  });

  it('trailers after the chunks do no harm', async () => {
    const [response] = await throwAt(
      post(
        [chunked, 'Trailer: X-API-Key'],
        `${EVENT.length.toString(16)}\r\n${EVENT}\r\n0\r\nX-API-Key: other\r\n\r\n`,
      ),
      1,
    );
    expectSuccess(response as ReceivedResponse, 201);
  });

  it.each([
    ['nothing at all', ''],
    ['half a request line', 'POST /api'],
    ['headers that never end', `POST ${API}/customer-events HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n`],
  ])('a client that sends %s is let go after its time', async (_, bytes) => {
    expectRefusals(await throwAt(bytes, 1));
  });

  it('a body that never ends is let go after its time: a 408, and nothing is stored', async () => {
    const before = await rowCount();
    const answers = await throwAt(post(['Content-Length: 100'], EVENT), 1);
    for (const response of answers) expectFailure(response, 408, 'REQUEST_TIMEOUT');
    expect(await rowCount()).toBe(before);
  });

  it('a body that comes a byte at a time is read, where it is in time', async () => {
    const { port } = service.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1').setNoDelay();
    const answered = new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    socket.write(post([length], ''));
    for (const byte of EVENT) {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    expect(await answered).toMatch(/^HTTP\/1\.1 201 /);
    socket.destroy();
  });

  it('hundreds of silent connections do not keep other clients out', async () => {
    const { port } = service.server.address() as AddressInfo;
    const silent = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    expectSuccess(await service.post('/customer-events', EVENT), 201);
    for (const socket of silent) socket.destroy();
  });

  it.each([
    '?',
    '?=',
    '?&&&',
    '?%',
    '?%zz',
    '?a=%',
    '?a=%E0%A4%A',
    '?%00=1',
    '?limit=%31%30',
    '?limit=1%00',
    '?order=asc&order=asc',
    '?cursor=a&cursor=b',
    '?cursor[]=a',
    '?limit[a]=1',
    '?__proto__[limit]=1',
    '?constructor=1',
    '?toString=1',
    '?limit=1e1',
    '?limit=+1',
    '?limit=-0',
    '?limit=10.0',
    '?limit=%EF%BC%91',
    '?type=%F0%9F%92%A5',
    '?from=%00',
    '?from=9999999999',
    '?to=NaN',
    `?${'a=1&'.repeat(2_000)}`,
    `?cursor=${'A'.repeat(8_000)}`,
    `?type=${'a.'.repeat(3_000)}*`,
    '#fragment',
    '?type=*&type=**',
    ';a=b',
  ])('the query %s of a timeline is right, or refused', async (query) => {
    const [response] = await throwAt(rawRequest(`GET ${API}/customers/user_42/events${query} HTTP/1.1`, [key()]), 1);
    if (response?.status === 200) expectSuccess(response, 200);
    else expectRefusals([response as ReceivedResponse]);
  });

  it.each([
    '%',
    '%zz',
    '%E0%A4%A',
    '%ff',
    '%c0%af',
    '%ed%a0%80',
    '%00',
    '%0a',
    '%7f',
    '%2e%2e%2f',
    '..%5c',
    '%u0041',
    '%25',
    '%2525',
    '%F0%9F%92%A5',
    "'%3BDROP%20TABLE%20customers",
    '{{7*7}}',
    '${7*7}',
    '<script>',
    'a%2Fb',
    'x'.repeat(255),
    'x'.repeat(256),
    '\u00e9',
    ':externalId',
    '__proto__',
    'constructor',
    'toString',
    'null',
    '-1',
    ' ',
  ])('the external id %j in a path is right, or refused', async (id) => {
    for (const path of [`/customers/${id}`, `/customers/${id}/events`, `/customers/${id}/events/${id}`]) {
      const [response] = await throwAt(Buffer.from(rawRequest(`GET ${API}${path} HTTP/1.1`, [key()])), 1);
      expectRefusals([response as ReceivedResponse]);
    }
  });

  it.each([
    ['é', 'é'],
    ['emoji', '💥'],
    ['a homoglyph', 'ѕk_live_agent_'],
    ['full width', 'ｓｋ＿'],
    ['Latin-1 bytes', Buffer.from([0xe9, 0xff]).toString('latin1')],
    ['tabs', '\t\t'],
    ['a comma', ','],
    ['SQL', "' OR ''='"],
  ])('a key with %s is a 401', async (_, text) => {
    for (const presented of [text, `${service.key}${text}`, `sk_live_agent_${text.repeat(48).slice(0, 48)}`]) {
      const [response] = await throwAt(
        Buffer.from(`GET ${API}/auth/whoami HTTP/1.1\r\nHost: x\r\nX-API-Key: ${presented}\r\n\r\n`),
        1,
      );
      // White space around a header is no part of it.
      if (presented.trim() === service.key) expectSuccess(response as ReceivedResponse, 200);
      else expect((response as ReceivedResponse).status).toBe(401);
      expectJsonHeaders(response as ReceivedResponse);
    }
  });
});

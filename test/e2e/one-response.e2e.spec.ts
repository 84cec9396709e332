import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestService, type TestService } from '../support/test-service.ts';
import { rawRequest, rawResponse } from './helpers/raw-http.ts';

/** Chunked coding that breaks off: the second chunk has no size. */
const MALFORMED_BODY = '3\r\nfoo\r\n\r\n';
const CHUNKED = ['Content-Type: application/json', 'Transfer-Encoding: chunked'];

describe('A request whose body turns out to be malformed', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  /** Sends a head, and after its response the body; gives the status lines of all that came back until the end. */
  const statusLines = async (head: string): Promise<string[]> => {
    const { port } = service.server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    socket.on('error', () => {});
    socket.write(head);
    await once(socket, 'data');
    const closed = once(socket, 'close');
    socket.write(MALFORMED_BODY);
    await closed;
    return received.match(/HTTP\/1\.1 \d{3}/g) ?? [];
  };
  const key = (): string => `X-API-Key: ${service.key}`;

  it.each([
    ['401', () => rawRequest('POST /api/v1/customer-events HTTP/1.1', CHUNKED)],
    ['404', () => rawRequest('POST /nowhere HTTP/1.1', CHUNKED)],
    ['405', () => rawRequest('PUT /api/v1/customer-events HTTP/1.1', CHUNKED)],
    ['415', () => rawRequest('POST /api/v1/customer-events HTTP/1.1', [key(), 'Transfer-Encoding: chunked'])],
    ['200', () => rawRequest('GET /health/live HTTP/1.1', CHUNKED)],
    ['200', () => rawRequest('GET /api/v1/auth/whoami HTTP/1.1', [key(), ...CHUNKED])],
  ])('after its response %s gets no second response, and the connection ends', async (status, head) => {
    expect(await statusLines(head())).toEqual([`HTTP/1.1 ${status}`]);
  });

  it('before its response gets one 400', async () => {
    const head = rawRequest('POST /api/v1/customer-events HTTP/1.1', [key(), ...CHUNKED]);
    expect(await rawResponse(service.server, head + MALFORMED_BODY)).toMatchObject({ status: 400 });
  });

  it.each(['Host: localhost', 'host: other.example'])(
    'A request with a second header "%s" gets a 400',
    async (second) => {
      const response = await rawResponse(service.server, rawRequest('GET /health/live HTTP/1.1', [second]));
      expect(response).toMatchObject({ status: 400 });
      expect(JSON.parse(response.text)).toMatchObject({ details: { host: ['is given more than once'] } });
    },
  );
});

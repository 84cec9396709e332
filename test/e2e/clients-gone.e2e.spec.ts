import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { ServiceExpressAdapter } from '../../src/platform/http/server/service-express-adapter.ts';
import { line } from '../support/history.ts';
import { API, startTestService, type TestService } from '../support/test-service.ts';
import { until } from '../support/until.ts';
import { rawRequest } from './helpers/raw-http.ts';

/** Of what there is so little that it would be used up, if clients that have gone went on counting. */
const SCARCE = {
  MAX_COSTLY_REQUESTS_PER_APP: '2',
  MAX_STREAMS_PER_KEY: '2',
  MAX_STREAMS: '2',
  DATABASE_POOL_SIZE: '3',
  // Longer than the test holds its lock.
  DATABASE_LOCK_TIMEOUT_MS: '20000',
};
const CLIENTS = 6;

const NDJSON = ['Content-Type: application/x-ndjson'];
const GZIPPED_JSON = ['Content-Type: application/json', 'Content-Encoding: gzip'];
const batch = (count: number): string =>
  JSON.stringify({ events: Array.from({ length: count }, () => ({ customerExternalId: 'user_42', type: 'a' })) });

interface Sent {
  readonly head: string;
  readonly headers?: readonly string[];
  readonly body?: Buffer;
  /** All of the body but its last byte is sent. */
  readonly isUnfinished?: boolean;
}

const SENT: readonly (readonly [string, Sent])[] = [
  ['an import', { head: 'POST /customer-events/import', headers: NDJSON, body: Buffer.from(`${line()}\n`) }],
  [
    'an import that is still being sent',
    {
      head: 'POST /customer-events/import',
      headers: NDJSON,
      body: Buffer.from(`${line()}\n${line()}`),
      isUnfinished: true,
    },
  ],
  ['a compressed batch', { head: 'POST /customer-events/batch', headers: GZIPPED_JSON, body: gzipSync(batch(400)) }],
  ['an export', { head: 'GET /customers/user_42/events/export' }],
  ['a summary', { head: 'GET /customers/user_42/events/summary' }],
  ['a search', { head: 'GET /customers/user_42/events?type=a' }],
  ['a context', { head: 'GET /customers/user_42/context?limit=200' }],
  ['a list of customers', { head: 'GET /customers' }],
  ['the audit as a stream', { head: 'GET /audit', headers: ['Accept: application/x-ndjson'] }],
  ['an erasure', { head: 'DELETE /customers/user_43' }],
];

describe('clients that go away before they have a response', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService(SCARCE);
    await service.post('/customer-events/batch', batch(200)).expect(201);
  });
  afterAll(() => service.close());

  const send = async ({ head, headers = [], body, isUnfinished = false }: Sent): Promise<Socket> => {
    const socket = connect((service.server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    const [method, path] = head.split(' ');
    const lines = [`X-API-Key: ${service.key}`, ...headers];
    if (body !== undefined) lines.push(`Content-Length: ${body.length}`);
    socket.write(rawRequest(`${method} ${API}${path} HTTP/1.1`, lines));
    if (body !== undefined) socket.write(isUnfinished ? body.subarray(0, -1) : body);
    return socket;
  };
  const server = (): ServiceExpressAdapter => service.app.getHttpAdapter() as unknown as ServiceExpressAdapter;
  /** Sends it from several clients, which go away while the service waits for the table. */
  const sendAndGo = async (sent: Sent, table: string): Promise<void> => {
    const locking = await service.database.session();
    await locking.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, () => send(sent)));
    let answered = 0;
    for (const socket of sockets) socket.once('data', () => answered++);
    await until(() => server().requestsInFlight() + answered >= CLIENTS);
    // What is not sent in full may not have come to the table.
    const isWaiting = async (): Promise<boolean> => (await service.database.countWaiting()) > 0;
    await until(async () => sent.isUnfinished === true || answered === CLIENTS || (await isWaiting()));
    for (const socket of sockets) socket.destroy();
    await until(() => server().requestsInFlight() === 0);
    await locking.end();
  };

  describe.each([
    ['while their key is looked up', 'api_keys'],
    ['while events are read or written', 'customer_events'],
  ])('%s', (_when, table) => {
    it.each(SENT)(
      '%s: nothing of them is counted any more',
      async (_name, sent) => {
        await sendAndGo(sent, table);
        for (let n = 0; n < 3; n++) {
          await until(async () => (await service.get('/customers/user_42/events/summary')).status === 200);
          await service.get('/customers/user_42/events/export').expect(200);
          await service.post('/customer-events/import', line(), { 'Content-Type': 'application/x-ndjson' }).expect(200);
        }
        await until(() => server().reservedBytes() === 0);
      },
      20_000,
    );
  });
});

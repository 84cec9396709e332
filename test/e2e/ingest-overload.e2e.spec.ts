import { connect, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { Response } from 'supertest';
import { CustomerEventStore } from '../../src/customer-events/application/customer-event-store.port.ts';
import { CustomerEventsModule } from '../../src/customer-events/customer-events.module.ts';
import type { GroupCommitCustomerEventStore } from '../../src/customer-events/persistence/group-commit-customer-event-store.ts';
import { until } from '../support/child.ts';
import { API, startTestService, type TestService } from '../support/test-service.ts';
import { expectFailure, expectSuccess } from './helpers/answers.ts';
import { rawRequest } from './helpers/raw-http.ts';
import { statementsDuring } from './helpers/statements.ts';

const ROOM = 8;

describe('while the events table is locked', () => {
  let service: TestService;
  let lock: pg.Client;
  let run = 0;

  const type = () => `overload.${run}`;
  const event = (fields: object = {}) => ({ customerExternalId: 'user_42', type: type(), ...fields });
  /** Sends at once: supertest waits until somebody asks for the response. */
  const send = (fields: object = {}): Promise<Response> =>
    service.post('/customer-events', event(fields)).then((response) => response);
  const sendBatch = (count: number): Promise<Response> =>
    service
      .post('/customer-events/batch', { events: Array.from({ length: count }, () => event()) })
      .then((response) => response);
  const rows = () => service.database.query('SELECT 1 FROM customer_events WHERE type = $1', [type()]);
  /** Requests that wait for the statement that is under way. */
  const waiting = (): number => {
    const store = service.app.select(CustomerEventsModule).get(CustomerEventStore, { strict: true });
    const queues = (store as GroupCommitCustomerEventStore)['queues'];
    return [...queues.values()].reduce((all, { waiting }) => all + waiting.length, 0);
  };

  beforeAll(async () => {
    service = await startTestService({ INGEST_QUEUE_EVENTS: String(ROOM), DATABASE_STATEMENT_TIMEOUT_MS: '60000' });
  });
  afterAll(() => service.close());

  beforeEach(async () => {
    run++;
    // The customer is known from here on: an append is one statement, which waits for the lock.
    await send({ type: 'before' });
    lock = await service.database.session();
    await lock.query('BEGIN');
    await lock.query('LOCK TABLE customer_events IN ACCESS EXCLUSIVE MODE');
  });
  afterEach(() => lock.end());

  const unlock = () => lock.query('ROLLBACK');

  it('the room of the queue is filled; what is beyond is refused while the others still wait; those are all stored', async () => {
    const first = send();
    await service.database.untilWaiting(1);
    const queued = Array.from({ length: ROOM - 1 }, (_, n) => send({ eventId: `queued-${n}` }));
    await until(() => waiting() === ROOM - 1);

    const refused = await Promise.all([...Array.from({ length: 20 }, () => send()), sendBatch(1), sendBatch(3)]);
    for (const response of refused) {
      expectFailure(response, 503, 'SERVICE_UNAVAILABLE');
      expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    }
    expectSuccess(await service.get('/auth/whoami'), 200);
    expect(waiting()).toBe(ROOM - 1);

    await unlock();
    for (const response of await Promise.all([first, ...queued])) expectSuccess(response, 201);
    expect(await rows()).toHaveLength(ROOM);
    expectSuccess(await send(), 201);
  });

  it('what waits is written by one statement', async () => {
    const first = send();
    await service.database.untilWaiting(1);
    const statements = await statementsDuring(async () => {
      const queued = [sendBatch(3), send(), send({ eventId: 'grouped' }), send({ eventId: 'grouped' })];
      await until(() => waiting() === queued.length);
      await unlock();
      const statuses = (await Promise.all(queued)).map(({ status }) => status);
      // Of the two with one eventId, either may have come first.
      expect(statuses.toSorted()).toEqual([200, 201, 201, 201]);
    });
    expectSuccess(await first, 201);
    expect(statements.filter((statement) => statement.includes('INSERT'))).toHaveLength(1);
    expect(await rows()).toHaveLength(6);
  });

  it('clients that hang up while they wait leave no rows, and free their room', async () => {
    const first = send();
    await service.database.untilWaiting(1);
    const { port } = service.server.address() as AddressInfo;
    const body = JSON.stringify(event());
    const headers = [`X-API-Key: ${service.key}`, 'Content-Type: application/json', `Content-Length: ${body.length}`];
    const sockets = Array.from({ length: 2 }, () => connect(port, '127.0.0.1'));
    for (const socket of sockets) socket.write(rawRequest(`POST ${API}/customer-events HTTP/1.1`, headers, body));
    await until(() => waiting() === 2);
    const connections = () =>
      new Promise<number>((resolve) => service.server.getConnections((_, count) => resolve(count)));
    const before = await connections();
    for (const socket of sockets) socket.destroy();
    await until(async () => (await connections()) <= before - 2);

    const patient = send();
    await until(() => waiting() === 3);
    await unlock();
    expectSuccess(await first, 201);
    expectSuccess(await patient, 201);
    expect(await rows()).toHaveLength(2);
    const all = await Promise.all([sendBatch(ROOM), service.get('/auth/whoami')]);
    for (const response of all) expect(response.status).toBeLessThan(300);
  });

  it('a statement that is ended by the server is a 503 for all who wait; nothing is stored, and the next try passes', async () => {
    const first = send({ eventId: 'first' });
    await service.database.untilWaiting(1);
    const queued = [send({ eventId: 'second' }), sendBatch(3)];
    await until(() => waiting() === 2);
    await service.database.query(
      "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    for (const response of await Promise.all([first, ...queued])) {
      expectFailure(response, 503, 'SERVICE_UNAVAILABLE');
      expect(response.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    }
    await unlock();
    expect(await rows()).toEqual([]);
    expectSuccess(await send({ eventId: 'first' }), 201);
  });
});

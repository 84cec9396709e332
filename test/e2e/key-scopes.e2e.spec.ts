import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { SCOPES, SCOPE_SETS, type Scopes } from '../../src/platform/access/scopes.ts';
import { until } from '../support/child.ts';
import { manyLines, openImport } from '../support/history.ts';
import { API, startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';

const CACHE_MS = 500;
const EVENT = { customerExternalId: 'user_42', type: 'order.placed', payload: { total: 12.5 }, eventId: 'order-1' };

describe('the scopes of a key', () => {
  let service: TestService;

  const administration = () => service.app.get(KeyAdministration);
  const createKey = async (scopes: Scopes) => {
    const { id, secret } = await service.createKey({ scopes });
    return { ...withKey(service, secret), id };
  };
  const missing = (scope: string) => ({
    code: 'AUTH_API_KEY_FORBIDDEN',
    details: { scope: [`needs ${scope}`] },
  });
  const eventRows = async (eventId: string): Promise<number> =>
    (await service.database.query('SELECT 1 FROM customer_events WHERE event_id LIKE $1', [eventId])).length;

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('are all for a key that has none of its own, as those of earlier versions', async () => {
    const [{ secret }, other] = [await service.createKey({}), await createKey(null)];
    await service.database.query('UPDATE api_keys SET scopes = NULL WHERE id = $1', [other.id]);
    for (const key of [withKey(service, secret), other]) {
      await key.post('/customer-events', { ...EVENT, eventId: `unscoped-${key.key.slice(-8)}` }).expect(201);
      await key.get('/customers/user_42').expect(200);
      await key.get('/customers/user_42/events').expect(200);
      await key.patch('/customers/user_42', { name: 'Ada' }).expect(200);
      await key.delete('/customers/user_42/events/c000000000000000000000000').expect(404);
    }
  });

  it.each<[string, Scopes]>([
    ['none at all', []],
    ['all by their names', SCOPES],
    ['no limit', null],
    ['one that has nothing to do with it', ['audit:read']],
  ])('do not count for whoami, whose response is the same: %s', async (_, scopes) => {
    const text = async (key: Pick<TestService, 'get'>) =>
      (await key.get('/auth/whoami').expect(200)).text.replace(/"timestamp":"[^"]*"/, '');
    const scoped = await text(await createKey(scopes));
    expect(scoped).toBe(await text(service));
    expect(scoped).not.toContain('scope');
  });

  describe('of a key that may only write', () => {
    let writer: Awaited<ReturnType<typeof createKey>>;
    beforeAll(async () => {
      writer = await createKey(SCOPE_SETS.write);
    });

    it('let it see the event that it wrote: 201, and 200 for a replay', async () => {
      const created = await writer.post('/customer-events', EVENT).expect(201);
      expect(created.body.data).toMatchObject({ type: 'order.placed', payload: { total: 12.5 }, eventId: 'order-1' });
      const replay = await writer.post('/customer-events', EVENT).expect(200);
      expect(replay.body.data).toEqual(created.body.data);
      expect(replay.headers['idempotent-replayed']).toBe('true');
    });

    it('name in a conflict the fields that differ, and no value of what is stored', async () => {
      const stored = { ...EVENT, eventId: 'secret-1', type: 'of_earlier', payload: { note: 'a value' } };
      await service.post('/customer-events', { ...stored, occurredAt: '2021-02-03T04:05:06Z' }).expect(201);
      const other = { ...EVENT, eventId: 'secret-1', occurredAt: '2022-01-01T00:00:00Z' };
      const { body } = await writer.post('/customer-events', other).expect(409);
      const differs = ['differs from the event stored under this eventId'];
      expect(body.details).toEqual({ type: differs, occurredAt: differs, payload: differs });
      expect(JSON.stringify(body)).not.toMatch(/of_earlier|a value|2021-02|04:05:06/);
    });

    it('let it create and change customers, and read and erase nothing', async () => {
      await writer.patch('/customers/scoped', { email: 'grace@example.com', name: 'Grace' }).expect(201);
      await writer.patch('/customers/scoped', { name: 'Grace Hopper' }).expect(200);
      expect((await writer.get('/customers/scoped').expect(403)).body).toMatchObject(missing('customers:read'));
      expect((await writer.get('/customers/scoped/events').expect(403)).body).toMatchObject(missing('timeline:read'));
      expect((await writer.delete('/customers/scoped').expect(403)).body).toMatchObject(missing('events:erase'));
      await service.get('/customers/scoped').expect(200);
    });
  });

  it('of a key that may only read let it write and erase nothing, whatever the body', async () => {
    const reader = await createKey(SCOPE_SETS.read);
    await reader.get('/customers/user_42').expect(200);
    await reader.get('/customers/user_42/events').expect(200);
    for (const body of [{ ...EVENT, eventId: 'not-written' }, '{"type":', 'x'.repeat(2_000_000)]) {
      expect((await reader.post('/customer-events', body).expect(403)).body).toMatchObject(missing('events:write'));
    }
    expect((await reader.patch('/customers/user_42', { name: 'x' }).expect(403)).body).toMatchObject(
      missing('customers:write'),
    );
    expect((await reader.delete('/customers/user_42').expect(403)).body).toMatchObject(missing('events:erase'));
    expect(await eventRows('not-written')).toBe(0);
    expect((await service.get('/customers/user_42').expect(200)).body.data).toMatchObject({ name: 'Ada' });
  });

  it('do not make a public key open anything, even if somebody gives it all in the database', async () => {
    const { id, secret } = await service.createKey({ type: 'public' });
    await service.database.query('UPDATE api_keys SET scopes = $2 WHERE id = $1', [id, SCOPES]);
    for (const path of ['/auth/whoami', '/customers/user_42', '/customers/user_42/events']) {
      const { body } = await withKey(service, secret).get(path).expect(403);
      expect(body).toMatchObject({ code: 'AUTH_API_KEY_FORBIDDEN', message: /public key/ });
    }
  });

  describe('that are changed', () => {
    let cached: Omit<TestService, 'otherKey'>;
    beforeAll(async () => {
      const instance = await startServiceOn(service.database, { API_KEY_CACHE_MS: String(CACHE_MS) });
      cached = withKey(instance, service.key) as typeof cached;
    });
    afterAll(() => cached.close());

    it('are seen by another instance within API_KEY_CACHE_MS, both ways', async () => {
      const { id, key } = await createKey(null);
      const read = async (): Promise<number> => (await withKey(cached, key).get('/customers/user_42')).status;
      expect(await read()).toBe(200);
      await administration().setKey(id, { scopes: ['events:write'] });
      const changedAt = Date.now();
      await until(async () => (await read()) === 403);
      expect(Date.now() - changedAt).toBeLessThan(CACHE_MS + 2_000);
      await administration().setKey(id, { scopes: null });
      await until(async () => (await read()) === 200);
    });

    it('end an import that is running with 403 and throughLine', async () => {
      const { id, key } = await createKey(null);
      const { write, receives, socket } = await openImport({ server: cached.server, key });
      await write(`${manyLines(4_000, 'scoped').join('\n')}\n`);
      await until(async () => (await eventRows('scoped-%')) === 4_000);
      await administration().setKey(id, { scopes: SCOPE_SETS.read });
      const drip = setInterval(() => void write(`${manyLines(1, 'after').join('\n')}\n`), 50);
      const received = await receives(/"timestamp"/);
      clearInterval(drip);
      expect(received).toMatch(/^HTTP\/1.1 403 /);
      expect(JSON.parse(received.slice(received.indexOf('\r\n\r\n')))).toMatchObject({
        code: 'AUTH_API_KEY_FORBIDDEN',
        details: { throughLine: 4_000 },
      });
      expect(await eventRows('after-%')).toBe(0);
      socket.destroy();
    });

    it('break off an export that is running', async () => {
      const { id, key } = await createKey(SCOPE_SETS.read);
      await service.database.query(
        `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
         SELECT c.id, timestamptz '2020-01-01', 'c' || lpad(to_hex(g), 24, '0'), 'a', json_build_object('s', repeat('x', 2000)), now()
         FROM generate_series(1, 30000) AS g, customers AS c WHERE c.external_id = 'user_42'`,
      );
      const socket = connect((cached.server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
      socket.write(`GET ${API}/customers/user_42/events/export HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\n\r\n`);
      const [first] = (await once(socket, 'data')) as [Buffer];
      socket.pause();
      expect(first.toString()).toMatch(/^HTTP\/1.1 200 /);
      await administration().setKey(id, { scopes: SCOPE_SETS.write });
      await new Promise((resolve) => setTimeout(resolve, CACHE_MS));
      let received = '';
      socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
      socket.resume();
      await once(socket, 'close');
      expect(received).not.toMatch(/\r\n0\r\n\r\n$/);
      // Of 60 MB; the operating system may take more than half of it while the client does not read.
      expect(received.length).toBeLessThan(55_000_000);
    });
  });
});

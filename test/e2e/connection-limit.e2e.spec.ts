import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';

const ROLE = 'few_connections';
const MAX_CONNECTIONS = 3;

describe('A role that may have fewer connections than the pool', () => {
  let owner: TestService;
  let service: Awaited<ReturnType<typeof startServiceOn>>;

  beforeAll(async () => {
    owner = await startTestService();
    const database = owner.database;
    await database.query(`DROP ROLE IF EXISTS ${ROLE}`);
    await database.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD 'secret' CONNECTION LIMIT ${MAX_CONNECTIONS}`);
    await database.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${ROLE}`);
    const url = new URL(database.url);
    url.username = ROLE;
    url.password = 'secret';
    service = withKey(await startServiceOn({ ...database, url: url.href }, { DATABASE_POOL_SIZE: '10' }), owner.key);
  });
  afterAll(async () => {
    await service.close();
    await owner.database.query(`DROP OWNED BY ${ROLE}`);
    await owner.database.query(`DROP ROLE ${ROLE}`);
    await owner.close();
  });

  it('makes requests wait for a connection: no 503, and readiness stays', async () => {
    const posts = Array.from({ length: 60 }, () =>
      service.post('/customer-events', { customerExternalId: 'user_42', type: 'crowded' }),
    );
    const reads = Array.from({ length: 120 }, () => service.get('/customers/user_42/events?limit=5'));
    const customers = Array.from({ length: 40 }, (_, n) => service.patch('/customers/user_42', { name: `Ada ${n}` }));
    const probes = Array.from({ length: 20 }, () => request(service.server).get('/health/ready'));
    const statuses = (await Promise.all([...posts, ...reads, ...customers, ...probes])).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 201]));
  }, 60_000);
});

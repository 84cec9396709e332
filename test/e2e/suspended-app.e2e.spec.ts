import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { until } from '../support/child.ts';
import { manyLines, openImport } from '../support/history.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';
import { expectFailure } from './helpers/answers.ts';

const CACHE_MS = 1_000;

describe('an app that is suspended', () => {
  let service: TestService;
  /** Another instance, which remembers keys. */
  let second: Awaited<ReturnType<typeof startServiceOn>>;
  let administration: KeyAdministration;

  beforeAll(async () => {
    service = await startTestService();
    second = await startServiceOn(service.database, { API_KEY_CACHE_MS: String(CACHE_MS) });
    administration = service.app.get(KeyAdministration);
  });
  afterAll(async () => {
    await second.close();
    await service.close();
  });
  beforeEach(() => administration.resumeApp('acme'));

  it('has all its keys refused with 403, and accepted again when it is resumed; another app is not concerned', async () => {
    const { secret } = await service.createKey({});
    await administration.suspendApp('acme');
    for (const key of [service.key, secret]) {
      const refusal = await withKey(service, key).get('/auth/whoami');
      expectFailure(refusal, 403, 'AUTH_API_KEY_FORBIDDEN');
      expect(refusal.body.message).toMatch(/The app of this API key is suspended/);
    }
    await withKey(service, service.otherKey).get('/auth/whoami').expect(200);
    await administration.resumeApp('acme');
    await service.get('/auth/whoami').expect(200);
  });

  it('is refused by an instance that remembers its key as soon as that forgets', async () => {
    const atSecond = withKey(second, service.key);
    await atSecond.get('/auth/whoami').expect(200);
    const began = Date.now();
    await administration.suspendApp('acme');
    await until(async () => (await atSecond.get('/auth/whoami')).status === 403);
    expect(Date.now() - began).toBeLessThan(CACHE_MS + 2_000);
    await administration.resumeApp('acme');
    await until(async () => (await atSecond.get('/auth/whoami')).status === 200);
  });

  it('ends an import with 403 before its next chunk', async () => {
    const { write, receives, socket } = await openImport(service);
    const lines = manyLines(8_000, 'suspended');
    const stored = async (): Promise<number> =>
      (await service.database.query(`SELECT 1 FROM customer_events WHERE event_id LIKE 'suspended-%'`)).length;
    await write(`${lines.slice(0, 4_000).join('\n')}\n`);
    await until(async () => (await stored()) === 4_000);
    await administration.suspendApp('acme');
    await write(`${lines.slice(4_000).join('\n')}\n`);
    const received = await receives(/"timestamp"/);
    expect(received).toMatch(/^HTTP\/1.1 403 /);
    expect(received).toMatch(/"code":"AUTH_API_KEY_FORBIDDEN".*"throughLine":4000/);
    expect(await stored()).toBe(4_000);
    socket.destroy();
  });
});

describe('a key that is rotated', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('works beside the new one until the end of the grace period, then no longer', async () => {
    const { id, secret } = await service.createKey({});
    const rotated = await service.app.get(KeyAdministration).rotateKey(id, 3_000);
    const [old, young] = [withKey(service, secret), withKey(service, rotated.secret)];
    await old.get('/auth/whoami').expect(200);
    await young.get('/auth/whoami').expect(200);
    await until(async () => (await old.get('/auth/whoami')).status === 401);
    expect(Date.now()).toBeGreaterThanOrEqual(rotated.old.expiresAt as number);
    expectFailure(await old.get('/auth/whoami'), 401, 'AUTH_API_KEY_EXPIRED');
    await young.get('/auth/whoami').expect(200);
  });
});

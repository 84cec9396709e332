import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { asTheyAre, expectFailure, expectSuccess } from './helpers/answers.ts';

const UNKNOWN = `sk_live_agent_${'x'.repeat(48)}`;

describe('API keys', () => {
  let service: TestService;
  let publicKey: string;
  let revokedKey: string;
  let expiredKey: string;

  const withoutTheTestKey = { 'X-API-Key': '' };
  const withKey = (key: string) => ({ 'X-API-Key': key });
  const keyId = (key: string) =>
    service.database.query<{ id: string }>('SELECT id FROM api_keys WHERE sha256 = sha256($1::bytea)', [
      Buffer.from(key),
    ]);

  beforeAll(async () => {
    service = await startTestService();
    publicKey = (await service.createKey({ type: 'public' })).secret;
    const revoked = await service.createKey({});
    revokedKey = revoked.secret;
    await service.app.get(KeyAdministration).revokeKey(revoked.id);
    const expired = await service.createKey({ expiresAt: Date.now() + 3_600_000 });
    expiredKey = expired.secret;
    await service.database.query("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = $1", [
      expired.id,
    ]);
  });
  afterAll(() => service.close());

  describe('GET /auth/whoami', () => {
    it('tells whose key it is', async () => {
      const response = await service.get('/auth/whoami');
      expectSuccess(response, 200);
      expect(response.body.data).toEqual({
        appId: expect.stringMatching(/^c[a-z0-9]{24}$/),
        slug: 'acme',
        name: 'Acme',
        keyType: 'agent',
      });
    });

    it("tells another app's key its own app", async () => {
      const response = await service.get('/auth/whoami', withKey(service.otherKey)).expect(200);
      expect(response.body.data).toMatchObject({ slug: 'other', name: 'Other' });
    });

    it('takes the header in any case', async () => {
      await service.get('/auth/whoami', { ...withoutTheTestKey, 'x-api-key': service.key }).expect(200);
    });
  });

  it('takes a key until the moment it expires', async () => {
    const { secret } = await service.createKey({ expiresAt: Date.now() + 3_600_000 });
    await service.get('/auth/whoami', withKey(secret)).expect(200);
  });

  it.each<[string, () => string, number, string]>([
    ['a missing key', () => '', 401, 'AUTH_API_KEY_MISSING'],
    ['an unknown agent key', () => UNKNOWN, 401, 'AUTH_API_KEY_INVALID'],
    ['an unknown public key', () => `pk_live_${'x'.repeat(48)}`, 401, 'AUTH_API_KEY_INVALID'],
    ['a text that is no key', () => 'letmein', 401, 'AUTH_API_KEY_INVALID'],
    ['a key that was cut', () => service.key.slice(0, -1), 401, 'AUTH_API_KEY_INVALID'],
    ['a key with a character too many', () => `${service.key}x`, 401, 'AUTH_API_KEY_INVALID'],
    ['a key in capitals', () => service.key.toUpperCase(), 401, 'AUTH_API_KEY_INVALID'],
    ['a key in quotes', () => `"${service.key}"`, 401, 'AUTH_API_KEY_INVALID'],
    ['a key sent twice', () => `${service.key}, ${service.key}`, 401, 'AUTH_API_KEY_INVALID'],
    ['an SQL injection', () => "' OR '1'='1", 401, 'AUTH_API_KEY_INVALID'],
    ['a very long key', () => 'sk_live_agent_'.repeat(500), 401, 'AUTH_API_KEY_INVALID'],
    ['a revoked key', () => revokedKey, 401, 'AUTH_API_KEY_INVALID'],
    ['an expired key', () => expiredKey, 401, 'AUTH_API_KEY_EXPIRED'],
    ['a known public key', () => publicKey, 403, 'AUTH_API_KEY_FORBIDDEN'],
  ])('refuses %s', async (_, key, status, code) => {
    expectFailure(await service.get('/auth/whoami', withKey(key())), status, code);
  });

  it('does not take a key from the Authorization header, the query or the body', async () => {
    const headers = { ...withoutTheTestKey, Authorization: `Bearer ${service.key}` };
    const response = await service.post(
      `/customer-events?X-API-Key=${service.key}`,
      { 'X-API-Key': service.key },
      headers,
    );
    expectFailure(response, 401, 'AUTH_API_KEY_MISSING');
  });

  it.each([
    ['POST', '/customer-events'],
    ['PATCH', '/customers/user_42'],
    ['GET', '/customers/user_42'],
    ['DELETE', '/customers/user_42'],
    ['GET', '/customers/user_42/events'],
    ['GET', '/auth/whoami'],
  ] as const)('guards %s %s', async (method, path) => {
    const send = {
      POST: () => service.post(path, {}, withoutTheTestKey),
      PATCH: () => service.patch(path, {}, withoutTheTestKey),
      GET: () => service.get(path, withoutTheTestKey),
      DELETE: () => service.delete(path, withoutTheTestKey),
    }[method];
    expectFailure(await send(), 401, 'AUTH_API_KEY_MISSING');
    await service.get('/customers/user_42').expect(200);
  });

  describe('refuses before the body is parsed', () => {
    const bodies = [
      ['broken JSON', '{"type":', {}],
      ['an empty body', '', {}],
      ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}],
      ['five megabytes', `"${'x'.repeat(5_000_000)}"`, {}],
      ['a gzip bomb', gzipSync(Buffer.alloc(20_000_000)), { 'Content-Encoding': 'gzip' }],
      ['broken gzip', 'not gzip', { 'Content-Encoding': 'gzip' }],
      ['a form', 'a=1', { 'Content-Type': 'application/x-www-form-urlencoded' }],
      ['40,000 brackets', '['.repeat(40_000), {}],
    ] as const;

    it.each(bodies)('an unknown key with %s', async (_, body, headers) => {
      const response = await service
        .post('/customer-events', body, { ...withKey(UNKNOWN), ...headers })
        .serialize(asTheyAre);
      expectFailure(response, 401, 'AUTH_API_KEY_INVALID');
    });

    it.each(bodies)('a public key with %s', async (_, body, headers) => {
      const response = await service
        .post('/customer-events', body, { ...withKey(publicKey), ...headers })
        .serialize(asTheyAre);
      expectFailure(response, 403, 'AUTH_API_KEY_FORBIDDEN');
    });
  });

  it('keeps no key in the database, only its SHA-256', async () => {
    expect(await keyId(service.key)).toHaveLength(1);
    const tables = await service.database.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    const secret = service.key.slice('sk_live_agent_'.length);
    for (const { name } of tables) {
      const found = await service.database.query(`SELECT 1 FROM ${name} AS t WHERE strpos(t::text, $1) > 0`, [secret]);
      expect({ table: name, found }).toEqual({ table: name, found: [] });
    }
  });

  it('makes agent keys of 48 random characters', () => {
    expect(service.key).toMatch(/^sk_live_agent_[A-Za-z0-9]{48}$/);
    expect(publicKey).toMatch(/^pk_live_[A-Za-z0-9]{48}$/);
    expect(new Set([service.key, service.otherKey, revokedKey, expiredKey]).size).toBe(4);
  });

  it('notes when a key was last used', async () => {
    const { id, secret } = await service.createKey({});
    await service.get('/auth/whoami', withKey(secret)).expect(200);
    const noted = async (): Promise<boolean> => {
      const [row] = await service.database.query<{ noted: boolean }>(
        'SELECT last_used_at IS NOT NULL AS noted FROM api_keys WHERE id = $1',
        [id],
      );
      return row?.noted ?? false;
    };
    while (!(await noted()));
  });
});

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { newSecretKey } from '../../src/api-keys/domain/api-key.ts';
import { servesAt, Workplace } from '../support/service-process.ts';
import type { Child } from '../support/child.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { FULL } from '../support/drill.ts';

jest.setTimeout(180_000);

(FULL ? describe : describe.skip)('a machine that starts by itself, with INIT_APP and INIT_KEY', () => {
  const key = newSecretKey('agent');
  const settings = { INIT_APP: 'acme:Acme Ltd.', INIT_KEY: key, LOG_LEVEL: 'info' };
  let workplace: Workplace;

  beforeEach(() => {
    workplace = new Workplace();
  });
  afterEach(() => workplace.close());

  const whoami = async (child: Child): Promise<unknown> => {
    const response = await fetch(`${await servesAt(child)}/api/v1/auth/whoami`, { headers: { 'X-API-Key': key } });
    return ((await response.json()) as { data: unknown }).data;
  };
  const isAcme = expect.objectContaining({ slug: 'acme', name: 'Acme Ltd.' });
  const stopped = async (child: Child): Promise<void> => {
    child.kill('SIGTERM');
    expect(await child.ends()).toEqual({ code: 0, signal: null });
    expect(child.output()).not.toContain(key.slice('sk_live_agent_'.length));
  };

  it('has its app and key on a database of its own, made once by instances that start at once', async () => {
    const database = await createTestDatabase();
    try {
      const instances = [1, 2, 3].map(() => workplace.start({ ...settings, DATABASE_URL: database.url }));
      for (const instance of instances) expect(await whoami(instance)).toEqual(isAcme);
      for (const instance of instances) await stopped(instance);
      const told = instances.filter((instance) => instance.output().includes('of INIT_APP was created, and INIT_KEY'));
      expect(told).toHaveLength(1);
      expect(await database.query('SELECT actor_id, action FROM audit_entries ORDER BY at, id')).toEqual([
        { actor_id: 'first start', action: 'app.created' },
        { actor_id: 'first start', action: 'key.created' },
        { actor_id: 'first start', action: 'key.created' },
      ]);
      await database.query('UPDATE api_keys SET revoked_at = now()');
      const again = workplace.start({ ...settings, DATABASE_URL: database.url });
      await again.prints(/INIT_KEY is revoked/);
      await servesAt(again);
      await stopped(again);
      expect(await database.query('SELECT count(*)::int AS keys FROM api_keys')).toEqual([{ keys: 2 }]);
    } finally {
      await database.drop();
    }
  });

  it('has them in the embedded PostgreSQL in the place of the demo', async () => {
    const child = workplace.start(settings);
    expect(await whoami(child)).toEqual(isAcme);
    expect(child.output()).toMatch(/To create an API key: .* keys create --app acme --name mine/);
    expect(child.output()).not.toMatch(/demo|curl/);
    await stopped(child);
  });

  it('does not start with a key that can be guessed, which it names by its setting', async () => {
    const child = workplace.start({ INIT_APP: 'acme', INIT_KEY: `sk_live_agent_${'x'.repeat(48)}` });
    expect(await child.ends()).toMatchObject({ code: 1 });
    expect(child.output()).toMatch(/INIT_KEY must be of random characters/);
    expect(child.output()).not.toContain('xxxx');
  });
});

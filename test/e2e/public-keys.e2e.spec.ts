import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { PublicKeys } from '../../src/api-keys/application/public-keys.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';

const PUBLIC_KEY = /^pk_live_[A-Za-z0-9]{48}$/;

describe('the public key of an app', () => {
  let service: TestService;
  let second: Awaited<ReturnType<typeof startServiceOn>>;
  let administration: KeyAdministration;

  const publicKeyOf = (appId: string, { app }: Pick<TestService, 'app'> = service): Promise<string> =>
    app.get(PublicKeys).publicKeyOf(appId);

  beforeAll(async () => {
    service = await startTestService();
    second = await startServiceOn(service.database);
    administration = service.app.get(KeyAdministration);
  });
  afterAll(async () => {
    await second.close();
    await service.close();
  });

  it('is made with the app, names it to a page, and opens no route', async () => {
    const { id, slug } = await administration.createApp('with-page', 'With a page');
    const key = await publicKeyOf(id);
    expect(key).toMatch(PUBLIC_KEY);
    expect((await administration.listKeys(slug)).map(({ publicKey }) => publicKey)).toEqual([key]);
    expect(await second.app.get(PublicKeys).findAppOfPublicKey(key, '192.0.2.1')).toMatchObject({ id, slug });
    const { body } = await withKey(service, key).get('/auth/whoami').expect(403);
    expect(body).toMatchObject({ code: 'AUTH_API_KEY_FORBIDDEN' });
  });

  it('is made once by instances that are asked at once, for an app of an earlier version', async () => {
    const { id, slug } = await administration.createApp('before', 'Before');
    // Of its public keys that version kept the hash alone.
    await service.database.query('UPDATE api_keys SET public_key = NULL WHERE app_id = $1', [id]);
    const asked = await Promise.all([service, second, service, second].map((instance) => publicKeyOf(id, instance)));
    expect(asked[0]).toMatch(PUBLIC_KEY);
    expect(new Set(asked).size).toBe(1);
    expect((await administration.listKeys(slug)).map(({ publicKey }) => publicKey)).toEqual([null, asked[0]]);
    const byService = (await auditEntriesOf(service.database, id)).filter(({ actor }) => actor.kind === 'service');
    expect(byService).toMatchObject([{ action: 'key.created', actor: { id: 'embed' }, details: { type: 'public' } }]);
  });
});

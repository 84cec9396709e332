import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { runCommand } from '../support/command-line.ts';
import { createSession, embedApi } from '../support/embed-session.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

describe('the commands for embed sessions', () => {
  let service: TestService;

  const cli = (...args: string[]) => runCommand({ DATABASE_URL: service.database.url }, 'sessions', ...args);

  beforeAll(async () => {
    service = await startTestService();
  });
  afterAll(() => service.close());

  it('list those of an app, the newest first, without what would open one', async () => {
    const older = await createSession(service);
    const newer = await createSession(service, { email: 'user_42@example.com', viewer: { id: 'grace-7' } });
    const { code, stdout, stderr } = await cli('list', '--app', 'acme');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(new RegExp(`^${newer.id}  valid .*  0  +grace-7  user_42$`)),
      expect.stringMatching(new RegExp(`^${older.id}  valid .*  0  +-        user_42$`)),
    ]);
    const json = await cli('list', '--app', 'acme', '--json', '--limit', '1');
    expect(JSON.parse(json.stdout)).toEqual([
      expect.objectContaining({
        id: newer.id,
        customerExternalId: 'user_42',
        expiresAt: new Date(newer.expiresAt).toISOString(),
      }),
    ]);
    expect(json.stdout + stdout).not.toMatch(/es_|sha256/);
    expect((await cli('list', '--app', 'other')).stdout).toBe('');
  });

  it('end one of any app, in the name of the operator', async () => {
    const { id, token } = await createSession(service);
    expect(await cli('revoke', id)).toEqual({ code: 0, stdout: `revoked ${id}\n`, stderr: '' });
    await embedApi(service, token).head().expect(401);
    expect((await cli('list', '--app', 'acme')).stdout).toMatch(new RegExp(`^${id}  revoked `, 'm'));
    const { id: appId } = await service.app.get(KeyAdministration).appOf('acme');
    const entry = (await auditEntriesOf(service.database, appId)).find(({ action }) => action === 'session.revoked');
    expect(entry).toMatchObject({ subject: id, actor: { kind: 'operator' } });
  });

  it('refuse a session and an app that are none', async () => {
    expect(await cli('revoke', 'nothing')).toMatchObject({
      code: 1,
      stderr: 'There is no embed session with the id "nothing"\n',
    });
    expect(await cli('list', '--app', 'nobody')).toMatchObject({ code: 1, stderr: 'There is no app "nobody"\n' });
  });
});

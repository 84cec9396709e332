import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AuditNotes } from '../../src/audit/application/audit-notes.ts';
import type { CommandOutcome } from '../support/command-runner.ts';
import { Workplace } from '../support/service-process.ts';
import { unfenced, type TestDatabase } from '../support/test-database.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';

jest.setTimeout(60_000);
const SECRET = 'a secret of thirty-two characters';
const OTHER_SECRET = 'another secret of thirty-two characters';

/** A backup is taken, customers and events are erased, the backup is restored, and the erasures are replayed. */
describe('erasures after a restore', () => {
  let workplace: Workplace;
  let service: TestService;
  let restored: TestDatabase;
  let file: string;

  const cli = (
    database: TestDatabase,
    args: string[],
    settings: Record<string, string> = {},
  ): Promise<CommandOutcome> =>
    workplace.command(args, { DATABASE_URL: unfenced(database.url), ERASURE_SECRET: SECRET, ...settings });
  const put = (externalId: string) =>
    service.patch(`/customers/${externalId}`, { email: `${externalId}@example.com`, name: 'x' }).expect(201);
  const post = async (externalId: string, eventId: string): Promise<string> =>
    (await service.post('/customer-events', { customerExternalId: externalId, type: 'a', eventId }).expect(201)).body
      .data.id as string;

  beforeAll(async () => {
    workplace = new Workplace();
    service = await startTestService();
    for (const externalId of ['gone', 'again', 'part']) {
      await put(externalId);
      await post(externalId, 'before');
    }
    await service.delete('/customers/again').expect(200);
    await put('again');
    await post('again', 'new');
    const erasedLater = await post('part', 'erased-later');
    restored = await service.database.copy();

    await service.delete('/customers/gone').expect(200);
    await service.delete(`/customers/part/events/${erasedLater}`).expect(200);
    await put('never-backed-up');
    await post('never-backed-up', 'lost');
    await service.delete('/customers/never-backed-up').expect(200);
    const { code, stdout, stderr } = await cli(service.database, ['erasures', 'export']);
    expect({ code, errors: stderr.replace(/^Using .*\n/, '') }).toEqual({ code: 0, errors: '' });
    file = join(workplace.folder, 'erasures.ndjson');
    writeFileSync(file, stdout);
    expect(stdout.trimEnd().split('\n')).toHaveLength(8);
    expect(stdout).not.toMatch(/gone|again|part|never|before|lost/);
  });
  afterAll(async () => {
    await service.close();
    await restored.drop();
    await workplace.close();
  });

  it.each([
    ['that is not there', 'nothing.ndjson', undefined, 'There is no file'],
    ['with a line of something else', 'other.ndjson', '{"erased":"customer"}\n', 'Line 1 of '],
    ['with a line cut short', 'short.ndjson', '{"erased":"customer","customer":"ab', 'Line 1 of '],
  ])('refuses a file %s before it changes anything', async (_, name, content, message) => {
    const path = join(workplace.folder, name);
    if (content !== undefined) writeFileSync(path, content);
    const { code, stdout, stderr } = await cli(restored, ['erasures', 'replay', path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('refuses a file that another secret made, and names the secret', async () => {
    const settings = { ERASURE_SECRET: `${OTHER_SECRET},${SECRET}` };
    const path = join(workplace.folder, 'strange.ndjson');
    writeFileSync(
      path,
      '{"erased":"customer","customer":"0badc0de.00000000000000000000000000000000","at":"2026-01-01"}\n',
    );
    const { code, stderr } = await cli(restored, ['erasures', 'replay', path], settings);
    expect(code).toBe(1);
    expect(stderr).toContain('not in ERASURE_SECRET (0badc0de)');
  });

  it('counts in a dry run, and changes nothing', async () => {
    const { code, stdout } = await cli(restored, ['erasures', 'replay', file, '--dry-run', '--json']);
    expect({ code, counts: JSON.parse(stdout) as unknown }).toEqual({
      code: 0,
      counts: { customers: 1, events: 1, erasedIds: 4 },
    });
    expect(await restored.query(`SELECT 1 FROM customers WHERE external_id = 'gone'`)).toHaveLength(1);
  });

  it('erases what the backup had brought back, and nothing else; a second time there is nothing to do', async () => {
    const first = await cli(restored, ['erasures', 'replay', file]);
    expect(first.stdout).toBe('erased 1 customers and 1 single events; kept 4 erased eventIds\n');
    const second = await cli(restored, ['erasures', 'replay', file, '--json']);
    expect(JSON.parse(second.stdout)).toMatchObject({ customers: 0, events: 0 });

    const instance = await startServiceOn(restored);
    try {
      const client = withKey(instance, service.key);
      await client.get('/customers/gone').expect(404);
      const eventIds = async (externalId: string): Promise<unknown[]> =>
        (
          (await client.get(`/customers/${externalId}/events`).expect(200)).body.data.events as { eventId: string }[]
        ).map(({ eventId }) => eventId);
      expect(await eventIds('again')).toEqual(['new']);
      expect(await eventIds('part')).toEqual(['before']);
      await client.patch('/customers/never-backed-up', { email: 'n@example.com', name: 'x' }).expect(201);
      for (const [externalId, eventId] of [
        ['part', 'erased-later'],
        ['never-backed-up', 'lost'],
        ['again', 'before'],
      ]) {
        const event = { customerExternalId: externalId, type: 'a', eventId };
        await client.post('/customer-events', event).expect(410);
      }
    } finally {
      await instance.close();
    }
  });

  it('tells in the audit how many requests of a key have read customers', async () => {
    await service.get('/customers/part').expect(200);
    await service.app.get(AuditNotes).flush();
    const { stdout } = await cli(service.database, ['audit', '--app', 'acme', '--action', 'customer.read.bulk']);
    expect(stdout).toMatch(/^20\d\d-\S+:00:00\.000Z {2}acme {2}key \S+ {2}customer\.read\.bulk {2}\d+ requests$/m);
  });

  it('says that there is no app where nothing is recorded of one by that name', async () => {
    expect(await cli(service.database, ['audit', '--app', 'acmee'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'There is no app "acmee", and no entry about one that had this id\n',
    });
    const nothing = await cli(service.database, ['audit', '--app', 'acme', '--action', 'app.deleted']);
    expect(nothing).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('tells in the audit who replayed them, and finds the entries of a customer that is gone', async () => {
    const { stdout } = await cli(restored, ['audit', '--app', 'acme', '--customer', 'gone', '--json']);
    const entries = JSON.parse(stdout) as { action: string; actor: { kind: string; id: string } }[];
    expect(entries).toEqual([expect.objectContaining({ action: 'customer.erased' })]);
    expect(entries[0]?.actor).toMatchObject({ kind: 'operator', id: expect.stringMatching(/.+@.+/) });
    const text = await cli(restored, ['audit', '--action', 'customer.erased', 'event.erased', '--limit', '2']);
    expect(text.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(text.stdout).toMatch(/^20\d\d-\S+Z {2}acme {2}operator \S+ {2}(customer|event)\.erased {2}customer /);
    expect((await cli(restored, ['audit', '--to', '2020-01-01'])).stdout).toBe('');
    expect((await cli(restored, ['audit', '--app', 'other', '--customer', 'gone', '--json'])).stdout).toBe('[]\n');
  });

  it.each([
    [['--limit', '0'], 'whole number'],
    [['--from', 'yesterday'], 'a date or an instant'],
    [['--action', 'customer.eaten'], 'customer.erased'],
    [['--customer', 'gone'], '--customer needs --app'],
  ])('audit %j is refused, and says what would be taken', async (args, message) => {
    const { code, stdout, stderr } = await cli(restored, ['audit', ...args]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('no command runs without the secret, so that none brings back what was erased', async () => {
    const { code, stderr } = await cli(restored, ['apps', 'list'], { ERASURE_SECRET: '' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/ERASURE_SECRET lacks a secret/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { Maintenance } from '../../src/app/maintenance.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { runCommand, type Outcome } from '../support/command-line.ts';
import { unfenced, type TestDatabase } from '../support/test-database.ts';
import { startServiceOn, startTestService, type TestService } from '../support/test-service.ts';

const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

describe('apps retention', () => {
  let service: TestService;

  /** What counts and deletes goes over all customers. */
  const wide = (): TestDatabase => ({ ...service.database, url: unfenced(service.database.url) });
  const cli = (...args: string[]): Promise<Outcome> =>
    runCommand({ DATABASE_URL: wide().url }, 'apps', 'retention', '--app', 'acme', ...args);
  const set = (type: string, keep: string, ...args: string[]) => cli('--type', type, '--keep', keep, ...args);
  const confirmed = ['--confirm', 'acme'];

  beforeAll(async () => {
    service = await startTestService();
    const events = [1, 10, 100, 1_000].flatMap((days) =>
      ['page.view', 'page.left', 'order.placed'].map((type) => ({
        customerExternalId: 'user_42',
        type,
        occurredAt: daysAgo(days),
      })),
    );
    await service.post('/customer-events/batch', { events }).expect(201);
  });
  afterAll(() => service.close());
  beforeEach(async () => {
    await service.database.query('UPDATE apps SET retention = NULL');
  });

  it('says that all is kept for ever where nothing is set', async () => {
    expect(await cli()).toEqual({ code: 0, stdout: '', stderr: 'All events of acme are kept for ever\n' });
    expect(await cli('--json')).toEqual({
      code: 0,
      stdout: '{"app":"acme","retention":[],"purge":null}\n',
      stderr: '',
    });
  });

  it('sets one rule after the other, counts what is past each, and lists all in the order in which they are asked', async () => {
    expect(await set('page.*', 'P90D', ...confirmed)).toEqual({
      code: 0,
      stdout: 'page.*  P90D\n',
      stderr: '4 of the page.* events of acme are past it now\n',
    });
    expect((await set('*', 'P1Y', ...confirmed)).stderr).toBe('1 of the * events of acme are past it now\n');
    // The default of page.view is that of page.*, and it had none of its own.
    expect((await set('page.view', 'default', ...confirmed)).stderr).toMatch(/^2 of the page\.view events/);
    expect((await set('page.view', 'forever')).stderr).toMatch(/^0 of the page\.view events/);
    expect((await set('page.*', 'P90D', ...confirmed)).stderr).toMatch(/^2 of the page\.\* events/);
    expect(await cli()).toEqual({
      code: 0,
      stdout: 'page.view  forever\npage.*     P90D\n*          P1Y\n',
      stderr: 'Nothing has been purged yet\n',
    });
    const apps = await runCommand({ DATABASE_URL: service.database.url }, 'apps', 'list');
    expect(apps.stdout).toMatch(/acme {2}Acme {2}keeps page\.view=forever,page\.\*=P90D,\*=P1Y\n/);
  });

  it('changes nothing in a dry run, nor without the slug', async () => {
    expect(await set('page.*', 'P9D', '--dry-run', '--json')).toEqual({
      code: 0,
      stdout:
        '{"app":"acme","retention":[{"type":"page.*","keep":"P9D"}],"dryRun":true,"past":{"events":6,"counted":true}}\n',
      stderr: '',
    });
    expect(await set('page.*', 'P9D', '--confirm', 'other')).toEqual({
      code: 1,
      stdout: '',
      stderr: '6 of the page.* events of acme are past it now\nNothing was changed: "other" is not the slug "acme"\n',
    });
    expect((await cli()).stdout).toBe('');
  });

  it('is recorded with what was set before', async () => {
    await set('order.*', 'P30D', ...confirmed);
    await set('order.*', 'P60D', ...confirmed);
    await set('order.*', 'P60D', ...confirmed);
    const { id } = await service.app.get(KeyAdministration).appOf('acme');
    const recorded = (await auditEntriesOf(service.database, id)).filter(
      ({ action }) => action === 'retention.changed',
    );
    expect(recorded.slice(-2).map(({ details }) => details)).toEqual([
      { type: 'order.*', keep: 'P30D', keptBefore: 'default' },
      { type: 'order.*', keep: 'P60D', keptBefore: 'P30D' },
    ]);
  });

  it.each([
    [
      ['--type', 'page*', '--keep', 'P90D'],
      "option '--type <pattern>' argument 'page*' is invalid",
      'did you mean page.*?',
    ],
    [['--type', 'Page.View', '--keep', 'P9D'], "argument 'Page.View' is invalid", 'did you mean page.view?'],
    [['--type', 'a b', '--keep', 'P90D'], "argument 'a b' is invalid. expected a type of 1 to 100", undefined],
    [['--type', '*', '--keep', '90d'], "option '--keep <period>' argument '90d' is invalid", 'did you mean P90D?'],
    [['--type', '*', '--keep', '3 months'], "argument '3 months' is invalid", 'did you mean P3M?'],
    [['--type', '*', '--keep', 'P1Y6M'], 'in whole days, weeks, months or years', 'did you mean P18M?'],
    [['--type', '*', '--keep', 'P0D'], 'from P1D to P100Y', undefined],
    [['--type', '*', '--keep', 'for ever'], "argument 'for ever' is invalid", 'did you mean forever?'],
    [['--type', '*'], '--type * needs --keep: how long, such as --keep P90D, forever or default', undefined],
    [['--keep', 'P90D'], '--keep, --dry-run and --confirm need --type', undefined],
    [['--dry-run'], '--keep, --dry-run and --confirm need --type', undefined],
  ])('refuses %j, and names the option and what is near', async (args, message, near) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
    if (near === undefined) expect(stderr).not.toContain('did you mean');
    else expect(stderr).toContain(near);
  });

  it('refuses an app that is not there', async () => {
    expect(
      await runCommand({ DATABASE_URL: service.database.url }, 'apps', 'retention', '--app', 'acmee'),
    ).toMatchObject({ code: 1, stderr: 'There is no app "acmee"\n' });
  });

  it('tells how the last purge went, after the maintenance has deleted what is past', async () => {
    await set('page.*', 'P90D', ...confirmed);
    const instance = await startServiceOn(wide());
    await instance.app.get(Maintenance).run();
    await instance.close();
    const { stdout, stderr } = await cli();
    expect(stdout).toBe('page.*  P90D\n');
    expect(stderr).toMatch(/^The last purge began at .*Z, ended at .*Z, and deleted 4 events\n$/);
    expect(JSON.parse((await cli('--json')).stdout)).toMatchObject({
      purge: { startedAt: expect.any(String), finishedAt: expect.any(String), deletedEvents: 4 },
    });
    expect((await set('page.*', 'P90D', ...confirmed)).stderr).toMatch(/^0 of the page/);
  });
});

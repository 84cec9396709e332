import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { requireConfirmed } from '../../src/cli/commands/confirmed.ts';
import { deleteApp, deletionOf } from '../../src/cli/commands/delete-command.ts';
import { AppData } from '../../src/customer-events/application/app-data.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { until } from '../support/child.ts';
import { runCommand, type Outcome } from '../support/command-line.ts';
import { unfenced, type TestDatabase } from '../support/test-database.ts';
import { startServiceOn, startTestService, withKey, type TestService } from '../support/test-service.ts';

describe('apps delete', () => {
  let service: TestService;
  /** Its data is erased as by a command. */
  let operator: Awaited<ReturnType<typeof startServiceOn>>;
  let administration: KeyAdministration;
  let data: AppData;

  /** Where what goes over all customers of an app may do so. */
  const wide = (): TestDatabase => ({ ...service.database, url: unfenced(service.database.url) });
  const cli = (...args: string[]): Promise<Outcome> => runCommand({ DATABASE_URL: wide().url }, ...args);

  /** An app with a key, 20 customers with 5 events each, some of them erased. */
  const anApp = async (slug: string): Promise<{ id: string; key: string }> => {
    const { id } = await administration.createApp(slug, slug);
    const limits = [{ units: 100_000, seconds: 600 }];
    await administration.setAppLimits(slug, { eventLimits: limits, readLimits: limits });
    const { secret: key } = await service.createKey({ app: slug });
    const owner = withKey(service, key);
    for (let n = 0; n < 20; n++) {
      await owner.patch(`/customers/u${n}`, { email: `u${n}@example.com`, name: 'x' }).expect(201);
      const events = [1, 2, 3, 4, 5].map((eventId) => ({
        ...{ customerExternalId: `u${n}`, type: 'a', eventId: String(eventId) },
      }));
      await owner.post('/customer-events/batch', { events }).expect(201);
    }
    const { body } = await owner.get('/customers/u0/events').expect(200);
    await owner.delete(`/customers/u0/events/${body.data.events[0].id}`).expect(200);
    await owner.delete('/customers/u19').expect(200);
    return { id, key };
  };

  /** Rows of all tables that have something of an app in them, by table; the audit trail stays. */
  const rowsOf = async (appId: string): Promise<Record<string, number>> => {
    const tables = await service.database.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'audit_entries'`,
    );
    const customers = await service.database.query<{ id: string }>(
      'SELECT c.id FROM customers AS c WHERE c.app_id = $1',
      [appId],
    );
    const counts: Record<string, number> = {};
    for (const { name } of tables) {
      const [row] = await service.database.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM ${name} AS t
         WHERE strpos(t::text, $1) > 0 OR EXISTS (SELECT 1 FROM unnest($2::text[]) AS c (id) WHERE strpos(t::text, c.id) > 0)`,
        [appId, customers.map(({ id }) => id)],
      );
      if (row !== undefined && row.count > 0) counts[name] = row.count;
    }
    return counts;
  };
  const totals = async (): Promise<number[]> => {
    const [row] = await service.database.query<Record<string, number>>(
      `SELECT (SELECT count(*)::int FROM customers) AS customers, (SELECT count(*)::int FROM customer_events) AS events,
        (SELECT count(*)::int FROM customer_emails) AS emails, (SELECT count(*)::int FROM api_keys) AS keys`,
    );
    return Object.values(row ?? {});
  };

  beforeAll(async () => {
    service = await startTestService({ RATE_LIMIT_STORE: 'postgres', RATE_LIMITS: '100000/600' });
    operator = await startServiceOn(wide());
    administration = service.app.get(KeyAdministration);
    data = operator.app.get(AppData);
  });
  afterAll(async () => {
    await operator.close();
    await service.close();
  });

  it('leaves nothing of an app but its record, and nothing of another app changes', async () => {
    const before = await totals();
    const { id, key } = await anApp('whole');
    const keyId = (await administration.listKeys('whole')).find(({ type }) => type === 'agent')?.id;
    expect(await service.database.query('SELECT 1 FROM rate_limits WHERE strpos(key, $1) > 0', [keyId])).not.toEqual(
      [],
    );
    // As the versions write it that know of which app an erased id is.
    await service.database.query(`UPDATE erased_event_ids SET app_id = $1 WHERE app_id IS NULL`, [id]);
    // They are noted beside the requests, within a second.
    await until(async () => 'event_types_seen' in (await rowsOf(id)));
    const tables = ['api_keys', 'apps', 'customer_emails', 'customer_events', 'customers', 'erased_event_ids'];
    expect(Object.keys(await rowsOf(id)).sort()).toEqual([...tables, 'event_types_seen', 'rate_limits'].sort());
    expect(await deleteApp(administration, data, 'whole', 0)).toEqual({ customers: 19, events: 94 });
    expect(await rowsOf(id)).toEqual({});
    expect(await service.database.query('SELECT 1 FROM rate_limits WHERE strpos(key, $1) > 0', [keyId])).toEqual([]);
    expect(await totals()).toEqual(before);
    expect(await service.database.query('SELECT 1 FROM erased_event_ids')).toEqual([]);
    await withKey(service, key).get('/auth/whoami').expect(401);
    await service.get('/customers/user_42').expect(200);
    const entries = await auditEntriesOf(service.database, id);
    expect(entries.slice(-2)).toMatchObject([
      { action: 'app.suspended', details: { for: 'deletion' } },
      { action: 'app.deleted', count: 94, details: { slug: 'whole', name: 'whole', customers: '19' } },
    ]);
  }, 60_000);

  it('erases what another instance still accepts while it remembers the key', async () => {
    const second = await startServiceOn(service.database, { API_KEY_CACHE_MS: '3000' });
    try {
      const { id, key } = await anApp('cached');
      const owner = withKey(second, key);
      await owner.get('/auth/whoami').expect(200);
      const deletion = deleteApp(administration, data, 'cached', 5_000);
      await until(async () => (await rowsOf(id)).customers === undefined);
      await owner.patch('/customers/late', { email: 'late@example.com', name: 'x' }).expect(201);
      await owner.post('/customer-events', { customerExternalId: 'late', type: 'a' }).expect(201);
      expect(await deletion).toEqual({ customers: 20, events: 95 });
      expect(await rowsOf(id)).toEqual({});
      await owner.post('/customer-events', { customerExternalId: 'late', type: 'a' }).expect(401);
    } finally {
      await second.close();
    }
  }, 60_000);

  it('goes on where a deletion ended, and until then the app is suspended for good', async () => {
    const { id, key } = await anApp('resumed');
    const killed = (): never => {
      throw new Error('killed');
    };
    const broken = { erase: (appId: string) => data.erase(appId, killed) };
    await expect(deleteApp(administration, broken, 'resumed', 0)).rejects.toThrow('killed');
    await withKey(service, key).get('/auth/whoami').expect(403);
    for (const args of [
      ['apps', 'resume', '--slug', 'resumed'],
      ['keys', 'create', '--app', 'resumed', '--name', 'x'],
      ['import', 'package.json', '--app', 'resumed'],
    ]) {
      const { code, stderr } = await cli(...args);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: 'The app "resumed" is being deleted; "apps delete --slug resumed" goes on with it\n',
      });
    }
    expect((await cli('apps', 'list')).stdout).toMatch(/ {2}resumed {2}resumed {2}.* {2}being deleted since \S+Z$/m);
    expect(await deleteApp(administration, data, 'resumed', 0)).toEqual({ customers: 0, events: 0 });
    expect(await rowsOf(id)).toEqual({});
    expect((await auditEntriesOf(service.database, id)).map(({ action }) => action)).toEqual([
      ...['app.created', 'key.created', 'app.changed', 'key.created', 'event.erased', 'customer.erased'],
      ...['app.suspended', 'app.deleted'],
    ]);
  }, 60_000);

  it('does not wait for an app that was suspended long ago', async () => {
    await administration.createApp('idle', 'Idle');
    await administration.suspendApp('idle');
    await service.database.query("UPDATE apps SET suspended_at = now() - interval '61 minutes' WHERE slug = 'idle'");
    const outcome = await cli('apps', 'delete', '--slug', 'idle', '--confirm', 'idle', '--json');
    expect(outcome).toEqual({
      code: 0,
      stdout: '{"app":"idle","deleted":true,"customers":0,"events":0}\n',
      stderr: '',
    });
    expect((await cli('apps', 'list')).stdout).not.toContain('idle');
  });

  it('says where it cannot go on that the same command does', async () => {
    const { id } = await anApp('locked');
    const release = await service.database.lockCustomers('app_id', id);
    try {
      const settings = { DATABASE_URL: wide().url, DATABASE_LOCK_TIMEOUT_MS: '100' };
      const outcome = await runCommand(settings, 'apps', 'delete', '--slug', 'locked', '--confirm', 'locked');
      expect(outcome).toMatchObject({ code: 1, stdout: '' });
      expect(outcome.stderr).toMatch(
        /^The deletion has ended in the middle; the same command goes on with it\.\nThe database cannot be reached: .*lock/,
      );
    } finally {
      await release();
    }
    expect(await deleteApp(administration, data, 'locked', 0)).toEqual({ customers: 19, events: 94 });
  }, 60_000);

  describe('wants the slug', () => {
    const terminal = () => {
      const input = Object.assign(new PassThrough(), { isTTY: true });
      const output = new PassThrough();
      let asked = '';
      output.on('data', (chunk: Buffer) => (asked += chunk.toString()));
      return { input, output, asked: () => asked };
    };

    it('typed on a terminal', async () => {
      const both = terminal();
      const confirmed = requireConfirmed(deletionOf('acme'), undefined, both);
      await until(() => both.asked() !== '');
      expect(both.asked()).toMatch(
        /deletes the app "acme" with all its customers, events and keys, for good. Type its slug: /,
      );
      both.input.write('acme\n');
      await confirmed;
    });

    it.each([['other\n'], ['\n'], ['ACME\n']])('and takes %j for a no', async (answer) => {
      const both = terminal();
      const confirmed = requireConfirmed(deletionOf('acme'), undefined, both);
      both.input.write(answer);
      await expect(confirmed).rejects.toThrow(/^Nothing was deleted: ".*" is not the slug "acme"$/);
    });

    it('and takes the end of the input for a no', async () => {
      const both = terminal();
      const confirmed = requireConfirmed(deletionOf('acme'), undefined, both);
      await sleep(10);
      both.input.end();
      await expect(confirmed).rejects.toThrow('Nothing was deleted');
    });

    it('as an option where there is no terminal; otherwise nothing is changed', async () => {
      const outcome = await cli('apps', 'delete', '--slug', 'acme', '--confirm', 'acme2');
      expect(outcome).toEqual({ code: 1, stdout: '', stderr: 'Nothing was deleted: "acme2" is not the slug "acme"\n' });
      await expect(
        requireConfirmed(deletionOf('acme'), undefined, { input: new PassThrough(), output: new PassThrough() }),
      ).rejects.toThrow('Nothing was deleted: there is no terminal to ask on, so confirm it with --confirm acme');
      expect(await cli('apps', 'delete', '--slug', 'nobody', '--confirm', 'nobody')).toMatchObject({
        code: 1,
        stderr: 'There is no app "nobody"\n',
      });
      expect(await administration.appOf('acme')).toMatchObject({ suspendedAt: null, deletionStartedAt: null });
    });
  });
});

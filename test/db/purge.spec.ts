import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { Logger } from '@nestjs/common';
import { randomId } from '../../libs/kernel/ids.ts';
import { parseRetentionRules, type RetentionRules } from '../../libs/retention/retention-rules.ts';
import { createDataSource } from '../../src/app/data-source.ts';
import { loadConfig } from '../../src/config.ts';
import { Purge, type PurgedApp } from '../../src/customer-events/application/purge.ts';
import type { EventPosition } from '../../src/customer-events/application/purge-store.port.ts';
import { dueRun, windowsOf, type PurgeRun, type PurgeWindow } from '../../src/customer-events/domain/purge.ts';
import {
  deleteEvents,
  deleteEventsOfMany,
  selectMeant,
  selectMeantOfMany,
} from '../../src/customer-events/persistence/purge-sql.ts';
import { shardsOf } from '../../src/platform/postgres/shards.ts';
import type { Query } from '../../src/platform/postgres/transactions.ts';
import { TypeormApiKeyStore } from '../../src/api-keys/persistence/typeorm-api-key-store.ts';
import { auditEntry, type Actor } from '../../src/platform/audit/audit-entry.ts';
import { auditEntriesOf } from '../support/audit-entries.ts';
import { SettableClock } from '../support/clock.ts';
import { purgeStore } from '../support/purge-store.ts';
import { createTestDatabase, unfenced, type TestDatabase } from '../support/test-database.ts';
import { writeTurns } from '../support/turns.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-04-18T12:00:00Z');
const always = (): boolean => true;

/** Goes on until so many questions have been asked. */
const times = (count: number) => {
  let left = count;
  return () => left-- > 0;
};

describe('the purge, on PostgreSQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  /** It may go over all customers. */
  let wide: DataSource;
  let clock: SettableClock;
  let app: PurgedApp;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, loadConfig({})).initialize();
    wide = await createDataSource(unfenced(database.url), loadConfig({})).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await wide.destroy();
    await database.drop();
  });
  beforeEach(() => {
    clock = new SettableClock(NOW);
    app = anApp('page.*=P90D');
  });

  const rules = (text: string): RetentionRules => parseRetentionRules(text) as RetentionRules;
  const anApp = (text: string): PurgedApp => ({ id: randomId(), slug: `app-${randomId()}`, retention: rules(text) });
  /** An instance of the service. */
  const anInstance = (): Purge => new Purge(purgeStore(dataSource, wide), writeTurns(), clock);
  const addCustomers = async (count: number, of = app): Promise<string[]> => {
    const rows = await database.query<{ id: string }>(
      `INSERT INTO customers SELECT $1 || '-' || lpad(n::text, 6, '0'), $1, 'user_' || n, n || '@example.com', 'name', NULL, NULL,
         '{}', timestamptz '2020-01-01' + n * interval '1 second', now() FROM generate_series(1, $2::int) AS n RETURNING id`,
      [of.id, count],
    );
    return rows.map(({ id }) => id);
  };
  /** One after the other, an hour apart, the newest so many days before now; every second is a page.view. */
  const addEvents = (customerIds: readonly string[], count: number, newestDaysAgo: number) =>
    database.query(
      `INSERT INTO customer_events (customer_id, occurred_at, id, type, payload, created_at)
       SELECT c, timestamptz 'epoch' + $3::float8 * interval '1 ms' - n * interval '1 hour', 'c' || lpad(to_hex(n), 24, '0'),
         CASE WHEN n % 2 = 0 THEN 'page.view' ELSE 'order.placed' END, '{}', now()
       FROM unnest($1::text[]) AS c, generate_series(1, $2::int) AS n`,
      [customerIds, count, NOW - newestDaysAgo * DAY_MS],
    );
  const countOf = async (type: string, of = app): Promise<number> => {
    const [row] = await database.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM customer_events WHERE type = $2 AND customer_id LIKE $1',
      [`${of.id}-%`, type],
    );
    return row?.count ?? NaN;
  };
  const runOf = async (of = app): Promise<PurgeRun> => {
    const run = (await purgeStore(dataSource, wide).runs()).find(({ appId }) => appId === of.id);
    if (run === undefined) throw new Error('there is no run');
    return run;
  };
  /** For the run of the app, as if nothing had come from its holder for so long. */
  const letMinutesPass = async (minutes: number): Promise<void> => {
    const [run] = await database.query<{ until: string }>(
      `SELECT (held_until - $2 * interval '1 minute')::text AS until FROM purge_runs WHERE app_id = $1`,
      [app.id, minutes],
    );
    await database.query('UPDATE purge_runs SET held_until = $2 WHERE app_id = $1', [app.id, run?.until]);
  };
  const purged = async (of = app) =>
    (await auditEntriesOf(database, of.id)).map(({ action, count, details }) => ({ action, count, ...details }));
  const explain = async ({ sql, parameters }: Query, on: Pick<DataSource, 'query'> = dataSource): Promise<string> => {
    const rows = await on.query<{ 'QUERY PLAN': string }[]>(`EXPLAIN (ANALYZE, COSTS OFF) ${sql}`, [...parameters]);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };

  /** By the scans of a plan that was run. */
  const entriesLookedAt = (plan: string): number =>
    [...plan.matchAll(/Scan[^(]* on customer_events[^(]*\(actual[^)]*rows=([\d.]+)[^)]*loops=(\d+)/g)]
      .map(([, rows, loops]) => Number(rows) * Number(loops))
      .reduce((sum, count) => sum + count, 0);

  it('deletes of a long history what is past its retention, in parts, and leaves other types and apps alone', async () => {
    const other = anApp('page.*=P90D');
    const [long] = await addCustomers(1);
    await addEvents([long as string], 5_000, 80);
    await addEvents(await addCustomers(1, other), 50, 200);
    const parts: number[] = [];
    const store = purgeStore(dataSource, wide);
    const deletePart = store.deletePart.bind(store);
    store.deletePart = async (...args) => {
      const part = await deletePart(...args);
      parts.push(part.events);
      return part;
    };
    // Ninety days and the hour by which a purge is late begin at event 242.
    const past = 5_000 / 2 - 120;
    expect(await new Purge(store, writeTurns(), clock).run([app], always)).toBe(past);
    expect(parts).toEqual([1_000, 1_000, past - 2_000]);
    expect([await countOf('page.view'), await countOf('order.placed')]).toEqual([120, 2_500]);
    expect(await countOf('page.view', other)).toBe(25);
    expect(await purged()).toEqual([{ action: 'events.purged', count: past, rules: 'page.*=P90D' }]);
    expect(await runOf()).toMatchObject({ finishedAt: NOW, deleted: past, wholeAt: NOW });
  });

  it('goes on where it was stopped, and counts all as one run', async () => {
    await addEvents(await addCustomers(3), 2_400, 100);
    for (const steps of [2, 3]) await anInstance().run([app], times(steps));
    const between = await runOf();
    expect(between.finishedAt).toBeNull();
    expect(between.deleted).toBeGreaterThan(0);
    expect(between.deleted).toBeLessThan(3_600);
    expect(await purged()).toEqual([]);
    await anInstance().run([app], always);
    expect(await countOf('page.view')).toBe(0);
    expect(await countOf('order.placed')).toBe(3_600);
    expect(await purged()).toEqual([{ action: 'events.purged', count: 3_600, rules: 'page.*=P90D' }]);
  });

  it('is taken over from a process that was killed, but not before some minutes have passed', async () => {
    await addEvents(await addCustomers(2), 1_200, 100);
    const store = purgeStore(dataSource, wide);
    // A killed process lets go of nothing.
    store.release = () => Promise.resolve();
    await new Purge(store, writeTurns(), clock).run([app], times(3));
    const left = await countOf('page.view');
    expect(left).toBeGreaterThan(0);
    expect(await anInstance().run([app], always)).toBe(0);
    await letMinutesPass(6);
    expect(await anInstance().run([app], always)).toBe(left);
    expect(await purged()).toEqual([{ action: 'events.purged', count: 1_200, rules: 'page.*=P90D' }]);
  });

  it('is done once by many instances that begin it at once', async () => {
    const apps = [app, anApp('*=P1D'), anApp('order.placed=P1M')];
    for (const one of apps) await addEvents(await addCustomers(2, one), 1_000, 100);
    const deleted = await Promise.all([1, 2, 3].map(() => anInstance().run(apps, always)));
    expect(deleted.reduce((sum, count) => sum + count)).toBe(1_000 + 2_000 + 1_000);
    for (const one of apps) expect(await purged(one)).toHaveLength(1);
  });

  it('looks at what has become past since the last run only, and at whole histories once a week', async () => {
    const [customer] = (await addCustomers(1)) as [string];
    await addEvents([customer], 24 * 20, 80);
    await anInstance().run([app], always);
    const afterFirst = await countOf('page.view');
    // It came in beside the rules, and is older than all that a daily run looks at.
    await addEvents([customer], 2, 500);
    const seen: (number | null)[] = [];
    for (let day = 1; day <= 7; day++) {
      clock.millis = NOW + day * DAY_MS - 1;
      expect(await anInstance().run([app], always)).toBe(0);
      clock.millis = NOW + day * DAY_MS;
      const deleted = await anInstance().run([app], always);
      seen.push((await runOf()).since);
      expect(deleted).toBe(day === 7 ? 12 + 1 : 12);
    }
    expect(seen).toEqual([...[0, 1, 2, 3, 4, 5].map((day) => NOW + day * DAY_MS), null]);
    expect(await countOf('page.view')).toBe(afterFirst - 7 * 12);
  });

  it('begins anew where the rules were changed, records what the run before had deleted, and forgets rules that are gone', async () => {
    await addEvents(await addCustomers(3), 2_400, 100);
    await anInstance().run([app], times(3));
    const { deleted } = await runOf();
    const changed = { ...app, retention: rules('*=P90D') };
    await anInstance().run([changed], always);
    expect(await purged()).toEqual([
      { action: 'events.purged', count: deleted, rules: 'page.*=P90D' },
      { action: 'events.purged', count: 7_200 - deleted, rules: '*=P90D' },
    ]);
    await anInstance().run([{ ...app, retention: [] }], always);
    await expect(runOf()).rejects.toThrow('there is no run');
  });

  it('leaves nothing of an app that is deleted', async () => {
    await database.query('INSERT INTO apps (id, slug, name, created_at) VALUES ($1, $2, $2, now())', [
      app.id,
      app.slug,
    ]);
    await anInstance().run([app], always);
    const actor: Actor = { kind: 'operator', id: 'ada@db1', requestId: null };
    const entry = auditEntry(NOW, { appId: app.id, action: 'app.deleted', actor });
    expect(await new TypeormApiKeyStore(dataSource, dataSource).removeApp(app.id, entry)).toBe(true);
    await expect(runOf()).rejects.toThrow('there is no run');
  });

  it('does not fail for all apps because of one, and is behind for as long as that lasts', async () => {
    const broken = anApp('*=P1D');
    for (const one of [broken, app]) await addEvents(await addCustomers(1, one), 10, 100);
    const store = purgeStore(dataSource, wide);
    const customersAfter = store.customersAfter.bind(store);
    store.customersAfter = (appId, after) =>
      appId === broken.id ? Promise.reject(new Error('no')) : customersAfter(appId, after);
    const purge = new Purge(store, writeTurns(), clock);
    expect(await purge.run([broken, app], always)).toBe(5);
    clock.millis += 3 * 3_600_000;
    await purge.run([broken, app], always);
    expect(purge.counts.behindSeconds(clock.millis + 60_000)).toBe(3 * 3_600 + 60);
    expect(await anInstance().run([broken, app], always)).toBe(10);
  });

  it('purges many customers with few events in few transactions', async () => {
    await addEvents(await addCustomers(3_000), 3, 100);
    const { isDistributed } = (await shardsOf(dataSource)).customers;
    const transactions = jest.spyOn(dataSource, 'createQueryRunner');
    try {
      expect(await anInstance().run([{ ...app, retention: rules('*=P90D') }], always)).toBe(9_000);
      expect(transactions.mock.calls.length).toBeLessThan(isDistributed ? 300 : 30);
    } finally {
      transactions.mockRestore();
    }
  });

  it('purges customers with few, many and very many events together, each of them to the end', async () => {
    const ids = await addCustomers(100);
    await addEvents(ids.slice(0, 94), 3, 100);
    await addEvents(ids.slice(94, 98), 300, 100);
    await addEvents(ids.slice(98), 4_500, 100);
    await addEvents(ids, 2, 10);
    const store = purgeStore(dataSource, wide);
    const alone = jest.spyOn(store, 'deletePart');
    const past = 94 + 4 * 150 + 2 * 2_250;
    expect(await new Purge(store, writeTurns(), clock).run([app], always)).toBe(past);
    expect(await countOf('page.view')).toBe(100);
    expect(await countOf('order.placed')).toBe(94 * 2 + 4 * 150 + 2 * 2_250 + 100);
    const ofAlone = new Set(alone.mock.calls.map(([{ customerId }]) => customerId));
    // In a shard there are fewer customers, so that of each of them more is looked at together.
    if (!(await shardsOf(dataSource)).customers.isDistributed) expect(ofAlone).toEqual(new Set(ids.slice(98)));
    expect(await purged()).toEqual([{ action: 'events.purged', count: past, rules: 'page.*=P90D' }]);
  });

  it('counts of many customers what it then deletes', async () => {
    const ids = await addCustomers(50);
    await addEvents(ids, 7, 100);
    await addEvents(ids.slice(0, 2), 6_000, 101);
    const past = await anInstance().countPast(app, 'page.*', always);
    expect(past).toEqual({ events: await anInstance().run([app], always), customers: 50, isComplete: true });
  });

  it.each([
    { of: 'before the events were deleted', steps: 2 },
    { of: 'after they were deleted', steps: 4 },
  ])(
    'deletes nothing twice and counts all where a run is taken over in the middle of a group, $of',
    async ({ steps }) => {
      await addEvents(await addCustomers(1_500), 4, 100);
      const store = purgeStore(dataSource, wide);
      const deleteEvents = store.deleteEvents.bind(store);
      const other = anInstance();
      let [calls, byOther] = [0, 0];
      store.deleteEvents = async (...args) => {
        if (++calls === 2) {
          await letMinutesPass(6);
          // It looks at the customers from the beginning, as far as it comes, and is stopped in turn.
          byOther = await other.run([app], times(steps));
        }
        return deleteEvents(...args);
      };
      const byFirst = await new Purge(store, writeTurns(), clock).run([app], always);
      expect(calls).toBe(2);
      expect([byFirst > 0, byOther > 0]).toEqual([true, steps === 4]);
      expect(await countOf('page.view')).toBe(3_000 - byFirst - byOther);
      expect((await runOf()).deleted).toBe(byFirst + byOther);
      expect(byFirst + byOther + (await other.run([app], always))).toBe(3_000);
      expect(await purged()).toEqual([{ action: 'events.purged', count: 3_000, rules: 'page.*=P90D' }]);
    },
  );

  it('deletes nothing twice and counts all where a connection is lost in the middle of a group', async () => {
    await addEvents(await addCustomers(1_000), 4, 100);
    const store = purgeStore(dataSource, wide);
    const deleteEvents = store.deleteEvents.bind(store);
    const locking = await database.session();
    let calls = 0;
    store.deleteEvents = async (of, events) => {
      if (++calls !== 2) return deleteEvents(of, events);
      const { customerId, occurredAt, id } = events.at(-1) as EventPosition;
      await locking.query('BEGIN');
      await locking.query(
        'SELECT 1 FROM customer_events WHERE customer_id = $1 AND occurred_at = $2 AND id = $3 FOR UPDATE',
        [customerId, occurredAt, id],
      );
      const deletion = deleteEvents(of, events);
      await database.untilWaiting(1);
      await database.endWaiting();
      return deletion;
    };
    try {
      const deleted = await new Purge(store, writeTurns(), clock).run([app], always);
      expect(deleted).toBeGreaterThan(0);
      expect(deleted).toBeLessThan(2_000);
      expect(await countOf('page.view')).toBe(2_000 - deleted);
      expect((await runOf()).deleted).toBe(deleted);
    } finally {
      await locking.end();
    }
    await anInstance().run([app], always);
    expect(await countOf('page.view')).toBe(0);
    expect(await purged()).toEqual([{ action: 'events.purged', count: 2_000, rules: 'page.*=P90D' }]);
  });

  describe('of a table with many histories and a long one', () => {
    let ids: string[];
    let long: string;

    beforeAll(async () => {
      app = anApp('page.*=P90D');
      ids = await addCustomers(2_000);
      long = ids[0] as string;
      await addEvents(ids, 20, 80);
      await addEvents([long], 60_000, 81);
      await database.query('VACUUM (ANALYZE) customer_events');
    }, 120_000);

    const windowOf = (text: string): PurgeWindow =>
      windowsOf(dueRun(null, 'any', rules(text), NOW) as PurgeRun)[0] as PurgeWindow;

    it('reads of the long one the index alone, and never all of it', async () => {
      const window = windowOf('page.*=P90D');
      const meant = await explain(selectMeant(long, window, null));
      expect(meant).toMatch(/Index Only Scan using customer_events_pkey.*rows=1999\b/);
      const none = await explain(selectMeant(long, windowOf('nothing.*=P90D'), null));
      expect(none).toMatch(/Index Only Scan using customer_events_pkey.*rows=20000\b/);

      const keys = await database.query<{ occurred_at: string; id: string }>(
        `SELECT to_json(occurred_at)::jsonb #>> '{}' AS occurred_at, id FROM customer_events
         WHERE customer_id = $1 AND type = 'page.view' ORDER BY occurred_at, id OFFSET 1000 LIMIT 1000`,
        [long],
      );
      const events = keys.map(({ occurred_at, id }) => ({ occurredAt: occurred_at as never, id }));
      const deleted = await explain(deleteEvents(long, events));
      expect(deleted).not.toMatch(/Seq Scan/);
      expect(entriesLookedAt(deleted)).toBeLessThan(2_100);
    });

    it('reads of many the index alone, little of the long one among them, and deletes by the whole primary key', async () => {
      const shards = (await shardsOf(dataSource)).customers;
      const group = shards.apart(ids.slice(0, 1_000), (id) => id).find((part) => part.includes(long)) as string[];
      const window = windowOf('page.*=P50D');
      const found = await explain(selectMeantOfMany(group, window, shards));
      expect(found).not.toMatch(/Seq Scan on customer_events|Hash Join|Merge|Sort/);
      expect(found).toMatch(/Index Only Scan using customer_events_pkey/);
      expect(entriesLookedAt(found)).toBeLessThanOrEqual(21_000);

      const findings = await purgeStore(dataSource, wide).find(group, window);
      expect(findings.long).toEqual([long]);
      const [part] = findings.parts as [readonly EventPosition[]];
      const deletion = deleteEventsOfMany(part, shards);
      const deleted = await dataSource.transaction(async (manager) => {
        // As on a table of a million events: this one is so small that PostgreSQL would read it as a whole.
        await manager.query('SET LOCAL seq_page_cost = 10');
        return explain(deletion, manager);
      });
      expect(deleted).not.toMatch(/Seq Scan/);
      // In a shard it may go through what was looked at; every second of that is of the type.
      expect(entriesLookedAt(deleted)).toBeLessThanOrEqual(part.length * (shards.isDistributed ? 2 : 1));
      if (!shards.isDistributed) expect(deleted).toMatch(/Index Cond: .*customer_id = .*occurred_at = .*id = /);
    });
  });
});

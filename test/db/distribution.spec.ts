import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createDataSource } from '../../src/app/data-source.ts';
import { plannedDistribution } from '../../src/app/distribute-database.ts';
import { DISTRIBUTED_TABLES } from '../../src/app/distributed-tables.ts';
import { migrate, migrateAndDistribute } from '../../src/app/migrate.ts';
import { loadConfig } from '../../src/config.ts';
import { readDistribution, requireDistribution } from '../../src/platform/postgres/distribution.ts';
import { until } from '../support/child.ts';
import { runCommand } from '../support/command-line.ts';
import { Workplace } from '../support/service-process.ts';
import { citusVersion, createEmptyDatabase, unfenced, type TestDatabase } from '../support/test-database.ts';
import { startServiceOn, withKey } from '../support/test-service.ts';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';

const plain = loadConfig({});
const distributed = loadConfig({ DISTRIBUTED: 'citus' });
const TABLES = Object.keys(DISTRIBUTED_TABLES);
const ROWS_OF_EACH = `
  INSERT INTO apps (id, slug, name, created_at) VALUES ('a1', 'acme', 'Acme', now());
  INSERT INTO api_keys (id, app_id, name, type, prefix, sha256, created_at)
    VALUES ('k1', 'a1', 'x', 'agent', 'sk', '\\x01', now());
  INSERT INTO erasure_secrets VALUES ('s', now());
  INSERT INTO customers SELECT 'c' || n, 'a1', 'u' || n, n || '@example.com', 'n', NULL, NULL, '{}', now(), now()
    FROM generate_series(1, 300) AS n;
  INSERT INTO customer_emails SELECT sha256(('c' || n)::bytea), 'c' || n FROM generate_series(1, 300) AS n;
  INSERT INTO customer_events SELECT 'c' || (n % 300 + 1), now(), 'e' || n, 't', '{"a":1}', 'k' || n, now()
    FROM generate_series(1, 3000) AS n;
  INSERT INTO erased_event_ids (shard_key, customer_id, sha256) SELECT n::text, 'c' || n, '\\x01' FROM generate_series(1, 50) AS n;
  INSERT INTO audit_entries (app_id, at, id, actor, actor_id, action)
    SELECT 'a1', now(), 'i' || n, 'operator', 'x', 'y' FROM generate_series(1, 20) AS n;
  INSERT INTO rate_limits (key) VALUES ('events app a1 1/1')`;

const HAS_CITUS = citusVersion() !== '';
if (!HAS_CITUS)
  process.stdout.write('test/db/distribution.spec.ts is left out: TEST_DATABASE_URL names no server with Citus\n');

jest.setTimeout(180_000);

(HAS_CITUS ? describe : describe.skip)('a database on a server with Citus', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createEmptyDatabase();
  });
  afterEach(() => database.drop());

  const makeCluster = async (): Promise<void> => {
    await database.query('CREATE EXTENSION citus');
    await database.query("SELECT citus_set_coordinator_host('127.0.0.1', current_setting('port')::int)");
    await database.query(
      "SELECT citus_set_node_property('127.0.0.1', current_setting('port')::int, 'shouldhaveshards', true)",
    );
  };
  const cli = (...args: string[]) => runCommand({ DATABASE_URL: unfenced(database.url) }, ...args);
  const counts = async (): Promise<unknown> => {
    const all: [string, unknown][] = [];
    for (const table of TABLES)
      all.push([table, (await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n]);
    return Object.fromEntries(all);
  };
  const distributedTables = async (): Promise<string[]> => {
    const rows = await database.query<{ name: string }>(
      'SELECT p.logicalrelid::text AS name FROM pg_dist_partition AS p ORDER BY 1',
    );
    return rows.map(({ name }) => name);
  };
  const placesNow = async () =>
    (await readDistribution({ query: (...call) => database.query(...call) }, DISTRIBUTED_TABLES)).misplaced;
  const startCheck = async (isWanted = false): Promise<readonly string[]> => {
    const dataSource = await createDataSource(database.url, plain).initialize();
    try {
      return await requireDistribution(dataSource, DISTRIBUTED_TABLES, isWanted);
    } finally {
      await dataSource.destroy();
    }
  };

  it('is distributed by migrate where DISTRIBUTED=citus, and a second time there is nothing to do', async () => {
    await makeCluster();
    const first = await migrateAndDistribute(database.url, distributed);
    expect(first.distributed.map((line) => line.split(':')[0])).toEqual(TABLES);
    expect(await placesNow()).toEqual([]);
    expect(await migrateAndDistribute(database.url, distributed)).toEqual({ applied: [], distributed: [] });
    expect(await startCheck(true)).toEqual([]);
  });

  it('tells at a start which limits of the service its nodes do not have, until the role has them', async () => {
    await makeCluster();
    await migrate(database.url, distributed);
    const name = new URL(database.url).pathname.slice(1);
    const set = async (...settings: string[]): Promise<void> => {
      for (const one of settings) await database.query(`ALTER ROLE CURRENT_USER IN DATABASE ${name} SET ${one}`);
    };
    await set('enable_bitmapscan = on', 'enable_seqscan = on', 'jit = on', 'lock_timeout = 0', 'statement_timeout = 0');
    const unset = 'enable_bitmapscan is on, enable_seqscan is on, jit is on, lock_timeout is 0, statement_timeout is 0';
    expect(await startCheck()).toEqual([
      expect.stringMatching(`^on nodes of the Citus cluster \\(127\\.0\\.0\\.1:\\d+\\) ${unset}: `),
    ]);
    await set('enable_bitmapscan = off', 'enable_seqscan = off', 'jit = off', "statement_timeout = '1min'");
    expect(await startCheck()).toEqual([expect.stringMatching(/\) lock_timeout is 0: .* docs\/scaling\.md/)]);
    await set("lock_timeout = '1min'");
    expect(await startCheck()).toEqual([]);
  });

  it('stays plain without the setting: migrate and a start do nothing about it', async () => {
    await makeCluster();
    await migrate(database.url, plain);
    expect(await distributedTables()).toEqual([]);
    expect(await startCheck()).toEqual([]);
    await expect(startCheck(true)).rejects.toThrow(
      /apps is not distributed and should be on every node; .*npm run migrate/,
    );
  });

  it('keeps every row when it is distributed full, and no row is left beside them', async () => {
    await makeCluster();
    await migrate(database.url, plain);
    await database.query(ROWS_OF_EACH);
    const before = await counts();
    const refused = await cli('database', 'distribute');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /customer_events: by customer_id beside customers \(\d+\.\d MiB\).*\n.*--confirm test_/,
    );
    expect(await distributedTables()).toEqual([]);
    const dryRun = await cli('database', 'distribute', '--dry-run', '--json');
    expect(JSON.parse(dryRun.stdout)).toMatchObject({ dryRun: true, distributed: TABLES.map((table) => ({ table })) });
    expect(await distributedTables()).toEqual([]);

    const name = new URL(database.url).pathname.slice(1);
    const done = await cli('database', 'distribute', '--confirm', name);
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout.split('\n')).toContain('distributed audit_entries: on the coordinator (0.0 MiB)');
    expect(await counts()).toEqual(before);
    expect(await placesNow()).toEqual([]);
    expect(await startCheck()).toEqual([]);
    const left = await database.query(
      `SELECT t.name FROM unnest($1::text[]) AS t (name) WHERE pg_relation_size(t.name::regclass) > 0`,
      [TABLES],
    );
    expect(left).toEqual([]);
    expect(await cli('database', 'distribute')).toMatchObject({ code: 0, stdout: 'nothing to do\n' });
  });

  it('gets what a later migration adds distributed too, without the setting; until then a start is refused', async () => {
    await makeCluster();
    await migrate(database.url, distributed);
    await database.query(`SELECT undistribute_table('erased_event_ids')`);
    await expect(startCheck()).rejects.toThrow(
      'erased_event_ids is not distributed and should be by shard_key beside customers. Run "npm run migrate"',
    );
    const workplace = new Workplace();
    try {
      const service = workplace.start({ DATABASE_URL: database.url });
      expect(await service.ends()).toMatchObject({ code: 1 });
      expect(service.output()).toMatch(
        /The database is not distributed as this version needs it: erased_event_ids [^\n]*\n/,
      );
    } finally {
      await workplace.close();
    }
    expect(await migrateAndDistribute(database.url, plain)).toEqual({
      applied: [],
      distributed: ['erased_event_ids: by shard_key beside customers'],
    });
    expect(await startCheck()).toEqual([]);
  });

  it('has a table that no list names: a start tells of it, and goes on', async () => {
    await makeCluster();
    await migrate(database.url, distributed);
    await database.query('CREATE TABLE more (id text PRIMARY KEY)');
    expect(await startCheck()).toEqual([
      expect.stringMatching(/^the table more is on one node only, and unknown to this version/),
    ]);
    await database.query("SELECT create_reference_table('more')");
    expect(await startCheck()).toEqual([]);
  });

  it('with a table that is distributed otherwise is left as it is, and the line says what to run', async () => {
    await makeCluster();
    await migrate(database.url, plain);
    await database.query("SELECT create_reference_table('customer_emails')");
    await expect(migrate(database.url, distributed)).rejects.toThrow(
      /^The table customer_emails is on every node and should be by sha256\. Nothing was changed\..* undistribute_table\('customer_emails'/,
    );
    expect(await distributedTables()).toEqual(['customer_emails']);
  });

  it('says in a line what its cluster lacks', async () => {
    await expect(migrate(database.url, distributed)).rejects.toThrow(
      /^DISTRIBUTED=citus is set, and the extension citus is not installed/,
    );
    await database.query('CREATE EXTENSION citus');
    await expect(migrate(database.url, distributed)).rejects.toThrow(
      /^The coordinator is not in the metadata of Citus\. .*citus_set_coordinator_host/,
    );
    await database.query("SELECT citus_set_coordinator_host('127.0.0.1', current_setting('port')::int)");
    await expect(migrate(database.url, distributed)).rejects.toThrow(
      /^No node of the Citus cluster takes shards\. .*citus_add_node/,
    );
    expect(await distributedTables()).toEqual([]);
  });

  it('is distributed wholly or not at all when the one who does it is killed in the middle', async () => {
    await makeCluster();
    await migrate(database.url, plain);
    await database.query(ROWS_OF_EACH);
    const before = await counts();
    const holder = await database.session();
    const workplace = new Workplace();
    try {
      // The last table but one cannot be had: all before it are done by then.
      await holder.query('BEGIN; LOCK TABLE rate_limits IN ACCESS SHARE MODE');
      const command = workplace.cli(['migrate'], { DATABASE_URL: database.url, DISTRIBUTED: 'citus' });
      await database.untilWaiting(1);
      command.kill('SIGKILL');
      await command.ends();
      await holder.query('COMMIT');
      await until(async () => (await sessionsOfCommands()) === 0);
      expect(await distributedTables()).toEqual([]);
      expect(await counts()).toEqual(before);
      await migrate(database.url, distributed);
      expect(await counts()).toEqual(before);
      expect(await placesNow()).toEqual([]);
    } finally {
      await holder.end();
      await workplace.close();
    }
  });

  const sessionsOfCommands = async (): Promise<number> =>
    (
      await database.query(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'customer-events'",
      )
    ).length;

  it('is worked with by the operator commands, and its sizes are those of all shards', async () => {
    await makeCluster();
    await migrate(database.url, distributed);
    const service = await startServiceOn({ ...database, url: unfenced(database.url) });
    try {
      await service.app.get(KeyAdministration).createApp('acme', 'Acme');
      const { secret } = await service.createKey({ app: 'acme' });
      const { patch } = withKey(service, secret);
      for (const name of ['ada', 'bob', 'eve'])
        await patch(`/customers/${name}`, { email: `${name}@example.com`, name }).expect(201);
    } finally {
      await service.close();
    }
    const sizes = JSON.parse((await cli('apps', 'sizes', '--json')).stdout) as { customers: number; bytes: number }[];
    expect(sizes).toMatchObject([{ slug: 'acme', customers: 3, counted: true }]);
    // An empty shard of a table with indexes has some pages: 32 of them are more than one table has.
    expect(sizes[0]?.bytes).toBeGreaterThan(1_000_000);
    expect((await plannedDistribution(database.url, plain)).steps).toEqual([]);
  });
});

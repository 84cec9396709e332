import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, createReadDataSource } from '../../src/app/data-source.ts';
import { migrate } from '../../src/app/migrate.ts';
import { loadConfig } from '../../src/config.ts';
import { DatabaseConnection } from '../../src/platform/postgres/database-connection.ts';
import { ROOT, until } from '../support/child.ts';
import { OwnPostgres } from '../support/own-postgres.ts';
import { servesAt, Workplace } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { startServiceOn, startTestService, withKey } from '../support/test-service.ts';

const config = loadConfig({});

/** The first contact of the service with a database. */
async function connectOnce(
  url: string,
  changed: (dataSource: DataSource) => void = () => {},
): Promise<readonly string[]> {
  const [writing, reading] = [createDataSource(url, config), createReadDataSource(url, config)];
  for (const dataSource of [writing, reading]) changed(dataSource);
  const connection = new DatabaseConnection(writing, reading);
  try {
    return await connection.connectOnce();
  } finally {
    await connection.onApplicationShutdown();
  }
}

/** What is left of a connection's settings behind a pooler that drops them. */
function withoutStartUpParameters(dataSource: DataSource): void {
  const { url, extra } = dataSource.options as unknown as { url: string; extra: Record<string, unknown> };
  const withoutOptions = new URL(url);
  withoutOptions.searchParams.delete('options');
  const dropped = { statement_timeout: 0, lock_timeout: 0, idle_in_transaction_session_timeout: 0 };
  dataSource.setOptions({ url: withoutOptions.href, extra: { ...extra, ...dropped } } as never);
}

/** Runs statements outside of any database of the tests. */
async function onServer(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.TEST_SERVER_URL as string });
  await client.connect();
  for (const sql of statements) await client.query(sql);
  await client.end();
}

jest.setTimeout(120_000);

describe('a database that is not UTF-8', () => {
  it.each(['LATIN1', 'SQL_ASCII'])('is refused by migrate and by the service, in a line: %s', async (encoding) => {
    const name = `encoding_${randomBytes(4).toString('hex')}`;
    const locale = "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'";
    await onServer(`CREATE DATABASE ${name} ENCODING '${encoding}' TEMPLATE template0 ${locale}`);
    try {
      const url = new URL(process.env.TEST_SERVER_URL as string);
      url.pathname = `/${name}`;
      const refusal = new RegExp(
        `^The encoding of the database is ${encoding}, [^\n]* "createdb --encoding=UTF8 [^\n]*$`,
      );
      await expect(migrate(url.toString(), config)).rejects.toThrow(refusal);
      await expect(connectOnce(url.toString())).rejects.toThrow(refusal);
    } finally {
      await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });
});

describe('a database whose defaults are not those of the service', () => {
  let database: TestDatabase;
  const databaseHas = async (setting: string, value: string): Promise<void> => {
    const name = new URL(database.url).pathname.slice(1);
    await onServer(`ALTER DATABASE ${name} SET ${setting} = ${value}`);
  };

  afterEach(() => database.drop());

  it.each(['serializable', "'repeatable read'"])(
    'serves 40 concurrent changes of a customer under %s',
    async (level) => {
      const first = await startTestService();
      database = first.database;
      await first.app.close();
      await databaseHas('default_transaction_isolation', level);
      const [row] = await database.query<unknown[]>("SELECT current_setting('default_transaction_isolation') AS level");
      const service = await startServiceOn(database, {
        RATE_LIMIT_STORE: 'postgres',
        READ_LIMITS: '10000/1',
        DATABASE_POOL_SIZE: '60',
      });
      try {
        expect(row).toEqual({ level: level.replaceAll("'", '') });
        const { patch } = withKey(service, first.key);
        const responses = await Promise.all(
          Array.from({ length: 40 }, (_, n) => patch('/customers/user_42', { name: `Ada ${n}` })),
        );
        expect(responses.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 200));
      } finally {
        await service.close();
      }
    },
  );

  it('is refused where a pooler drops what the service asks for, with the statements that set it for the role', async () => {
    database = await createTestDatabase();
    await databaseHas('default_transaction_isolation', 'serializable');
    const role = new URL(database.url).username;
    const name = new URL(database.url).pathname.slice(1);
    const statements = [
      `ALTER ROLE ${role} IN DATABASE ${name} SET statement_timeout = 4000;`,
      `ALTER ROLE ${role} IN DATABASE ${name} SET lock_timeout = 2000;`,
      `ALTER ROLE ${role} IN DATABASE ${name} SET idle_in_transaction_session_timeout = 4000;`,
      `ALTER ROLE ${role} IN DATABASE ${name} SET enable_bitmapscan = 'off';`,
      `ALTER ROLE ${role} IN DATABASE ${name} SET enable_seqscan = 'off';`,
      `ALTER ROLE ${role} IN DATABASE ${name} SET jit = 'off';`,
      `ALTER ROLE ${role} IN DATABASE ${name} SET default_transaction_isolation = 'read committed';`,
    ];
    // What test databases give to the role on Citus.
    await database.query(`ALTER ROLE ${role} IN DATABASE ${name} RESET ALL`);
    await expect(connectOnce(database.url, withoutStartUpParameters)).rejects.toThrow(
      'A session of the database is not as the service has asked for it (statement_timeout is 0, lock_timeout is 0, ' +
        'idle_in_transaction_session_timeout is 0, enable_bitmapscan is on, enable_seqscan is on, jit is on, default_transaction_isolation is serializable): ' +
        'a pooler has dropped that. Set it for the role, then end the sessions that the pooler has (RECONNECT in its ' +
        `console): ${statements.join(' ')}`,
    );
    const guide = readFileSync(join(ROOT, 'docs/database.md'), 'utf8').match(/^ALTER ROLE .* IN DATABASE .*$/gm) ?? [];
    const ours = `ROLE ${role} IN DATABASE ${name}`;
    const documented = guide.map((sql) => sql.replace(/ROLE \w+ IN DATABASE \w+/, ours));
    expect(documented).toEqual(statements);
    for (const sql of statements) await database.query(sql);
    expect(await connectOnce(database.url, withoutStartUpParameters)).toEqual([]);
    expect(await connectOnce(database.url)).toEqual([]);
  });

  it('is named where commits do not wait for the disk', async () => {
    database = await createTestDatabase();
    expect(await connectOnce(database.url)).toEqual([]);
    await databaseHas('synchronous_commit', 'off');
    expect(await connectOnce(database.url)).toEqual([
      'synchronous_commit of the database is off: if its server crashes, what was acknowledged with a 2xx may be lost',
    ]);
    for (const durable of ['local', 'remote_write', 'remote_apply', 'on']) {
      await databaseHas('synchronous_commit', durable);
      expect(await connectOnce(database.url)).toEqual([]);
    }
  });

  it('is waited for while it takes no writes; a command says so in a line', async () => {
    database = await createTestDatabase();
    await databaseHas('default_transaction_read_only', 'on');
    const workplace = new Workplace();
    try {
      const service = workplace.start({ DATABASE_URL: database.url });
      const command = workplace.cli(['apps', 'list', '--json'], { DATABASE_URL: database.url });
      await service.prints(/waiting for the database: The database takes no writes: default_transaction_read_only/);
      expect(await command.ends()).toMatchObject({ code: 1 });
      expect(command.output()).toBe(
        'The database takes no writes: default_transaction_read_only is on. Set it to off for the role and the database.\n',
      );
      await databaseHas('default_transaction_read_only', 'off');
      // The setting is read when a session begins: those that there are have to end.
      await onServer(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${new URL(database.url).pathname.slice(1)}'`,
      );
      await servesAt(service);
    } finally {
      await workplace.close();
    }
  });
});

describe('a server of its own', () => {
  let server: OwnPostgres;
  const FAST = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

  beforeAll(async () => {
    server = new OwnPostgres();
    await server.start(FAST);
    await server.query("CREATE DATABASE events ENCODING 'UTF8' TEMPLATE template0");
  });
  afterAll(() => server.close());

  it('without fsync serves, and the log and the commands say what may be lost', async () => {
    const settings = { DATABASE_URL: server.socketUrl('events') };
    const warning =
      'fsync, full_page_writes and synchronous_commit of the database are off: ' +
      'if its server crashes, what was acknowledged with a 2xx may be lost';
    expect(await migrate(settings.DATABASE_URL, config)).not.toEqual([]);
    const workplace = new Workplace();
    try {
      const service = workplace.start(settings);
      await servesAt(service);
      await service.prints(new RegExp(`^\\{"level":"warn",.*"msg":"${warning}"\\}$`, 'm'));
      const command = workplace.cli(['apps', 'list'], settings);
      expect(await command.ends()).toMatchObject({ code: 0 });
      expect(command.output()).toMatch(new RegExp(`^Using the database .*\n${warning}\n$`));
    } finally {
      await workplace.close();
    }
  });

  it('that is a standby takes no writes, and is used as soon as it is promoted', async () => {
    await server.stop();
    server.write('standby.signal', '');
    await server.start({});
    const url = server.socketUrl('events');
    const message = 'The database takes no writes: it is a standby. Set DATABASE_URL to the primary, or promote it.';
    for (const work of [() => migrate(url, config), () => connectOnce(url)]) {
      const error = await work().then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', cause: { message } });
    }
    const connection = new DatabaseConnection(createDataSource(url, config), createReadDataSource(url, config));
    try {
      const connected = connection.connect();
      await until(
        async () => (await server.query("SELECT 1 FROM pg_stat_activity WHERE datname = 'events'")).length > 0,
      );
      await server.query('SELECT pg_promote()');
      expect(await connected).toBe(true);
    } finally {
      await connection.onApplicationShutdown();
    }
  });
});

import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import pg from 'pg';
import { KeyAdministration } from '../../src/api-keys/application/key-administration.ts';
import { createDataSource, createReadDataSource } from '../../src/app/data-source.ts';
import { migrate } from '../../src/app/migrate.ts';
import { loadConfig } from '../../src/config.ts';
import { DatabaseConnection } from '../../src/platform/postgres/database-connection.ts';
import { Workplace } from '../support/service-process.ts';
import { startServiceOn, withKey } from '../support/test-service.ts';
import type { TestDatabase } from '../support/test-database.ts';

const config = loadConfig({});
const ID = randomBytes(4).toString('hex');
const [OWNER, SERVICE, DATABASE] = [`owner_${ID}`, `service_${ID}`, `roles_${ID}`] as const;
const [OWNER_PASSWORD, SERVICE_PASSWORD] = ['own/er#p@ss%?', 's vice:#/@'] as const;

/** The SQL of the guide, with names of this test's own. */
const [ON_SERVER, IN_DATABASE] = [...readFileSync('docs/database.md', 'utf8').matchAll(/^```sql\n([^]*?)^```$/gm)].map(
  ([, sql]) =>
    (sql as string)
      .replaceAll('customer_events_owner', OWNER)
      .replaceAll('customer_events_service', SERVICE)
      .replaceAll('change-me-1', OWNER_PASSWORD)
      .replaceAll('change-me-2', SERVICE_PASSWORD)
      .replace(/\bDATABASE customer_events\b/g, `DATABASE ${DATABASE}`),
) as [string, string];

jest.setTimeout(120_000);

describe('the roles of docs/database.md', () => {
  const urlFor = (role?: string, password = ''): string => {
    const url = new URL(process.env.TEST_SERVER_URL as string);
    if (role !== undefined) {
      url.pathname = `/${DATABASE}`;
      url.username = role;
      url.password = encodeURIComponent(password);
    }
    return url.toString();
  };
  const [owner, service] = [urlFor(OWNER, OWNER_PASSWORD), urlFor(SERVICE, SERVICE_PASSWORD)];
  const superuserHere = (() => {
    const url = new URL(urlFor());
    url.pathname = `/${DATABASE}`;
    return url.toString();
  })();
  const on = async <Row>(url: string, ...statements: string[]): Promise<Row[]> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      let rows: Row[] = [];
      for (const sql of statements) rows = (await client.query(sql)).rows as Row[];
      return rows;
    } finally {
      await client.end();
    }
  };
  const connectOnce = async (url: string): Promise<readonly string[]> => {
    const connection = new DatabaseConnection(createDataSource(url, config), createReadDataSource(url, config));
    try {
      return await connection.connectOnce();
    } finally {
      await connection.onApplicationShutdown();
    }
  };

  beforeAll(async () => {
    // CREATE DATABASE stands in no transaction, so each statement is sent for itself.
    await on(urlFor(), ...ON_SERVER.split(/;\n/).filter((sql) => sql.trim() !== ''));
    await on(superuserHere, IN_DATABASE);
    await migrate(owner, config);
  });
  afterAll(async () => {
    await on(
      urlFor(),
      `DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`,
      `DROP ROLE ${OWNER}`,
      `DROP ROLE ${SERVICE}`,
    );
  });

  it('let the service record, import, read, count rates and erase, and nothing of it needs the owner', async () => {
    const app = await startServiceOn({ url: service } as TestDatabase, {
      RATE_LIMIT_STORE: 'postgres',
      RATE_LIMITS: '1000/1',
      READ_LIMITS: '1000/1',
    });
    try {
      await app.app.get(KeyAdministration).createApp('acme', 'Acme');
      const { id, secret } = await app.createKey({ app: 'acme' });
      const { post, patch, get, delete: erase } = withKey(app, secret);
      await patch('/customers/user_42', { email: 'a@example.com', name: 'Ada' }).expect(201);
      await patch('/customers/user_42', { phone: '+49 30 1' }).expect(200);
      const event = { customerExternalId: 'user_42', type: 'a.b' };
      const { body } = await post('/customer-events', { ...event, eventId: 'one' }).expect(201);
      // Enough for a COPY.
      await post('/customer-events/batch', { events: Array.from({ length: 40 }, () => event) }).expect(201);
      const lines = Array.from({ length: 50 }, (_, n) => JSON.stringify({ ...event, eventId: `line-${n}` })).join('\n');
      const imported = await post('/customer-events/import', lines, { 'Content-Type': 'application/x-ndjson' });
      expect(imported.body.data).toMatchObject({ created: 50, rejected: 0 });
      const summary = await get('/customers/user_42/events/summary').expect(200);
      expect(summary.body.data.total).toBe(91);
      await erase(`/customers/user_42/events/${body.data.id}`).expect(200);
      await post('/customer-events', { ...event, eventId: 'one' }).expect(410);
      await erase('/customers/user_42').expect(200);
      await app.revokeKey(id);
      await get('/auth/whoami').expect(401);
      expect(await on(superuserHere, 'SELECT 1 FROM rate_limits')).not.toEqual([]);
    } finally {
      await app.close();
    }
  });

  it('let the commands work with the one, and migrate with the other', async () => {
    const workplace = new Workplace();
    const settings = { DATABASE_URL: service, MIGRATIONS_DATABASE_URL: owner };
    const run = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await workplace.wholeCommand(args, settings);
      const output = stderr + stdout;
      expect({ code, output }).toMatchObject({ code: 0 });
      for (const part of [OWNER_PASSWORD, SERVICE_PASSWORD, 'p@ss', 'vice:']) expect(output).not.toContain(part);
      return output;
    };
    try {
      const place = `${new URL(service).searchParams.get('host') ?? new URL(service).hostname}:`;
      expect(await run('migrate')).toMatch(
        new RegExp(`^Using the database ${place}\\d+/${DATABASE} as ${OWNER}\nnothing to do\n$`),
      );
      const created = await run('apps', 'create', '--slug', 'cli', '--name', 'CLI');
      expect(created).toMatch(
        new RegExp(`^Using the database ${place}\\d+/${DATABASE} as ${SERVICE}\nc\\S{24} {2}cli`),
      );
      expect(await run('keys', 'create', '--app', 'cli', '--name', 'x', '--json')).toMatch(/^\{.*\}\n$/);
    } finally {
      await workplace.close();
    }
  });

  it('let a command that lacks a right say so in a line, without a stack', async () => {
    await on(superuserHere, "DELETE FROM migrations WHERE name = 'SharedRateLimits1764200100000'");
    const workplace = new Workplace();
    try {
      const command = workplace.cli(['migrate', '--json'], { DATABASE_URL: service });
      expect(await command.ends()).toMatchObject({ code: 1 });
      expect(command.stdout()).toBe('');
      expect(command.output()).toMatch(/^The role "service_\w+" may not change the schema of the database .*\n$/);
    } finally {
      await workplace.close();
      await on(superuserHere, 'DROP TABLE rate_limits');
      await migrate(owner, config);
    }
  });

  it('give the service no right to change the schema: migrate says so in a line', async () => {
    await expect(on(service, 'CREATE TABLE more ()')).rejects.toThrow('permission denied for schema public');
    await expect(on(service, 'DROP TABLE customers')).rejects.toThrow('must be owner');
    expect(await migrate(service, config)).toEqual([]);
    await on(
      superuserHere,
      "DELETE FROM migrations WHERE name = 'SharedRateLimits1764200100000'",
      'DROP TABLE rate_limits',
    );
    await expect(migrate(service, config)).rejects.toThrow(
      new RegExp(
        `^The role "${SERVICE}" may not change the schema of the database \\(permission denied[^\n]*\\)\\. [^\n]*$`,
      ),
    );
    expect(await migrate(owner, config)).toEqual(['SharedRateLimits1764200100000']);
    // Also of the tables that later migrations make.
    expect(await on(service, 'SELECT 1 FROM rate_limits')).toEqual([]);
  });

  it('are named at the start with the GRANT that they lack', async () => {
    expect(await connectOnce(service)).toEqual([]);
    await on(
      superuserHere,
      `REVOKE INSERT, UPDATE ON customer_events FROM ${SERVICE}`,
      `REVOKE ALL ON apps FROM ${SERVICE}`,
    );
    await expect(connectOnce(service)).rejects.toThrow(
      `The role "${SERVICE}" lacks rights on apps, customer_events (INSERT, UPDATE). As the owner of the tables: ` +
        `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${SERVICE};`,
    );
    await on(owner, `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${SERVICE};`);
    expect(await connectOnce(service)).toEqual([]);
    await on(superuserHere, `REVOKE SELECT ON migrations FROM ${SERVICE}`);
    await expect(connectOnce(service)).rejects.toThrow('lacks rights on migrations (SELECT)');
    await on(superuserHere, `GRANT SELECT ON migrations TO ${SERVICE}`, `REVOKE ALL ON SCHEMA public FROM ${SERVICE}`);
    await expect(connectOnce(service)).rejects.toThrow(
      `The role "${SERVICE}" may use no schema of the database. As its owner: GRANT USAGE ON SCHEMA public TO ${SERVICE};`,
    );
    await on(superuserHere, `GRANT USAGE ON SCHEMA public TO ${SERVICE};`);
    expect(await connectOnce(service)).toEqual([]);
  });
});

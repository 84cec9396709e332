import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { built } from '../support/child.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.ts';

jest.setTimeout(120_000);

const ROOT = resolve(import.meta.dirname, '../..');

/** `npm run typeorm -- …`, without the build before it. */
async function typeorm(args: string[], settings: Record<string, string>): Promise<{ code: number; output: string }> {
  const child = spawn(
    process.execPath,
    [resolve(ROOT, 'node_modules/typeorm/cli.js'), '-d', built('ormconfig.js'), ...args],
    {
      cwd: ROOT,
      env: { PATH: process.env.PATH, ...settings },
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

describe('the TypeORM CLI with ormconfig.ts', () => {
  const databases: TestDatabase[] = [];
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.drop();
  });
  const database = async (create: () => Promise<TestDatabase>): Promise<TestDatabase> => {
    const created = await create();
    databases.push(created);
    return created;
  };

  it('shows what is applied, and finds nothing that the rows have and the tables do not', async () => {
    const { url } = await database(createTestDatabase);
    const shown = await typeorm(['migration:show'], { DATABASE_URL: url });
    expect(shown.output).toMatch(/\[X\] \d+ InitialSchema\d+/);
    expect(shown.output).not.toContain('[ ]');
    const log = await typeorm(['schema:log'], { DATABASE_URL: url });
    expect(log.output).toMatch(/schema is up to date/i);
  });

  it('shows what is not applied, and changes nothing by that', async () => {
    const empty = await database(createEmptyDatabase);
    const shown = await typeorm(['migration:show'], { DATABASE_URL: empty.url });
    expect(shown.output).toMatch(/\[ \] (\d+ )?InitialSchema\d+/);
    expect(shown.output).not.toContain('[X]');
  });

  it('goes where the service goes, with its settings: its name, its time limits, MIGRATIONS_DATABASE_URL first', async () => {
    const { url } = await database(createTestDatabase);
    const settings = {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/pooler',
      MIGRATIONS_DATABASE_URL: url,
      DATABASE_STATEMENT_TIMEOUT_MS: '1234',
    };
    const asked = await typeorm(
      ['query', "SELECT current_setting('application_name') AS name, current_setting('statement_timeout') AS timeout"],
      settings,
    );
    expect(asked.output).toMatch(/customer-events/);
    expect(asked.output).toMatch(/1234ms/);
  });

  it('refuses settings that cannot be used', async () => {
    const { code, output } = await typeorm(['migration:show'], { DATABASE_URL: 'mysql://x' });
    expect(code).not.toBe(0);
    expect(output).toMatch(/DATABASE_URL must look like/);
  });
});

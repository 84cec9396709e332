import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource } from '../../src/app/data-source.ts';
import { DISTRIBUTED_TABLES } from '../../src/app/distributed-tables.ts';
import { loadConfig } from '../../src/config.ts';
import { hasCitus, requireDistribution, type TablePlace } from '../../src/platform/postgres/distribution.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

describe('the list of where each table is in a distributed database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('names every table of the migrated schema, and no other', async () => {
    const tables = await database.query<{ tablename: string }>(
      "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    );
    // A table that is missing here would stay on one node: give it a line in src/app/distributed-tables.ts.
    expect(Object.keys(DISTRIBUTED_TABLES).sort()).toEqual(tables.map(({ tablename }) => tablename));
  });

  it('distributes by columns that are in every unique key of their table', async () => {
    const keys = await database.query<{ table: string; columns: string[] }>(
      `
      SELECT i.indrelid::regclass::text AS "table",
        (SELECT array_agg(a.attname::text) FROM pg_attribute AS a
         WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])) AS columns
      FROM pg_index AS i WHERE i.indisunique AND i.indrelid::regclass::text = ANY ($1)`,
      [Object.keys(DISTRIBUTED_TABLES)],
    );
    const places: [string, TablePlace][] = Object.entries(DISTRIBUTED_TABLES);
    const byColumn = places.flatMap(([table, place]) => (typeof place === 'object' ? [{ table, by: place.by }] : []));
    for (const { table, by } of byColumn) {
      const ofTable = keys.filter((key) => key.table === table);
      expect(ofTable).not.toEqual([]);
      for (const { columns } of ofTable)
        expect({ table, columns }).toEqual({ table, columns: expect.arrayContaining([by]) });
    }
  });

  it('puts a table after the one beside which it lies', () => {
    const before = new Set<string>();
    for (const [table, place] of Object.entries(DISTRIBUTED_TABLES)) {
      if (typeof place === 'object' && place.beside !== undefined) expect(before).toContain(place.beside);
      before.add(table);
    }
  });

  it('is asked for by DISTRIBUTED=citus: a start on a database without Citus names what is missing', async () => {
    const dataSource = await createDataSource(database.url, loadConfig({})).initialize();
    try {
      if (await hasCitus(dataSource)) return;
      expect(await requireDistribution(dataSource, DISTRIBUTED_TABLES, false)).toEqual([]);
      await expect(requireDistribution(dataSource, DISTRIBUTED_TABLES, true)).rejects.toThrow(
        /^DISTRIBUTED=citus is set, and the extension citus is not installed .* shared_preload_libraries.* CREATE EXTENSION citus /,
      );
    } finally {
      await dataSource.destroy();
    }
  });
});

import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { postgresHash } from '../../libs/kernel/postgres-hash.ts';
import { createDataSource } from '../../src/app/data-source.ts';
import { migrate } from '../../src/app/migrate.ts';
import { ErasedIdsByShard1764600000000 } from '../../src/app/migrations/1764600000000-erased-ids-by-shard.ts';
import { loadConfig } from '../../src/config.ts';
import { customerIdOf } from '../../src/customer-events/domain/customer.ts';
import { ErasureKeys, type ErasedId } from '../../src/customer-events/domain/erasure-keys.ts';
import { SHARD_KEYS, shardKeyOf } from '../../src/customer-events/domain/shard-key.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { ERASURE_SECRET } from '../support/erasure-secret.ts';

describe('the division of rows among shards', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, loadConfig({})).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('goes by the hash that PostgreSQL has, for texts of every length', async () => {
    const texts = Array.from({ length: 200 }, (_, length) => randomBytes(length).toString('base64').slice(0, length));
    texts.push('zwölf Boxkämpfer', '日本語', '👩‍👩‍👧', ' '.repeat(1_000));
    const rows = await database.query<{ hash: number }>('SELECT hashtext(t) AS hash FROM unnest($1::text[]) AS t', [
      texts,
    ]);
    expect(rows.map(({ hash }) => hash)).toEqual(texts.map(postgresHash));
  });

  it('puts what is kept of erased ids into the same of 32 parts as its customer', async () => {
    const ids = Array.from({ length: 500 }, (_, n) => customerIdOf('app', `user_${n}`));
    const rows = await database.query<{ ofCustomer: number; ofKey: number }>(
      `SELECT (hashtext(c)::bigint + 2147483648) >> 27 AS "ofCustomer", (hashtext(k)::bigint + 2147483648) >> 27 AS "ofKey"
       FROM unnest($1::text[], $2::text[]) AS u (c, k)`,
      [ids, ids.map(shardKeyOf)],
    );
    expect(rows.map(({ ofKey }) => ofKey)).toEqual(rows.map(({ ofCustomer }) => ofCustomer));
    expect(new Set(ids.map(shardKeyOf)).size).toBe(32);
  });

  it('is added to what earlier versions kept: exactly where the customer is known, to every part where it is not', async () => {
    // A plain one: what is distributed by the column cannot lose it.
    const plainDatabase = await createEmptyDatabase();
    await migrate(plainDatabase.url, loadConfig({}));
    const plainSource = await createDataSource(plainDatabase.url, loadConfig({})).initialize();
    const migration = new ErasedIdsByShard1764600000000();
    const runner = plainSource.createQueryRunner();
    await migration.down(runner);
    const plain = (n: number): ErasedId => new ErasureKeys([]).erasedId(customerIdOf('app', `user_${n}`), `e${n}`);
    const keyed = new ErasureKeys([ERASURE_SECRET]).erasedId(customerIdOf('app', 'user_1'), 'keyed');
    const unkeyed = Array.from({ length: 40 }, (_, n) => plain(n));
    for (const { customer, key, secretId } of [...unkeyed, keyed]) {
      await runner.query(
        `INSERT INTO erased_event_ids (customer_id, sha256, secret_id, app_id) VALUES ($1, $2, $3, 'app')`,
        [customer, key, secretId],
      );
    }
    await migration.up(runner);
    const rows = await plainDatabase.query<{ customer_id: string; shard_key: string; app_id: string }>(
      'SELECT customer_id, shard_key, app_id FROM erased_event_ids',
    );
    const keysOf = (customer: string) =>
      rows.filter(({ customer_id }) => customer_id === customer).map(({ shard_key }) => shard_key);
    for (const { customer, shardKey } of unkeyed) expect(keysOf(customer)).toEqual([shardKey]);
    expect(keysOf(keyed.customer).sort()).toEqual([...SHARD_KEYS].sort());
    expect(new Set(rows.map(({ app_id }) => app_id))).toEqual(new Set(['app']));

    await migration.down(runner);
    expect(await plainDatabase.query('SELECT 1 FROM erased_event_ids')).toHaveLength(41);
    await migration.up(runner);
    await runner.release();
    await plainSource.destroy();
    await plainDatabase.drop();
  });
});

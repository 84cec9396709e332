import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Those of shard-key.ts. */
const SHARD_KEYS = '33 0 75 52 7 16 55 18 68 47 23 1 22 14 4 2 44 53 51 45 15 73 35 38 17 28 5 20 27 42 8 54'.split(
  ' ',
);

/**
 * What is kept of erased ids goes on the shard of its customer, where the database is distributed: an event and the
 * question whether its id was erased are then one transaction on one machine. A pseudonym does not tell the shard, so
 * that a short text stands beside it which does (see shard-key.ts).
 *
 * For rows that hold a pseudonym already nobody can say any more whose they are. They are kept once for each part: too
 * many rather than too few. They go when they are old enough (ERASED_IDS_DAYS).
 */
export class ErasedIdsByShard1764600000000 implements MigrationInterface {
  name = 'ErasedIdsByShard1764600000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE erased_event_ids ADD COLUMN shard_key text COLLATE "C" NOT NULL DEFAULT ''`);
    await queryRunner.query('ALTER TABLE erased_event_ids DROP CONSTRAINT erased_event_ids_pkey');
    await queryRunner.query(
      `UPDATE erased_event_ids
       SET shard_key = ($1::text[])[1 + ((hashtext(customer_id)::bigint + 2147483648) * $2 >> 32)]
       WHERE secret_id = ''`,
      [SHARD_KEYS, SHARD_KEYS.length],
    );
    await queryRunner.query(
      `INSERT INTO erased_event_ids (shard_key, customer_id, sha256, secret_id, app_id, erased_at)
       SELECT k.shard_key, e.customer_id, e.sha256, e.secret_id, e.app_id, e.erased_at
       FROM erased_event_ids AS e CROSS JOIN unnest($1::text[]) AS k (shard_key)
       WHERE e.shard_key = ''`,
      [SHARD_KEYS],
    );
    await queryRunner.query(`DELETE FROM erased_event_ids WHERE shard_key = ''`);
    await queryRunner.query('ALTER TABLE erased_event_ids ALTER COLUMN shard_key DROP DEFAULT');
    await queryRunner.query(`
      ALTER TABLE erased_event_ids
      ADD CONSTRAINT erased_event_ids_pkey PRIMARY KEY (shard_key, customer_id, sha256)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE erased_event_ids DROP CONSTRAINT erased_event_ids_pkey');
    await queryRunner.query(`
      DELETE FROM erased_event_ids AS e USING erased_event_ids AS o
      WHERE e.customer_id = o.customer_id AND e.sha256 = o.sha256 AND e.shard_key > o.shard_key`);
    await queryRunner.query('ALTER TABLE erased_event_ids DROP COLUMN shard_key');
    await queryRunner.query(`
      ALTER TABLE erased_event_ids ADD CONSTRAINT erased_event_ids_pkey PRIMARY KEY (customer_id, sha256)`);
  }
}

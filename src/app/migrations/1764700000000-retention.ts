import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How long events are kept, by app and type, and how far the deletion of what is past that has come: a row for each app
 * that has such rules. The version before this one ignores both: it deletes nothing, and takes in what this one refuses.
 */
export class Retention1764700000000 implements MigrationInterface {
  name = 'Retention1764700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE apps ADD COLUMN retention text COLLATE "C"');
    await queryRunner.query(`
      CREATE TABLE purge_runs (
        app_id text COLLATE "C" NOT NULL,
        rules text COLLATE "C" NOT NULL,
        started_at timestamptz NOT NULL,
        since timestamptz,
        after_created_at timestamptz,
        after_id text COLLATE "C",
        deleted bigint NOT NULL,
        finished_at timestamptz,
        whole_at timestamptz,
        holder text COLLATE "C",
        held_until timestamptz,
        CONSTRAINT purge_runs_pkey PRIMARY KEY (app_id)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE purge_runs');
    await queryRunner.query('ALTER TABLE apps DROP COLUMN retention');
  }
}

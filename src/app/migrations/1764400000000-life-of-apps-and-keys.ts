import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What becomes of apps and keys: an app may be suspended, or be in the middle of its deletion, a key may have another one
 * in its place. The version before this one ignores the columns, so it accepts the keys of a suspended app.
 */
export class LifeOfAppsAndKeys1764400000000 implements MigrationInterface {
  name = 'LifeOfAppsAndKeys1764400000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE apps ADD COLUMN suspended_at timestamptz, ADD COLUMN deletion_started_at timestamptz`);
    await queryRunner.query(`ALTER TABLE api_keys ADD COLUMN replaced_by text COLLATE "C"`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE api_keys DROP COLUMN replaced_by');
    await queryRunner.query('ALTER TABLE apps DROP COLUMN suspended_at, DROP COLUMN deletion_started_at');
  }
}

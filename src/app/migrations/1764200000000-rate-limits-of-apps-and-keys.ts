import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Limits of one app or key, as texts like `1000/1,20000/60`; `0`: none; null: those of the settings. */
export class RateLimitsOfAppsAndKeys1764200000000 implements MigrationInterface {
  name = 'RateLimitsOfAppsAndKeys1764200000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['apps', 'api_keys']) {
      await queryRunner.query(`
        ALTER TABLE ${table} ADD COLUMN event_limits text COLLATE "C", ADD COLUMN read_limits text COLLATE "C"`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['apps', 'api_keys']) {
      await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN event_limits, DROP COLUMN read_limits`);
    }
  }
}

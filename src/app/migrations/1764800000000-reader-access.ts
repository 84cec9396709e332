import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a key may do; NULL, as all keys have it that were there before: everything. The version before this one ignores
 * it, so it lets a key with few scopes do everything.
 */
export class ReaderAccess1764800000000 implements MigrationInterface {
  name = 'ReaderAccess1764800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE api_keys ADD COLUMN scopes text[] COLLATE "C"');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE api_keys DROP COLUMN scopes');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * - What a key may do; NULL, as all keys have it that were there before: everything. The version before this one ignores
 *   it, so it lets a key with few scopes do everything.
 * - The text of public keys; those that were there before have none, since only their hash was kept.
 * - The sites that may show the pages of an app; NULL: none.
 */
export class ReaderAccess1764800000000 implements MigrationInterface {
  name = 'ReaderAccess1764800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE api_keys ADD COLUMN scopes text[] COLLATE "C"');
    await queryRunner.query('ALTER TABLE api_keys ADD COLUMN public_key text COLLATE "C"');
    await queryRunner.query('ALTER TABLE apps ADD COLUMN embed_origins text[] COLLATE "C"');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE apps DROP COLUMN embed_origins');
    await queryRunner.query('ALTER TABLE api_keys DROP COLUMN public_key');
    await queryRunner.query('ALTER TABLE api_keys DROP COLUMN scopes');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lists of an app's customers, the newest first, and those whose external id begins with a text. */
export class CustomerDirectory1764500000000 implements MigrationInterface {
  name = 'CustomerDirectory1764500000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE INDEX customers_app_id_created_at_id_idx ON customers (app_id, created_at, id)');
    await queryRunner.query('CREATE INDEX customers_app_id_external_id_idx ON customers (app_id, external_id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX customers_app_id_external_id_idx, customers_app_id_created_at_id_idx');
  }
}

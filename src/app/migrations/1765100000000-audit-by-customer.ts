import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was done to one customer is found without a look at all entries. Most entries about keys and reads name no customer. */
export class AuditByCustomer1765100000000 implements MigrationInterface {
  name = 'AuditByCustomer1765100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX audit_entries_app_id_customer_idx ON audit_entries (app_id, customer, at, id)
      WHERE customer IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX audit_entries_app_id_customer_idx');
  }
}

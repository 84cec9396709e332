import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A record of who did what, and what stays of erased ids: by which secret it was made, whose it is, and since when.
 * Of the secrets only names are kept, so that a start with another one is noticed.
 * Rows without a secret are those of the versions before this one, which may go on writing them during an upgrade.
 *
 * Erased rows stay on disk until a vacuum. By default one comes after a fifth of a table has changed, which of
 * 100,000,000 events may be months; here after 1,000 rows and a hundredth.
 */
export class AuditAndErasure1764300000000 implements MigrationInterface {
  name = 'AuditAndErasure1764300000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE audit_entries (
        app_id text COLLATE "C" NOT NULL,
        at timestamptz NOT NULL,
        id text COLLATE "C" NOT NULL,
        actor text COLLATE "C" NOT NULL,
        actor_id text NOT NULL,
        request_id text COLLATE "C",
        action text COLLATE "C" NOT NULL,
        customer text COLLATE "C",
        subject text COLLATE "C",
        count bigint,
        details json,
        CONSTRAINT audit_entries_pkey PRIMARY KEY (app_id, at, id)
      )`);
    await queryRunner.query(`
      ALTER TABLE erased_event_ids
      ADD COLUMN secret_id text COLLATE "C" NOT NULL DEFAULT '',
      ADD COLUMN app_id text COLLATE "C",
      ADD COLUMN erased_at timestamptz NOT NULL DEFAULT now()`);
    // For those that are old enough to go, and those that no secret was used for.
    await queryRunner.query('CREATE INDEX erased_event_ids_secret_id_idx ON erased_event_ids (secret_id, erased_at)');
    await queryRunner.query(`
      CREATE TABLE erasure_secrets (
        id text COLLATE "C" NOT NULL,
        last_used_at timestamptz NOT NULL,
        CONSTRAINT erasure_secrets_pkey PRIMARY KEY (id)
      )`);
    for (const table of TABLES_OF_CUSTOMERS) {
      await queryRunner.query(`
        ALTER TABLE ${table} SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000)`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of TABLES_OF_CUSTOMERS) {
      await queryRunner.query(`
        ALTER TABLE ${table} RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)`);
    }
    await queryRunner.query('DROP TABLE erasure_secrets');
    await queryRunner.query(`
      ALTER TABLE erased_event_ids DROP COLUMN secret_id, DROP COLUMN app_id, DROP COLUMN erased_at`);
    await queryRunner.query('DROP TABLE audit_entries');
  }
}

const TABLES_OF_CUSTOMERS = ['customers', 'customer_emails', 'customer_events', 'erased_event_ids'];

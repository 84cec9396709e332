import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What reading and erasing timelines needs.
 *
 * The primary key includes the type, so that summaries and filters by type read the index alone:
 * for a customer whose events lie scattered over the table that is the difference between one
 * range of the index and a page of the table for each event. It costs an insert a few per cent
 * (docs/decisions/0011-summaries-counted-on-read.md). Index-only reads also want pages that vacuum has seen, so it comes sooner than
 * by default: after 5 % of new rows, not 20 %.
 */
export class TimelineReadsAndErasure1764100000000 implements MigrationInterface {
  name = 'TimelineReadsAndErasure1764100000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE customer_events DROP CONSTRAINT customer_events_pkey');
    await queryRunner.query(`
      ALTER TABLE customer_events
      ADD CONSTRAINT customer_events_pkey PRIMARY KEY (customer_id, occurred_at, id) INCLUDE (type)`);
    await queryRunner.query('ALTER TABLE customer_events SET (autovacuum_vacuum_insert_scale_factor = 0.05)');
    await queryRunner.query(`
      CREATE TABLE erased_event_ids (
        customer_id text COLLATE "C" NOT NULL,
        sha256 bytea NOT NULL,
        CONSTRAINT erased_event_ids_pkey PRIMARY KEY (customer_id, sha256)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE erased_event_ids');
    await queryRunner.query('ALTER TABLE customer_events RESET (autovacuum_vacuum_insert_scale_factor)');
    await queryRunner.query('ALTER TABLE customer_events DROP CONSTRAINT customer_events_pkey');
    await queryRunner.query(`
      ALTER TABLE customer_events ADD CONSTRAINT customer_events_pkey PRIMARY KEY (customer_id, occurred_at, id)`);
  }
}

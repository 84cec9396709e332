import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How the events of an app are displayed, and which types of events it has had. `event_type_sets` has a row for each app
 * with such rules: what its rules come to, and the version of them all. The version before this one ignores all three.
 */
export class EventTypes1765000000000 implements MigrationInterface {
  name = 'EventTypes1765000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE event_type_sets (
        app_id text COLLATE "C" NOT NULL,
        version text COLLATE "C",
        rules integer NOT NULL,
        bytes integer NOT NULL,
        CONSTRAINT event_type_sets_pkey PRIMARY KEY (app_id)
      )`);
    await queryRunner.query(`
      CREATE TABLE event_type_rules (
        app_id text COLLATE "C" NOT NULL,
        pattern text COLLATE "C" NOT NULL,
        rule json NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT event_type_rules_pkey PRIMARY KEY (app_id, pattern)
      )`);
    await queryRunner.query(`
      CREATE TABLE event_types_seen (
        app_id text COLLATE "C" NOT NULL,
        type text COLLATE "C" NOT NULL,
        first_seen_at timestamptz NOT NULL,
        CONSTRAINT event_types_seen_pkey PRIMARY KEY (app_id, type)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE event_types_seen');
    await queryRunner.query('DROP TABLE event_type_rules');
    await queryRunner.query('DROP TABLE event_type_sets');
  }
}

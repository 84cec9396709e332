import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first schema. Text keys are COLLATE "C": they compare as bytes, on every host alike. Every
 * key of `customers` and `customer_events` begins with the customer's id and none crosses
 * customers, so that the same schema can be distributed by it. See docs/decisions/0006-derived-customer-ids.md.
 */
export class InitialSchema1764000000000 implements MigrationInterface {
  name = 'InitialSchema1764000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE apps (
        id text COLLATE "C" NOT NULL,
        slug text COLLATE "C" NOT NULL,
        name text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT apps_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX apps_slug_key ON apps (slug)`);
    await queryRunner.query(`
      CREATE TABLE api_keys (
        id text COLLATE "C" NOT NULL,
        app_id text COLLATE "C" NOT NULL,
        name text NOT NULL,
        type text COLLATE "C" NOT NULL,
        prefix text COLLATE "C" NOT NULL,
        sha256 bytea NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT api_keys_pkey PRIMARY KEY (id),
        CONSTRAINT api_keys_app_id_fkey FOREIGN KEY (app_id) REFERENCES apps (id)
      )`);
    await queryRunner.query(`CREATE UNIQUE INDEX api_keys_sha256_key ON api_keys (sha256)`);
    await queryRunner.query(`CREATE INDEX api_keys_app_id_idx ON api_keys (app_id)`);
    await queryRunner.query(`
      CREATE TABLE customers (
        id text COLLATE "C" NOT NULL,
        app_id text COLLATE "C" NOT NULL,
        external_id text COLLATE "C" NOT NULL,
        email text NOT NULL,
        name text NOT NULL,
        phone text,
        avatar_url text,
        metadata json NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT customers_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query(`
      CREATE TABLE customer_emails (
        sha256 bytea NOT NULL,
        customer_id text COLLATE "C" NOT NULL,
        CONSTRAINT customer_emails_pkey PRIMARY KEY (sha256)
      )`);
    await queryRunner.query(`
      CREATE TABLE customer_events (
        customer_id text COLLATE "C" NOT NULL,
        occurred_at timestamptz NOT NULL,
        id text COLLATE "C" NOT NULL,
        type text COLLATE "C" NOT NULL,
        payload json NOT NULL,
        event_id text COLLATE "C",
        created_at timestamptz NOT NULL,
        CONSTRAINT customer_events_pkey PRIMARY KEY (customer_id, occurred_at, id),
        CONSTRAINT customer_events_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id)
      )`);
    await queryRunner.query(`
      CREATE UNIQUE INDEX customer_events_event_id_key ON customer_events (customer_id, event_id)
      WHERE event_id IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE customer_events, customer_emails, customers, api_keys, apps');
  }
}

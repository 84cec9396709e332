import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What lets an agent's page read one customer for a while. The version before this one knows nothing of it. */
export class EmbedSessions1764900000000 implements MigrationInterface {
  name = 'EmbedSessions1764900000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE embed_sessions (
        id text COLLATE "C" NOT NULL,
        app_id text COLLATE "C" NOT NULL,
        key_id text COLLATE "C" NOT NULL,
        sha256 bytea NOT NULL,
        customer_id text COLLATE "C" NOT NULL,
        customer_external_id text COLLATE "C" NOT NULL,
        matched_by text COLLATE "C" NOT NULL,
        viewer_id text,
        viewer_name text,
        at timestamptz,
        types text[] COLLATE "C",
        masked boolean NOT NULL,
        locale text COLLATE "C",
        time_zone text COLLATE "C",
        event_link text,
        ttl_seconds integer NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        renewable_until timestamptz NOT NULL,
        revoked_at timestamptz,
        last_seen_at timestamptz,
        requests bigint NOT NULL,
        viewed_at timestamptz,
        CONSTRAINT embed_sessions_pkey PRIMARY KEY (id)
      )`);
    await queryRunner.query('CREATE UNIQUE INDEX embed_sessions_sha256_key ON embed_sessions (sha256)');
    // For the list of an app and its deletion, for the erasure of a customer, and for what is over.
    await queryRunner.query('CREATE INDEX embed_sessions_app_id_idx ON embed_sessions (app_id, created_at, id)');
    await queryRunner.query('CREATE INDEX embed_sessions_customer_id_idx ON embed_sessions (customer_id)');
    await queryRunner.query('CREATE INDEX embed_sessions_renewable_until_idx ON embed_sessions (renewable_until)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE embed_sessions');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The windows of RATE_LIMIT_STORE=postgres, as `rate-limiter-flexible` reads and writes them. Unlogged: a count
 * that a crash loses is a window that begins anew, and nobody needs it in the write-ahead log.
 */
export class SharedRateLimits1764200100000 implements MigrationInterface {
  name = 'SharedRateLimits1764200100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE UNLOGGED TABLE rate_limits (
        key text COLLATE "C" NOT NULL,
        points integer NOT NULL DEFAULT 0,
        expire bigint,
        CONSTRAINT rate_limits_pkey PRIMARY KEY (key)
      ) WITH (fillfactor = 50)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE rate_limits');
  }
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * The name of a secret by which erased ids may have been kept; the secret itself is not in the database.
 * It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md.
 */
@Entity('erasure_secrets')
export class ErasureSecretRow {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'erasure_secrets_pkey' })
  id: string;

  @Column({ type: 'timestamptz', name: 'last_used_at' })
  lastUsedAt: Date;
}

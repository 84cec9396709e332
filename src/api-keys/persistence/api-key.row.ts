import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { ApiKey } from '../domain/api-key.ts';
import { AppRow } from './app.row.ts';

/** It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md. */
@Entity('api_keys')
export class ApiKeyRow implements Record<keyof Omit<ApiKey, 'app'>, unknown> {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'api_keys_pkey' })
  id: string;

  @ForeignKey(() => AppRow, { name: 'api_keys_app_id_fkey' })
  @Index('api_keys_app_id_idx')
  @Column({ type: 'text', collation: 'C', name: 'app_id' })
  appId: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text', collation: 'C' })
  type: string;

  /** The first characters of the key, by which people recognise it. */
  @Column({ type: 'text', collation: 'C' })
  prefix: string;

  /** SHA-256 of the key; an agent key itself is nowhere. */
  @Index('api_keys_sha256_key', { unique: true })
  @Column({ type: 'bytea' })
  sha256: Buffer;

  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true })
  expiresAt: Date | null;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'last_used_at', nullable: true })
  lastUsedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'text', collation: 'C', name: 'event_limits', nullable: true })
  eventLimits: string | null;

  @Column({ type: 'text', collation: 'C', name: 'read_limits', nullable: true })
  readLimits: string | null;

  /** The id of the key that has taken its place. */
  @Column({ type: 'text', collation: 'C', name: 'replaced_by', nullable: true })
  replacedBy: string | null;

  /** What it may do; NULL: everything. */
  @Column({ type: 'text', collation: 'C', array: true, nullable: true })
  scopes: string[] | null;

  /** The whole of a public key; NULL for agent keys, and for public ones of versions that kept their hash alone. */
  @Column({ type: 'text', collation: 'C', name: 'public_key', nullable: true })
  publicKey: string | null;
}

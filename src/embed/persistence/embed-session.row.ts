import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { EmbedSession } from '../domain/embed-session.ts';

/** It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md. */
@Entity('embed_sessions')
@Index('embed_sessions_app_id_idx', ['appId', 'createdAt', 'id'])
export class EmbedSessionRow implements Record<keyof EmbedSession, unknown> {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'embed_sessions_pkey' })
  id: string;

  @Column({ type: 'text', collation: 'C', name: 'app_id' })
  appId: string;

  @Column({ type: 'text', collation: 'C', name: 'key_id' })
  keyId: string;

  /** SHA-256 of the token; the token itself is nowhere. */
  @Index('embed_sessions_sha256_key', { unique: true })
  @Column({ type: 'bytea' })
  sha256: Buffer;

  @Index('embed_sessions_customer_id_idx')
  @Column({ type: 'text', collation: 'C', name: 'customer_id' })
  customerId: string;

  @Column({ type: 'text', collation: 'C', name: 'customer_external_id' })
  customerExternalId: string;

  @Column({ type: 'text', collation: 'C', name: 'matched_by' })
  matchedBy: string;

  @Column({ type: 'text', name: 'viewer_id', nullable: true })
  viewerId: string | null;

  @Column({ type: 'text', name: 'viewer_name', nullable: true })
  viewerName: string | null;

  @Column({ type: 'timestamptz', nullable: true })
  at: Date | null;

  @Column({ type: 'text', collation: 'C', array: true, nullable: true })
  types: string[] | null;

  @Column({ type: 'boolean' })
  masked: boolean;

  @Column({ type: 'text', collation: 'C', nullable: true })
  locale: string | null;

  @Column({ type: 'text', collation: 'C', name: 'time_zone', nullable: true })
  timeZone: string | null;

  @Column({ type: 'text', name: 'event_link', nullable: true })
  eventLink: string | null;

  @Column({ type: 'integer', name: 'ttl_seconds' })
  ttlSeconds: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt: Date;

  @Index('embed_sessions_renewable_until_idx')
  @Column({ type: 'timestamptz', name: 'renewable_until' })
  renewableUntil: Date;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'last_seen_at', nullable: true })
  lastSeenAt: Date | null;

  @Column({ type: 'bigint' })
  requests: string;

  /** When the audit was last told that it looked at its customer. */
  @Column({ type: 'timestamptz', name: 'viewed_at', nullable: true })
  viewedAt: Date | null;
}

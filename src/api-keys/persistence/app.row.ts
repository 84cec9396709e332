import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { App } from '../domain/api-key.ts';

/** It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md. */
@Entity('apps')
@Index('apps_slug_key', ['slug'], { unique: true })
export class AppRow implements Record<keyof App, unknown> {
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'apps_pkey' })
  id: string;

  @Column({ type: 'text', collation: 'C' })
  slug: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'text', collation: 'C', name: 'event_limits', nullable: true })
  eventLimits: string | null;

  @Column({ type: 'text', collation: 'C', name: 'read_limits', nullable: true })
  readLimits: string | null;

  /** Such as `page.*=P90D,*=P2Y`. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  retention: string | null;

  @Column({ type: 'timestamptz', name: 'suspended_at', nullable: true })
  suspendedAt: Date | null;

  @Column({ type: 'timestamptz', name: 'deletion_started_at', nullable: true })
  deletionStartedAt: Date | null;

  /** Such as `https://*.acme.com`; NULL: none. */
  @Column({ type: 'text', collation: 'C', name: 'embed_origins', array: true, nullable: true })
  embedOrigins: string[] | null;
}

import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'audit_entries_pkey';

/** It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md. */
@Entity('audit_entries')
@Index('audit_entries_app_id_customer_idx', ['appId', 'customer', 'at', 'id'], { where: 'customer IS NOT NULL' })
export class AuditEntryRow {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'app_id', primaryKeyConstraintName })
  appId: string;

  @PrimaryColumn({ type: 'timestamptz', primaryKeyConstraintName })
  at: Date;

  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName })
  id: string;

  /** key, session, operator or service. */
  @Column({ type: 'text', collation: 'C' })
  actor: string;

  @Column({ type: 'text', name: 'actor_id' })
  actorId: string;

  @Column({ type: 'text', collation: 'C', name: 'request_id', nullable: true })
  requestId: string | null;

  @Column({ type: 'text', collation: 'C' })
  action: string;

  /** A pseudonym: see docs/erasure.md. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  customer: string | null;

  @Column({ type: 'text', collation: 'C', nullable: true })
  subject: string | null;

  @Column({ type: 'bigint', nullable: true })
  count: string | null;

  @Column({ type: 'json', nullable: true })
  details: unknown;
}

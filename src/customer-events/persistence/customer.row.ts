import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Customer } from '../domain/customer.ts';

/** It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md. */
@Entity('customers')
@Index('customers_app_id_created_at_id_idx', ['appId', 'createdAt', 'id'])
@Index('customers_app_id_external_id_idx', ['appId', 'externalId'])
export class CustomerRow implements Record<keyof Customer, unknown> {
  /** Derived from app and external id, so the primary key also keeps external ids unique per app. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'customers_pkey' })
  id: string;

  @Column({ type: 'text', collation: 'C', name: 'app_id' })
  appId: string;

  @Column({ type: 'text', collation: 'C', name: 'external_id' })
  externalId: string;

  @Column({ type: 'text' })
  email: string;

  @Column({ type: 'text' })
  name: string;

  @Column({ type: 'text', nullable: true })
  phone: string | null;

  @Column({ type: 'text', name: 'avatar_url', nullable: true })
  avatarUrl: string | null;

  /** `json`, not `jsonb`: it keeps the text, and with it every value. */
  @Column({ type: 'json' })
  metadata: unknown;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt: Date;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'event_type_rules_pkey';

/** It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md. */
@Entity('event_type_rules')
export class EventTypeRuleRow {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'app_id', primaryKeyConstraintName })
  appId: string;

  /** A type, the beginning of types such as `order.*`, or `*`. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName })
  pattern: string;

  @Column({ type: 'json' })
  rule: unknown;

  @Column({ type: 'timestamptz', name: 'changed_at' })
  changedAt: Date;
}

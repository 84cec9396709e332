import { Column, Entity, PrimaryColumn } from 'typeorm';

/** It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md. */
@Entity('event_type_sets')
export class EventTypeSetRow {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'app_id', primaryKeyConstraintName: 'event_type_sets_pkey' })
  appId: string;

  /** The id of the audit entry of the last change; null: there was none. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  version: string | null;

  /** How many rules the app has. */
  @Column({ type: 'integer' })
  rules: number;

  /** What they come to, as `ruleBytes` counts them. */
  @Column({ type: 'integer' })
  bytes: number;
}

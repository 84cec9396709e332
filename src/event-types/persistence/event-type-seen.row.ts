import { Column, Entity, PrimaryColumn } from 'typeorm';

const primaryKeyConstraintName = 'event_types_seen_pkey';

/** It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md. */
@Entity('event_types_seen')
export class EventTypeSeenRow {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'app_id', primaryKeyConstraintName })
  appId: string;

  /** Empty in the row which says that the app has had more types than are kept. */
  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName })
  type: string;

  @Column({ type: 'timestamptz', name: 'first_seen_at' })
  firstSeenAt: Date;
}

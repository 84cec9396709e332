import { Column, Entity, PrimaryColumn } from 'typeorm';

/** It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md. */
@Entity('purge_runs')
export class PurgeRunRow {
  @PrimaryColumn({ type: 'text', collation: 'C', name: 'app_id', primaryKeyConstraintName: 'purge_runs_pkey' })
  appId: string;

  /** By which it deletes, such as `page.*=P90D`. */
  @Column({ type: 'text', collation: 'C' })
  rules: string;

  /** The time by which it decides what is past its retention. */
  @Column({ type: 'timestamptz', name: 'started_at' })
  startedAt: Date;

  /** By this time an earlier run with the same rules has deleted all; NULL: whole histories are looked through. */
  @Column({ type: 'timestamptz', nullable: true })
  since: Date | null;

  /** With `after_id` the last customer that was dealt with; NULL: none yet. */
  @Column({ type: 'timestamptz', name: 'after_created_at', nullable: true })
  afterCreatedAt: Date | null;

  @Column({ type: 'text', collation: 'C', name: 'after_id', nullable: true })
  afterId: string | null;

  @Column({ type: 'bigint' })
  deleted: string;

  @Column({ type: 'timestamptz', name: 'finished_at', nullable: true })
  finishedAt: Date | null;

  /** When the last run began that has looked through whole histories with these rules. */
  @Column({ type: 'timestamptz', name: 'whole_at', nullable: true })
  wholeAt: Date | null;

  /** The process that is at it; NULL: none is. */
  @Column({ type: 'text', collation: 'C', nullable: true })
  holder: string | null;

  /** Until then no other process takes it over. */
  @Column({ type: 'timestamptz', name: 'held_until', nullable: true })
  heldUntil: Date | null;
}

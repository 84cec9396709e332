import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * What is left of an erased event that had an `eventId`: enough to know a replay of it by, and
 * nothing to read. It outlives its customer, who may come back under the same external id.
 * It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md.
 */
@Entity('erased_event_ids')
@Index('erased_event_ids_secret_id_idx', ['secretId', 'erasedAt'])
export class ErasedEventIdRow {
  /** By which it is on the shard of its customer: see `shardKeyOf`. */
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'shard_key',
    primaryKeyConstraintName: 'erased_event_ids_pkey',
  })
  shardKey: string;

  /** The pseudonym of the customer; where no secret was used, its derived id. */
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'customer_id',
    primaryKeyConstraintName: 'erased_event_ids_pkey',
  })
  customerId: string;

  /** What the `eventId` is known by: see `ErasureKeys`. The column keeps the name that it had before there were secrets. */
  @PrimaryColumn({ type: 'bytea', primaryKeyConstraintName: 'erased_event_ids_pkey' })
  sha256: Buffer;

  /** By which of the secrets the two were made; empty: by none. */
  @Column({ type: 'text', collation: 'C', name: 'secret_id', default: '' })
  secretId: string;

  /** Null in rows of versions that did not write it. */
  @Column({ type: 'text', collation: 'C', name: 'app_id', nullable: true })
  appId: string | null;

  @Column({ type: 'timestamptz', name: 'erased_at', default: () => 'now()' })
  erasedAt: Date;
}

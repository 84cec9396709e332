import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { CustomerRow } from './customer.row.ts';

/**
 * The primary key is the timeline's index too: an insert without `eventId` pays for one B-tree.
 * It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md.
 */
@Entity('customer_events')
@Index('customer_events_event_id_key', ['customerId', 'eventId'], {
  unique: true,
  where: 'event_id IS NOT NULL',
})
export class CustomerEventRow implements Record<keyof CustomerEvent, unknown> {
  @ForeignKey(() => CustomerRow, { name: 'customer_events_customer_id_fkey' })
  @PrimaryColumn({
    type: 'text',
    collation: 'C',
    name: 'customer_id',
    primaryKeyConstraintName: 'customer_events_pkey',
  })
  customerId: string;

  /** Read as text (see `utcText`): a JavaScript Date would lose the microseconds. */
  @PrimaryColumn({
    type: 'timestamptz',
    name: 'occurred_at',
    primaryKeyConstraintName: 'customer_events_pkey',
  })
  occurredAt: Date;

  @PrimaryColumn({ type: 'text', collation: 'C', primaryKeyConstraintName: 'customer_events_pkey' })
  id: string;

  @Column({ type: 'text', collation: 'C' })
  type: string;

  /** `json`, not `jsonb`: it keeps the text, and with it every value. Read as `payload::text`. */
  @Column({ type: 'json' })
  payload: unknown;

  @Column({ type: 'text', collation: 'C', name: 'event_id', nullable: true })
  eventId: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt: Date;
}

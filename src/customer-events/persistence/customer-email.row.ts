import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A claim on an e-mail address. It keeps addresses unique per app without a unique key over the
 * customers, which a distributed database could not have.
 * It describes the table for migrations, and is never loaded or saved: see docs/decisions/0020-what-of-nest-is-used.md.
 */
@Entity('customer_emails')
export class CustomerEmailRow {
  /** SHA-256 of the app's id, 0x00 and the address in lower case. */
  @PrimaryColumn({ type: 'bytea', primaryKeyConstraintName: 'customer_emails_pkey' })
  sha256: Buffer;

  @Column({ type: 'text', collation: 'C', name: 'customer_id' })
  customerId: string;
}

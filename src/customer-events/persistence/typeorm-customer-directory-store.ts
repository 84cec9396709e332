import { Injectable } from '@nestjs/common';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import { selectList } from '../../platform/postgres/record-columns.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { shardsOf } from '../../platform/postgres/shards.ts';
import { storage } from '../../platform/postgres/storage-errors.ts';
import { instantOfUtcText } from '../../platform/postgres/utc-text.ts';
import {
  CustomerDirectoryStore,
  type EventSought,
  type StoredSizes,
} from '../application/customer-directory-store.port.ts';
import type { CustomerPosition } from '../domain/customer-position.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Customer } from '../domain/customer.ts';
import { CUSTOMER_COLUMNS, customerOf, SELECTED_CUSTOMER, type CustomerColumns } from './customer-columns.ts';
import { EVENT_COLUMNS, eventOf, type EventRow } from './customer-event-columns.ts';
import { claimBytes } from './stored-customers.ts';
import { storedSizes } from './stored-sizes.ts';

const SELECTED_POSITION = selectList(CUSTOMER_COLUMNS, 'c', ['createdAt', 'id']);

/** Through `customers_app_id_created_at_id_idx`. */
const NEWEST = `FROM customers AS c
  WHERE c.app_id = $1 AND ($2::timestamptz IS NULL OR (c.created_at, c.id) < ($2, $3::text))
  ORDER BY c.created_at DESC, c.id DESC LIMIT $4`;

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormCustomerDirectoryStore extends CustomerDirectoryStore {
  constructor(private readonly reading: ReadDataSource) {
    super();
  }

  async newest(appId: string, limit: number, after: CustomerPosition | null): Promise<Customer[]> {
    const parameters = [appId, after?.createdAt ?? null, after?.id ?? null, limit];
    return (await this.read<CustomerColumns>(`SELECT ${SELECTED_CUSTOMER} ${NEWEST}`, parameters)).map(customerOf);
  }

  async withPrefix(appId: string, prefix: string, limit: number, after: string | null): Promise<Customer[]> {
    const rows = await this.read<CustomerColumns>(
      `SELECT ${SELECTED_CUSTOMER} FROM customers AS c
       WHERE c.app_id = $1 AND c.external_id ^@ $2::text AND c.external_id > $3::text
       ORDER BY c.external_id LIMIT $4`,
      [appId, prefix, after ?? '', limit],
    );
    return rows.map(customerOf);
  }

  async ofClaim(claim: string): Promise<Customer | null> {
    // Not joined: in a distributed database claims and customers are on nodes of their own.
    const [owner] = await this.read<{ customer_id: string }>(
      'SELECT e.customer_id FROM customer_emails AS e WHERE e.sha256 = $1',
      [claimBytes(claim)],
    );
    if (owner === undefined) return null;
    const [row] = await this.read<CustomerColumns>(`SELECT ${SELECTED_CUSTOMER} FROM customers AS c WHERE c.id = $1`, [
      owner.customer_id,
    ]);
    return row === undefined ? null : customerOf(row);
  }

  async positions(appId: string, limit: number, after: CustomerPosition | null): Promise<CustomerPosition[]> {
    const parameters = [appId, after?.createdAt ?? null, after?.id ?? null, limit];
    const rows = await this.read<{ createdAt: string; id: string }>(
      `SELECT ${SELECTED_POSITION} ${NEWEST}`,
      parameters,
    );
    return rows.map(({ createdAt, id }) => ({ createdAt: instantOfUtcText(createdAt), id }));
  }

  async eventsAmong(customerIds: readonly string[], sought: EventSought): Promise<CustomerEvent[]> {
    // Each customer is one place in an index: of its timeline, or of its eventIds.
    const condition =
      'eventId' in sought
        ? { sql: 't.event_id = $2', parameters: [sought.eventId] }
        : {
            sql: `t.id = $2 AND t.occurred_at >= $3 AND t.occurred_at < $3::timestamptz + interval '1 millisecond'`,
            parameters: [sought.id, instantFromMillis(sought.millis)],
          };
    const rows = await this.read<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM unnest($1::text[]) AS c (id)
       JOIN customer_events AS t ON t.customer_id = c.id WHERE ${condition.sql}`,
      [customerIds, ...condition.parameters],
    );
    return rows.map(eventOf);
  }

  async sizes(pages: number): Promise<StoredSizes> {
    const { customers } = await storage(() => shardsOf(this.reading));
    return storedSizes((sql, parameters) => this.read(sql, parameters), customers.isDistributed, pages);
  }

  private read<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    return storage(() => this.reading.query<Row[]>(sql, parameters));
  }
}

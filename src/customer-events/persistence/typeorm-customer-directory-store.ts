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
import type { CustomerLimits, CustomerPart } from '../domain/customer-list.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Customer } from '../domain/customer.ts';
import { CUSTOMER_COLUMNS, customerOf, SELECTED_CUSTOMER, type CustomerColumns } from './customer-columns.ts';
import { EVENT_COLUMNS, eventOf, type EventRow } from './customer-event-columns.ts';
import { claimBytes } from './stored-customers.ts';
import { storedSizes } from './stored-sizes.ts';

const SELECTED_POSITION = selectList(CUSTOMER_COLUMNS, 'c', ['createdAt', 'id']);

/** Through `customers_app_id_created_at_id_idx`. */
const NEWEST_ORDER = 'c.created_at DESC, c.id DESC';
const NEWEST = `FROM customers AS c
  WHERE c.app_id = $1 AND ($2::timestamptz IS NULL OR (c.created_at, c.id) < ($2, $3::text))
  ORDER BY ${NEWEST_ORDER} LIMIT $4`;

/** Through `customers_app_id_external_id_idx`. */
const WITH_PREFIX = `FROM customers AS c
  WHERE c.app_id = $1 AND c.external_id ^@ $2::text AND c.external_id > $3::text
  ORDER BY c.external_id LIMIT $4`;

/** About what a customer takes in a response: its texts, and at most so much for names of fields, id and instants. */
const CUSTOMER_BYTES = `octet_length(c.external_id) + octet_length(c.email) + octet_length(c.name)
  + coalesce(octet_length(c.phone), 0) + coalesce(octet_length(c.avatar_url), 0) + octet_length(c.metadata::text) + 300`;

/**
 * Customers as long as they fit into the bytes of `$5`, the first one in any case. Each row has the number that was
 * found before, up to the LIMIT.
 */
const fitting = (customers: string, order: string): string => `
  SELECT ${SELECTED_CUSTOMER}, c.found FROM (
    SELECT c.*, count(*) OVER ()::int AS found, sum(c.size) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS bytes
    FROM (SELECT c.*, ${CUSTOMER_BYTES} AS size ${customers}) AS c) AS c
  WHERE c.bytes <= $5::bigint OR c.bytes = c.size ORDER BY ${order}`;

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormCustomerDirectoryStore extends CustomerDirectoryStore {
  constructor(private readonly reading: ReadDataSource) {
    super();
  }

  newest(appId: string, limits: CustomerLimits, after: CustomerPosition | null): Promise<CustomerPart> {
    return this.part(fitting(NEWEST, NEWEST_ORDER), [appId, after?.createdAt ?? null, after?.id ?? null], limits);
  }

  withPrefix(appId: string, prefix: string, limits: CustomerLimits, after: string | null): Promise<CustomerPart> {
    return this.part(fitting(WITH_PREFIX, 'c.external_id'), [appId, prefix, after ?? ''], limits);
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

  /** One more than is asked for is looked for: it says whether the list goes on. */
  private async part(sql: string, parameters: unknown[], limits: CustomerLimits): Promise<CustomerPart> {
    const rows = await this.read<CustomerColumns & { found: number }>(sql, [
      ...parameters,
      limits.customers + 1,
      limits.bytes,
    ]);
    const customers = rows.slice(0, limits.customers).map(customerOf);
    return { customers, isEnd: customers.length === (rows[0]?.found ?? 0) };
  }

  private read<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    return storage(() => this.reading.query<Row[]>(sql, parameters));
  }
}

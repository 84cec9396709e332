import { ChangedMeanwhile } from '../../platform/postgres/repeated.ts';
import type { Shards, ShardsOfTables } from '../../platform/postgres/shards.ts';
import type { RunQuery } from '../../platform/postgres/transactions.ts';
import type { ClaimingCustomer, PresentCustomers } from '../domain/customer-puts.ts';
import { emailClaim } from '../domain/email-claim.ts';
import { customerOf, SELECTED_CUSTOMER, type CustomerColumns } from './customer-columns.ts';

type CustomerRow = CustomerColumns & { readonly app_id: string };

interface ClaimRow {
  readonly sha256: Buffer;
  readonly customer_id: string;
}

/** The customers of an app as the database has them. */
export class StoredCustomers implements PresentCustomers {
  private readonly absent = new Set<string>();

  /** @param lock of the rows of the customers that are read. */
  constructor(
    private readonly run: RunQuery,
    private readonly lock: '' | 'FOR NO KEY UPDATE',
    private readonly shards: ShardsOfTables,
  ) {}

  async byId(ids: readonly string[]): Promise<Map<string, ClaimingCustomer>> {
    const sql = `
      SELECT c.app_id, ${SELECTED_CUSTOMER} FROM customers AS c
      WHERE c.id = ANY ($1::text[]) ORDER BY c.id ${this.lock}`;
    const rows: CustomerRow[] = await this.runApart(sql, this.shards.customers, ids);
    const found = new Map(rows.map((row) => [row.id, claimingCustomer(row)]));
    for (const id of ids) if (!found.has(id)) this.absent.add(id);
    return found;
  }

  /** @throws {ChangedMeanwhile} where a customer that was not found has one of them by now. */
  async taken(claims: readonly string[]): Promise<Set<string>> {
    const sql = 'SELECT e.sha256, e.customer_id FROM customer_emails AS e WHERE e.sha256 = ANY ($1::bytea[])';
    const rows: ClaimRow[] = await this.runApart(sql, this.shards.emails, claims.map(claimBytes));
    await this.requireAbsent(rows.map(({ customer_id }) => customer_id).filter((id) => this.absent.has(id)));
    return new Set(rows.map(({ sha256 }) => sha256.toString('latin1')));
  }

  /** A claim may also be left over from a customer that was deleted by hand: then it stays taken, as for a single put. */
  private async requireAbsent(ids: readonly string[]): Promise<void> {
    // Without a lock: others lock rows in the order of their ids, and wait for those that are locked already.
    const sql = 'SELECT 1 FROM customers AS c WHERE c.id = ANY ($1::text[])';
    const rows: unknown[] = await this.runApart(sql, this.shards.customers, ids);
    if (rows.length > 0) throw new ChangedMeanwhile('a customer was created meanwhile');
  }

  /** One statement for each shard that has any of the keys. @param sql its parameter is an array of them. */
  private async runApart<Row, Key extends string | Buffer>(
    sql: string,
    shards: Shards,
    keys: readonly Key[],
  ): Promise<Row[]> {
    const parts = shards.apart(keys, (key) => key);
    const results = await Promise.all(parts.map((part) => this.run({ sql, parameters: [part] })));
    return results.flatMap(({ rows }) => rows as Row[]);
  }
}

/** As the table of claims has it. */
export const claimBytes = (claim: string): Buffer => Buffer.from(claim, 'latin1');

function claimingCustomer(row: CustomerRow): ClaimingCustomer {
  const customer = customerOf(row);
  return { customer, claim: emailClaim(row.app_id, customer.email) };
}

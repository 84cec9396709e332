import { ChangedMeanwhile } from '../../platform/postgres/repeated.ts';
import type { RunQuery } from '../../platform/postgres/transactions.ts';
import type { ClaimingCustomer, PresentCustomers } from '../domain/customer-puts.ts';
import { emailClaim } from '../domain/email-claim.ts';
import { customerOf, SELECTED_CUSTOMER, type CustomerColumns } from './customer-columns.ts';

/** The customers of an app as the database has them. */
export class StoredCustomers implements PresentCustomers {
  private readonly absent = new Set<string>();

  /** @param lock of the rows of the customers that are read. */
  constructor(
    private readonly run: RunQuery,
    private readonly lock: '' | 'FOR NO KEY UPDATE',
  ) {}

  async byId(ids: readonly string[]): Promise<Map<string, ClaimingCustomer>> {
    if (ids.length === 0) return new Map();
    const sql = `
      SELECT c.app_id, ${SELECTED_CUSTOMER} FROM customers AS c
      WHERE c.id = ANY ($1::text[]) ORDER BY c.id ${this.lock}`;
    const rows = (await this.run({ sql, parameters: [ids] })).rows as (CustomerColumns & { app_id: string })[];
    const found = new Map(rows.map((row) => [row.id, claimingCustomer(row)]));
    for (const id of ids) if (!found.has(id)) this.absent.add(id);
    return found;
  }

  /** @throws {ChangedMeanwhile} where a customer that was not found has one of them by now. */
  async taken(claims: readonly string[]): Promise<Set<string>> {
    if (claims.length === 0) return new Set();
    const sql = 'SELECT e.sha256, e.customer_id FROM customer_emails AS e WHERE e.sha256 = ANY ($1::bytea[])';
    const { rows } = await this.run({ sql, parameters: [claims.map(claimBytes)] });
    return new Set(
      (rows as { sha256: Buffer; customer_id: string }[]).map(({ sha256, customer_id }) => {
        if (this.absent.has(customer_id)) throw new ChangedMeanwhile('a customer was created meanwhile');
        return sha256.toString('latin1');
      }),
    );
  }
}

/** As the table of claims has it. */
export const claimBytes = (claim: string): Buffer => Buffer.from(claim, 'latin1');

function claimingCustomer(row: CustomerColumns & { app_id: string }): ClaimingCustomer {
  const customer = customerOf(row);
  return { customer, claim: emailClaim(row.app_id, customer.email) };
}

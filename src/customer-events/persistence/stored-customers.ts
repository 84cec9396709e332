import { ChangedMeanwhile } from '../../platform/postgres/repeated.ts';
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
  ) {}

  async byId(ids: readonly string[]): Promise<Map<string, ClaimingCustomer>> {
    if (ids.length === 0) return new Map();
    const sql = `
      SELECT c.app_id, ${SELECTED_CUSTOMER} FROM customers AS c
      WHERE c.id = ANY ($1::text[]) ORDER BY c.id ${this.lock}`;
    const { rows } = await this.run({ sql, parameters: [ids] });
    const found = new Map((rows as CustomerRow[]).map((row) => [row.id, claimingCustomer(row)]));
    for (const id of ids) if (!found.has(id)) this.absent.add(id);
    return found;
  }

  /** @throws {ChangedMeanwhile} where a customer that was not found has one of them by now. */
  async taken(claims: readonly string[]): Promise<Set<string>> {
    if (claims.length === 0) return new Set();
    const sql = 'SELECT e.sha256, e.customer_id FROM customer_emails AS e WHERE e.sha256 = ANY ($1::bytea[])';
    const rows = (await this.run({ sql, parameters: [claims.map(claimBytes)] })).rows as ClaimRow[];
    await this.requireAbsent(rows.map(({ customer_id }) => customer_id).filter((id) => this.absent.has(id)));
    return new Set(rows.map(({ sha256 }) => sha256.toString('latin1')));
  }

  /** A claim may also be left over from a customer that was deleted by hand: then it stays taken, as for a single put. */
  private async requireAbsent(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    // Without a lock: others lock rows in the order of their ids, and wait for those that are locked already.
    const sql = 'SELECT 1 FROM customers AS c WHERE c.id = ANY ($1::text[])';
    const { rows } = await this.run({ sql, parameters: [ids] });
    if (rows.length > 0) throw new ChangedMeanwhile('a customer was created meanwhile');
  }
}

/** As the table of claims has it. */
export const claimBytes = (claim: string): Buffer => Buffer.from(claim, 'latin1');

function claimingCustomer(row: CustomerRow): ClaimingCustomer {
  const customer = customerOf(row);
  return { customer, claim: emailClaim(row.app_id, customer.email) };
}

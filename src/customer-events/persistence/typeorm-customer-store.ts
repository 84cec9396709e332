import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { columnList, parametersOf, placeholderList } from '../../platform/postgres/record-columns.ts';
import { ChangedMeanwhile, repeated } from '../../platform/postgres/repeated.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { shardsOf } from '../../platform/postgres/shards.ts';
import { isRefusedValue, storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { pipelinedTransaction, singleStatement, type RunQuery } from '../../platform/postgres/transactions.ts';
import { deleteSessionsOfCustomers } from '../../platform/postgres/embed-sessions.ts';
import { insertAuditEntry } from '../../platform/postgres/audit-entries.ts';
import { auditEntry } from '../../platform/audit/audit-entry.ts';
import { CustomerStore, type ErasureOrder, type InTurn } from '../application/customer-store.port.ts';
import { customerEmailExists } from '../domain/customer-events-error.ts';
import type { CustomerPreview } from '../domain/customer-preview.ts';
import { settlePuts, type CustomerPut, type PutOutcome } from '../domain/customer-puts.ts';
import type { Customer } from '../domain/customer.ts';
import { emailClaim } from '../domain/email-claim.ts';
import { ErasureKeys } from '../domain/erasure-keys.ts';
import {
  CHANGED_FIELDS,
  CUSTOMER_COLUMNS,
  customerOf,
  SELECTED_CUSTOMER,
  type CustomerColumns,
} from './customer-columns.ts';
import { endOfPart, eraseEvents, erasePart, type CustomerErasure, type PartEnd } from './erase-events.ts';
import { putCustomers, putCustomersApart } from './put-customers.ts';
import { claimBytes, StoredCustomers } from './stored-customers.ts';

const INSERT_CUSTOMER = `
  INSERT INTO customers AS c (app_id, ${columnList(CUSTOMER_COLUMNS)})
  VALUES (${placeholderList(1 + Object.keys(CUSTOMER_COLUMNS).length)})
  ON CONFLICT DO NOTHING RETURNING c.id`;

const UPDATE_CUSTOMER = `
  UPDATE customers AS c
  SET (${columnList(CUSTOMER_COLUMNS, CHANGED_FIELDS)}) = ROW (${placeholderList(CHANGED_FIELDS.length, 2)})
  WHERE c.id = $1`;

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormCustomerStore extends CustomerStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
    private readonly keys: ErasureKeys,
  ) {
    super();
  }

  async find(id: string): Promise<Customer | null> {
    return storage(() => findCustomer((query) => singleStatement(this.reading, query), id, ''));
  }

  put(appId: string, id: string, decide: (present: Customer | null) => Customer) {
    return repeatedly(() =>
      pipelinedTransaction(this.dataSource, [], async (_, run) => {
        // Not FOR UPDATE: the customer's events may go on being inserted (their foreign key takes
        // KEY SHARE).
        const present = await findCustomer(run, id, 'FOR NO KEY UPDATE');
        const customer = decide(present);
        if (present === null) await insert(run, appId, customer);
        else await update(run, customer);
        await moveEmail(run, appId, id, present?.email, customer.email);
        return { customer, created: present === null };
      }),
    );
  }

  putAll(appId: string, puts: readonly CustomerPut[]): Promise<PutOutcome[]> {
    const inTransaction = async (write: typeof putCustomers) => {
      const shards = await shardsOf(this.dataSource);
      return pipelinedTransaction(this.dataSource, [], (_, run) => write(run, shards, appId, puts));
    };
    return repeatedly(async () => {
      try {
        return await inTransaction(putCustomers);
      } catch (error) {
        if (!isRefusedValue(error)) throw error;
        return await inTransaction(putCustomersApart);
      }
    });
  }

  async previewAll(appId: string, puts: readonly CustomerPut[], before: CustomerPreview): Promise<PutOutcome[]> {
    const preview = async () => {
      const run: RunQuery = (query) => singleStatement(this.reading, query);
      const stored = new StoredCustomers(run, '', await shardsOf(this.reading));
      return settlePuts(appId, puts, before.over(stored));
    };
    const { outcomes, changes } = await storage(() => repeated(preview));
    before.note(changes);
    return outcomes;
  }

  /**
   * The last events go with the customer, in a transaction that keeps new ones out. A long history
   * is erased before that in parts, each in a transaction of its own, so that nobody's inserts wait
   * for longer than one part takes.
   */
  async erase(id: string, order: ErasureOrder, inTurn: InTurn = (work) => work()): Promise<number | null> {
    const erasure = this.erasureOf(id, order);
    const erasedBefore = await this.erasePartsOfHistory(erasure, inTurn);
    const eraseRest = () => pipelinedTransaction(this.dataSource, [], (_, run) => eraseCustomer(run, erasure));
    const rest = await inTurn(() => repeatedly(eraseRest));
    return rest === null ? null : erasedBefore + rest;
  }

  private erasureOf(customerId: string, { appId, actor, at }: ErasureOrder): CustomerErasure {
    const customer = this.keys.pseudonym(customerId);
    return {
      appId,
      customerId,
      keys: this.keys,
      at,
      entry: (action, count) => auditEntry(at, { appId, actor, action, customer, count }),
    };
  }

  private async erasePartsOfHistory(erasure: CustomerErasure, inTurn: InTurn): Promise<number> {
    const { customerId } = erasure;
    let erased = 0;
    let before: PartEnd | null = null;
    for (;;) {
      const from: PartEnd | null = before;
      const end: PartEnd | null = await inTurn(() => storage(() => endOfPart(this.dataSource, customerId, from)));
      if (end !== null) erased += await inTurn(() => repeatedly(() => erasePart(this.dataSource, erasure, from, end)));
      else if (from === null) return erased;
      // Once more from the beginning: of what was antedated meanwhile, and so that what is erased is
      // marked in the index by a look that holds no lock, and not by the one that does.
      before = end;
    }
  }
}

/** @throws SERVICE_UNAVAILABLE, also of unknown outcome where a commit got no response. */
const repeatedly = <T>(work: () => Promise<T>): Promise<T> => storageWrite(() => repeated(work));

/** The customer, its claim of an address, its embed sessions, and the events that are left. Null where there is no such customer. */
async function eraseCustomer(run: RunQuery, erasure: CustomerErasure): Promise<number | null> {
  const id = erasure.customerId;
  // FOR UPDATE makes inserts of this customer's events wait, and then find no customer.
  const { rows } = await run({
    sql: 'SELECT c.app_id, c.email FROM customers AS c WHERE c.id = $1 FOR UPDATE',
    parameters: [id],
  });
  const [row] = rows as { app_id: string; email: string }[];
  if (row === undefined) return null;
  const erased = await eraseEvents(run, erasure, { sql: 't.customer_id = $1', parameters: [id] });
  await run({ sql: DELETE_EMAIL_CLAIM, parameters: [claimBytes(emailClaim(row.app_id, row.email)), id] });
  await run(deleteSessionsOfCustomers([id]));
  await run({ sql: 'DELETE FROM customers AS c WHERE c.id = $1', parameters: [id] });
  await run(insertAuditEntry(erasure.entry('customer.erased', erased)));
  return erased;
}

async function findCustomer(run: RunQuery, id: string, lock: string): Promise<Customer | null> {
  const sql = `SELECT ${SELECTED_CUSTOMER} FROM customers AS c WHERE c.id = $1 ${lock}`;
  const [row] = (await run({ sql, parameters: [id] })).rows as CustomerColumns[];
  return row === undefined ? null : customerOf(row);
}

async function insert(run: RunQuery, appId: string, customer: Customer): Promise<void> {
  const parameters = [appId, ...parametersOf(CUSTOMER_COLUMNS, customer)];
  const { rows } = await run({ sql: INSERT_CUSTOMER, parameters });
  if (rows.length === 0) throw new ChangedMeanwhile('the customer was created meanwhile');
}

async function update(run: RunQuery, customer: Customer): Promise<void> {
  const parameters = [customer.id, ...parametersOf(CUSTOMER_COLUMNS, customer, CHANGED_FIELDS)];
  await run({ sql: UPDATE_CUSTOMER, parameters });
}

const DELETE_EMAIL_CLAIM = 'DELETE FROM customer_emails AS e WHERE e.sha256 = $1 AND e.customer_id = $2';

/** Claims a customer's new address and gives the old one free. @throws CUSTOMER_EMAIL_EXISTS */
async function moveEmail(
  run: RunQuery,
  appId: string,
  customerId: string,
  from: string | undefined,
  to: string,
): Promise<void> {
  const oldClaim = from === undefined ? undefined : emailClaim(appId, from);
  const newClaim = emailClaim(appId, to);
  if (newClaim === oldClaim) return;
  const sql = `INSERT INTO customer_emails AS e (sha256, customer_id) VALUES ($1, $2)
     ON CONFLICT DO NOTHING RETURNING e.customer_id`;
  const { rows } = await run({ sql, parameters: [claimBytes(newClaim), customerId] });
  if (rows.length === 0) throw customerEmailExists();
  if (oldClaim !== undefined) await run({ sql: DELETE_EMAIL_CLAIM, parameters: [claimBytes(oldClaim), customerId] });
}

import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { isWorthRepeating, storage } from '../../platform/postgres/storage-errors.ts';
import { pipelinedTransaction, type RunQuery } from '../../platform/postgres/transactions.ts';
import { instantOfUtcText, utcText } from '../../platform/postgres/utc-text.ts';
import { CustomerStore } from '../application/customer-store.port.ts';
import { customerEmailExists } from '../domain/customer-events-error.ts';
import type { Customer } from '../domain/customer.ts';
import { endOfPart, eraseEvents, erasePart, type PartEnd } from './erase-events.ts';

const MAX_ATTEMPTS = 5;

const CUSTOMER_COLUMNS = [
  'c.id',
  'c.external_id',
  'c.email',
  'c.name',
  'c.phone',
  'c.avatar_url',
  'c.metadata::text AS metadata',
  `${utcText('c.created_at')} AS created_at`,
  `${utcText('c.updated_at')} AS updated_at`,
].join(', ');

interface CustomerColumns {
  readonly id: string;
  readonly external_id: string;
  readonly email: string;
  readonly name: string;
  readonly phone: string | null;
  readonly avatar_url: string | null;
  readonly metadata: string;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Two requests created the same customer at once; the other one won. */
class CreatedMeanwhile extends Error {}

@Injectable()
export class TypeormCustomerStore extends CustomerStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async find(id: string): Promise<Customer | null> {
    return storage(() => findCustomer(this.dataSource.manager, id, ''));
  }

  put(appId: string, id: string, decide: (present: Customer | null) => Customer) {
    return this.transaction(async (manager) => {
      // Not FOR UPDATE: the customer's events may go on being inserted (their foreign key takes
      // KEY SHARE).
      const present = await findCustomer(manager, id, 'FOR NO KEY UPDATE');
      const customer = decide(present);
      if (present === null) await insert(manager, appId, customer);
      else await update(manager, customer);
      await moveEmail(manager, appId, id, present?.email, customer.email);
      return { customer, created: present === null };
    });
  }

  /**
   * The last events go with the customer, in a transaction that keeps new ones out. A long history
   * is erased before that in parts, each in a transaction of its own, so that nobody's inserts wait
   * for longer than one part takes.
   */
  async erase(id: string): Promise<number | null> {
    const erasedBefore = await this.erasePartsOfHistory(id);
    const rest = await repeated(() => pipelinedTransaction(this.dataSource, [], (_, run) => eraseCustomer(run, id)));
    return rest === null ? null : erasedBefore + rest;
  }

  private async erasePartsOfHistory(id: string): Promise<number> {
    let erased = 0;
    let before: PartEnd | null = null;
    for (;;) {
      const from: PartEnd | null = before;
      const end: PartEnd | null = await storage(() => endOfPart(this.dataSource, id, from));
      if (end !== null) erased += await repeated(() => erasePart(this.dataSource, id, from, end));
      else if (from === null) return erased;
      // Once more from the beginning: of what was antedated meanwhile, and so that what is erased is
      // marked in the index by a look that holds no lock, and not by the one that does.
      before = end;
    }
  }

  private transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return repeated(() => this.dataSource.transaction(work));
  }
}

/** Once more where another transaction won. */
function repeated<T>(work: () => Promise<T>): Promise<T> {
  return storage(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const again = error instanceof CreatedMeanwhile || isWorthRepeating(error);
        if (!again || attempt === MAX_ATTEMPTS) throw error;
      }
    }
  });
}

/** The customer, its claim of an address, and the events that are left. Null where there is no such customer. */
async function eraseCustomer(run: RunQuery, id: string): Promise<number | null> {
  // FOR UPDATE makes inserts of this customer's events wait, and then find no customer.
  const { rows } = await run({
    sql: 'SELECT c.app_id, c.email FROM customers AS c WHERE c.id = $1 FOR UPDATE',
    parameters: [id],
  });
  const [row] = rows as { app_id: string; email: string }[];
  if (row === undefined) return null;
  const erased = await eraseEvents(run, id, { sql: 't.customer_id = $1', parameters: [id] });
  await run({ sql: DELETE_EMAIL_CLAIM, parameters: [emailClaim(row.app_id, row.email), id] });
  await run({ sql: 'DELETE FROM customers AS c WHERE c.id = $1', parameters: [id] });
  return erased;
}

async function findCustomer(manager: EntityManager, id: string, lock: string): Promise<Customer | null> {
  const [row] = await manager.query<CustomerColumns[]>(
    `SELECT ${CUSTOMER_COLUMNS} FROM customers AS c WHERE c.id = $1 ${lock}`,
    [id],
  );
  return row === undefined ? null : customerOf(row);
}

async function insert(manager: EntityManager, appId: string, customer: Customer): Promise<void> {
  const inserted = await manager.query<unknown[]>(
    `INSERT INTO customers AS c
       (id, app_id, external_id, email, name, phone, avatar_url, metadata, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT DO NOTHING RETURNING c.id`,
    [
      customer.id,
      appId,
      customer.externalId,
      customer.email,
      customer.name,
      customer.phone,
      customer.avatarUrl,
      customer.metadata.text,
      customer.createdAt,
      customer.updatedAt,
    ],
  );
  if (inserted.length === 0) throw new CreatedMeanwhile();
}

async function update(manager: EntityManager, customer: Customer): Promise<void> {
  await manager.query(
    `UPDATE customers AS c
     SET email = $2, name = $3, phone = $4, avatar_url = $5, metadata = $6, updated_at = $7
     WHERE c.id = $1`,
    [
      customer.id,
      customer.email,
      customer.name,
      customer.phone,
      customer.avatarUrl,
      customer.metadata.text,
      customer.updatedAt,
    ],
  );
}

const DELETE_EMAIL_CLAIM = 'DELETE FROM customer_emails AS e WHERE e.sha256 = $1 AND e.customer_id = $2';

/** Claims a customer's new address and gives the old one free. @throws CUSTOMER_EMAIL_EXISTS */
async function moveEmail(
  manager: EntityManager,
  appId: string,
  customerId: string,
  from: string | undefined,
  to: string,
): Promise<void> {
  const oldClaim = from === undefined ? undefined : emailClaim(appId, from);
  const newClaim = emailClaim(appId, to);
  if (oldClaim !== undefined && newClaim.equals(oldClaim)) return;
  const claimed = await manager.query<unknown[]>(
    `INSERT INTO customer_emails AS e (sha256, customer_id) VALUES ($1, $2)
     ON CONFLICT DO NOTHING RETURNING e.customer_id`,
    [newClaim, customerId],
  );
  if (claimed.length === 0) throw customerEmailExists();
  if (oldClaim !== undefined) {
    await manager.query(DELETE_EMAIL_CLAIM, [oldClaim, customerId]);
  }
}

const emailClaim = (appId: string, email: string): Buffer =>
  createHash('sha256').update(`${appId}\0${email.toLowerCase()}`).digest();

function customerOf(columns: CustomerColumns): Customer {
  return {
    id: columns.id,
    externalId: columns.external_id,
    email: columns.email,
    name: columns.name,
    phone: columns.phone,
    avatarUrl: columns.avatar_url,
    metadata: new JsonText(columns.metadata),
    createdAt: instantOfUtcText(columns.created_at),
    updatedAt: instantOfUtcText(columns.updated_at),
  };
}

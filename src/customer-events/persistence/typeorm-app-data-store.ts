import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Parameters } from '../../platform/postgres/parameters.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { repeated } from '../../platform/postgres/repeated.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { longTransaction, type Query, type RunQuery } from '../../platform/postgres/transactions.ts';
import { instantOfUtcText, utcText } from '../../platform/postgres/utc-text.ts';
import {
  AppDataStore,
  type CustomerPosition,
  type Erased,
  type ErasedIdPosition,
} from '../application/app-data-store.port.ts';
import type { Customer } from '../domain/customer.ts';
import { customerOf, SELECTED_CUSTOMER, type CustomerColumns } from './customer-columns.ts';
import { eraseCustomersOfApp, eraseLongHistory, haveMany } from './erase-app-data.ts';
import { LIMIT_MS } from './erase-events.ts';
import { ERASED_ID_ORDER } from './erased-event-ids.ts';

const MAX_CUSTOMERS_READ = 500;
const MAX_BYTES_READ = 1_048_576;
/** At most what a customer has besides its metadata. */
const CUSTOMER_OVERHEAD_BYTES = 4_096;
const MAX_CUSTOMERS_ERASED = 100;
/** Looked at in one statement, whosever they are. */
const MAX_ERASED_IDS = 20_000;

const ORDER = 'c.created_at, c.id';

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormAppDataStore extends AppDataStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
  ) {
    super();
  }

  async customersAfter(appId: string, after: CustomerPosition | null): Promise<readonly Customer[]> {
    const { sql, parameters } = customersOf(appId, after, MAX_CUSTOMERS_READ);
    const bounded = `
      SELECT ${SELECTED_CUSTOMER}
      FROM (SELECT c.*, sum(c.size) OVER (ORDER BY ${ORDER} ROWS UNBOUNDED PRECEDING) AS bytes
            FROM (SELECT c.*, octet_length(c.metadata::text) + ${CUSTOMER_OVERHEAD_BYTES} AS size
                  FROM (SELECT c.* ${sql}) AS c) AS c) AS c
      WHERE c.bytes - c.size < ${MAX_BYTES_READ} ORDER BY ${ORDER}`;
    const { rows } = await storage(() =>
      longTransaction(this.reading, LIMIT_MS, (run) => run({ sql: bounded, parameters })),
    );
    return (rows as CustomerColumns[]).map(customerOf);
  }

  async eraseAfter(
    appId: string,
    after: CustomerPosition | null,
    note: (erased: Erased) => void,
  ): Promise<CustomerPosition | null> {
    const { group, isLong } = await storage(() =>
      longTransaction(this.dataSource, LIMIT_MS, (run) => nextGroup(run, appId, after)),
    );
    const last = group.at(-1);
    if (last === undefined) return null;
    if (isLong) await this.eraseLongHistory(last.id, note);
    note(
      await this.write((run) =>
        eraseCustomersOfApp(
          run,
          appId,
          group.map(({ id }) => id),
        ),
      ),
    );
    return last;
  }

  eraseErasedIdsAfter(appId: string, after: ErasedIdPosition | null): Promise<ErasedIdPosition | null> {
    return this.write(async (run) => {
      const end = await endOfErasedIds(run, after);
      await run(deleteErasedIds(appId, after, end));
      return end;
    });
  }

  private eraseLongHistory(customerId: string, note: (erased: Erased) => void): Promise<void> {
    return storageWrite(() =>
      repeated(() => eraseLongHistory(this.dataSource, customerId, (events) => note({ customers: 0, events }))),
    );
  }

  /** @throws SERVICE_UNAVAILABLE, also of unknown outcome where a commit got no response. */
  private write<T>(work: (run: RunQuery) => Promise<T>): Promise<T> {
    return storageWrite(() => repeated(() => longTransaction(this.dataSource, LIMIT_MS, work)));
  }
}

/** `FROM customers …`: the next ones of an app. */
function customersOf(appId: string, after: CustomerPosition | null, limit: number) {
  const behind = after === null ? '' : `AND (${ORDER}) > ($2, $3)`;
  return {
    sql: `FROM customers AS c WHERE c.app_id = $1 ${behind} ORDER BY ${ORDER} LIMIT ${limit}`,
    parameters: [appId, ...(after === null ? [] : [after.createdAt, after.id])],
  };
}

/** The next customers that one transaction can erase; or the next one alone, with a long history. */
async function nextGroup(
  run: RunQuery,
  appId: string,
  after: CustomerPosition | null,
): Promise<{ group: readonly CustomerPosition[]; isLong: boolean }> {
  const { sql, parameters } = customersOf(appId, after, MAX_CUSTOMERS_ERASED);
  const { rows } = await run({ sql: `SELECT c.id, ${utcText('c.created_at')} AS created_at ${sql}`, parameters });
  let group = (rows as { id: string; created_at: string }[]).map(({ id, created_at }) => ({
    id,
    createdAt: instantOfUtcText(created_at),
  }));
  for (;;) {
    const isLong =
      group.length > 0 &&
      (await haveMany(
        run,
        group.map(({ id }) => id),
      ));
    if (!isLong || group.length === 1) return { group, isLong };
    group = group.slice(0, Math.ceil(group.length / 2));
  }
}

/** The last of the erased ids that are looked at next, whosever they are; null where these are the last ones. */
async function endOfErasedIds(run: RunQuery, after: ErasedIdPosition | null): Promise<ErasedIdPosition | null> {
  const { rows } = await run({
    sql: `SELECT e.shard_key AS "shardKey", e.customer_id AS "customerId", e.sha256 FROM erased_event_ids AS e
      ${after === null ? '' : `WHERE (${ERASED_ID_ORDER}) > ($1, $2, $3)`}
      ORDER BY ${ERASED_ID_ORDER} OFFSET ${MAX_ERASED_IDS - 1} LIMIT 1`,
    parameters: after === null ? [] : [after.shardKey, after.customerId, after.sha256],
  });
  const [end] = rows as ErasedIdPosition[];
  return end ?? null;
}

/** Those of an app, behind one position and up to another one. */
function deleteErasedIds(appId: string, after: ErasedIdPosition | null, end: ErasedIdPosition | null): Query {
  const parameters = new Parameters(appId);
  const { add } = parameters;
  const placeholders = ({ shardKey, customerId, sha256 }: ErasedIdPosition): string =>
    `(${add(shardKey)}, ${add(customerId)}, ${add(sha256)})`;
  const conditions = ['e.app_id = $1'];
  if (after !== null) conditions.push(`(${ERASED_ID_ORDER}) > ${placeholders(after)}`);
  if (end !== null) conditions.push(`(${ERASED_ID_ORDER}) <= ${placeholders(end)}`);
  return { sql: `DELETE FROM erased_event_ids AS e WHERE ${conditions.join(' AND ')}`, parameters: parameters.values };
}

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { RowOf } from '../../platform/postgres/record-columns.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { pipelinedTransaction, singleStatement, type Query } from '../../platform/postgres/transactions.ts';
import { ErasedIdStore, type CustomerOfAnyApp } from '../application/erased-id-store.port.ts';
import type { ErasedId, KeptErasedId } from '../domain/erasure-keys.ts';
import { ERASED_ID_COLUMNS, ERASED_ID_ORDER, insertErasedIds, SELECTED_ERASED_ID } from './erased-event-ids.ts';

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormErasedIdStore extends ErasedIdStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
  ) {
    super();
  }

  async registeredSecrets(): Promise<string[]> {
    const rows = await this.read<{ id: string }>({
      sql: 'SELECT s.id FROM erasure_secrets AS s ORDER BY s.id',
      parameters: [],
    });
    return rows.map(({ id }) => id);
  }

  async registerSecret(id: string, at: number): Promise<void> {
    await this.write({
      sql: `INSERT INTO erasure_secrets AS s (id, last_used_at) VALUES ($1, $2)
        ON CONFLICT (id) DO UPDATE SET last_used_at = EXCLUDED.last_used_at`,
      parameters: [id, new Date(at)],
    });
  }

  async forgetSecretsUnusedSince(at: number): Promise<void> {
    // Not in one statement: in a distributed database secrets and erased ids are on different nodes.
    for (const id of await this.secretsUnusedSince(at)) {
      if (await this.isAnyKeptBy(id)) continue;
      await this.write({
        sql: 'DELETE FROM erasure_secrets AS s WHERE s.id = $1 AND s.last_used_at < $2',
        parameters: [id, new Date(at)],
      });
    }
  }

  async list(limit: number, after: ErasedId | null): Promise<KeptErasedId[]> {
    const behind = after === null ? '' : `WHERE (${ERASED_ID_ORDER}) > ($1, $2, $3)`;
    return this.read<ErasedIdRow>({
      sql: `SELECT ${SELECTED_ERASED_ID} FROM erased_event_ids AS e ${behind} ORDER BY ${ERASED_ID_ORDER} LIMIT ${limit}`,
      parameters: after === null ? [] : [after.shardKey, after.customer, after.key],
    });
  }

  async add(ids: readonly KeptErasedId[]): Promise<void> {
    await this.write(insertErasedIds(ids));
  }

  /** Without locks, which a distributed database has for one shard at a time only: two instances may do the same, with the same result. */
  async replaceUnkeyed(limit: number, replacement: (unkeyed: ErasedId) => ErasedId): Promise<number> {
    const unkeyed = await this.read<ErasedIdRow>({
      sql: `SELECT ${SELECTED_ERASED_ID} FROM erased_event_ids AS e WHERE e.secret_id = ''
        ORDER BY e.erased_at LIMIT $1`,
      parameters: [limit],
    });
    if (unkeyed.length === 0) return 0;
    const replaced = unkeyed.map((id) => ({ ...id, ...replacement(id) }));
    const statements = [insertErasedIds(replaced), deleteErasedIds(unkeyed)];
    await storageWrite(() => pipelinedTransaction(this.dataSource, statements, () => Promise.resolve()));
    return unkeyed.length;
  }

  async deleteErasedBefore(at: number, limit: number): Promise<number> {
    const secrets = ['', ...(await this.registeredSecrets())];
    for (const secretId of secrets) {
      const deleted = await this.deleteOf(secretId, at, limit);
      if (deleted > 0) return deleted;
    }
    return 0;
  }

  private async deleteOf(secretId: string, at: number, limit: number): Promise<number> {
    const ids = await this.read<ErasedIdRow>({
      sql: `SELECT ${SELECTED_ERASED_ID} FROM erased_event_ids AS e WHERE e.secret_id = $1 AND e.erased_at < $2
        ORDER BY e.erased_at LIMIT $3`,
      parameters: [secretId, new Date(at), limit],
    });
    if (ids.length > 0) await this.write(deleteErasedIds(ids));
    return ids.length;
  }

  customers(limit: number, afterId: string | null): Promise<CustomerOfAnyApp[]> {
    return this.read<CustomerOfAnyApp>({
      sql: `SELECT c.id, c.app_id AS "appId", c.external_id AS "externalId",
          (extract(epoch FROM c.created_at) * 1000)::float8 AS "createdAt"
        FROM customers AS c WHERE $1::text IS NULL OR c.id > $1 ORDER BY c.id LIMIT $2`,
      parameters: [afterId, limit],
    });
  }

  private async secretsUnusedSince(at: number): Promise<string[]> {
    const rows = await this.read<{ id: string }>({
      sql: 'SELECT s.id FROM erasure_secrets AS s WHERE s.last_used_at < $1',
      parameters: [new Date(at)],
    });
    return rows.map(({ id }) => id);
  }

  private async isAnyKeptBy(secretId: string): Promise<boolean> {
    const rows = await this.read({
      sql: 'SELECT 1 FROM erased_event_ids AS e WHERE e.secret_id = $1 LIMIT 1',
      parameters: [secretId],
    });
    return rows.length > 0;
  }

  private async read<Row>(query: Query): Promise<Row[]> {
    const { rows } = await storage(() => singleStatement(this.reading, query));
    return rows as Row[];
  }

  private async write(query: Query): Promise<void> {
    await storageWrite(() => singleStatement(this.dataSource, query));
  }
}

type ErasedIdRow = RowOf<typeof ERASED_ID_COLUMNS>;

const deleteErasedIds = (ids: readonly ErasedId[]): Query => ({
  sql: `DELETE FROM erased_event_ids AS e
    USING unnest($1::text[], $2::text[], $3::bytea[]) AS i (shard_key, customer_id, sha256)
    WHERE e.shard_key = i.shard_key AND e.customer_id = i.customer_id AND e.sha256 = i.sha256`,
  parameters: [ids.map(({ shardKey }) => shardKey), ids.map(({ customer }) => customer), ids.map(({ key }) => key)],
});

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { repeated } from '../../platform/postgres/repeated.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { pipelinedTransaction, singleStatement, type Query } from '../../platform/postgres/transactions.ts';
import { ErasedIdStore, type CustomerOfAnyApp } from '../application/erased-id-store.port.ts';
import type { ErasedId, KeptErasedId } from '../domain/erasure-keys.ts';
import { KEPT_COLUMNS, insertErasedIds, keptErasedIdOf, type KeptRow } from './erased-event-ids.ts';

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
    const rows = await this.read<KeptRow>({
      sql: `SELECT ${KEPT_COLUMNS} FROM erased_event_ids AS e
        WHERE $1::text IS NULL OR (e.customer_id, e.sha256) > ($1, $2::bytea)
        ORDER BY e.customer_id, e.sha256 LIMIT $3`,
      parameters: [after?.customer ?? null, after?.key ?? null, limit],
    });
    return rows.map(keptErasedIdOf);
  }

  async add(ids: readonly KeptErasedId[]): Promise<void> {
    await this.write(insertErasedIds(ids));
  }

  /** Without locks, which Citus takes in one shard only: what another one has deleted first is not replaced again. */
  async replaceUnkeyed(limit: number, replacement: (unkeyed: ErasedId) => ErasedId): Promise<number> {
    const unkeyed = await this.read<KeptRow>({
      sql: `SELECT ${KEPT_COLUMNS} FROM erased_event_ids AS e WHERE e.secret_id = '' ORDER BY e.erased_at LIMIT $1`,
      parameters: [limit],
    });
    if (unkeyed.length === 0) return 0;
    const { sql, parameters } = deleteErasedIds(unkeyed.map(keptErasedIdOf));
    const deletion = { sql: `${sql} RETURNING ${KEPT_COLUMNS}`, parameters };
    return storageWrite(() =>
      repeated(() =>
        pipelinedTransaction(this.dataSource, [deletion], async ([deleted], run) => {
          const ids = (deleted?.rows as KeptRow[]).map(keptErasedIdOf);
          if (ids.length > 0) await run(insertErasedIds(ids.map((id) => ({ ...id, ...replacement(id) }))));
          return ids.length;
        }),
      ),
    );
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
    const ids = await this.read<KeptRow>({
      sql: `SELECT ${KEPT_COLUMNS} FROM erased_event_ids AS e WHERE e.secret_id = $1 AND e.erased_at < $2
        ORDER BY e.erased_at LIMIT $3`,
      parameters: [secretId, new Date(at), limit],
    });
    if (ids.length > 0) await this.write(deleteErasedIds(ids.map(keptErasedIdOf)));
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

const deleteErasedIds = (ids: readonly ErasedId[]): Query => ({
  sql: `DELETE FROM erased_event_ids AS e USING unnest($1::text[], $2::bytea[]) AS i (customer_id, sha256)
    WHERE e.customer_id = i.customer_id AND e.sha256 = i.sha256`,
  parameters: [ids.map(({ customer }) => customer), ids.map(({ key }) => key)],
});

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import {
  auditEntryOf,
  insertAuditCounts,
  insertAuditEntries,
  insertAuditEntry,
  SELECTED_AUDIT_ENTRY,
  type AuditEntryColumns,
} from '../../platform/postgres/audit-entries.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { singleStatement } from '../../platform/postgres/transactions.ts';
import { AuditStore } from '../application/audit-store.port.ts';
import type { AuditPosition } from '../domain/audit-filter.ts';
import type { AuditQuery } from '../domain/audit-query.ts';

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormAuditStore extends AuditStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
  ) {
    super();
  }

  async add(entry: AuditEntry): Promise<void> {
    await storageWrite(() => singleStatement(this.dataSource, insertAuditEntry(entry)));
  }

  async addAll(entries: readonly AuditEntry[]): Promise<void> {
    await storageWrite(() => singleStatement(this.dataSource, insertAuditEntries(entries)));
  }

  async addCounts(entries: readonly AuditEntry[]): Promise<void> {
    await storageWrite(() => singleStatement(this.dataSource, insertAuditCounts(entries)));
  }

  async list(query: AuditQuery, limit: number, after: AuditPosition | null): Promise<AuditEntry[]> {
    const sql = `
      SELECT ${SELECTED_AUDIT_ENTRY} FROM audit_entries AS u
      WHERE ($1::text IS NULL OR u.app_id = $1)
        AND ($2::timestamptz IS NULL OR u.at >= $2) AND ($3::timestamptz IS NULL OR u.at < $3)
        AND ($4::text[] IS NULL OR u.action = ANY($4)) AND ($5::text[] IS NULL OR u.customer = ANY($5))
        AND ($6::timestamptz IS NULL OR (u.at, u.id) < ($6, $7))
      ORDER BY u.at DESC, u.id DESC LIMIT $8`;
    const parameters = [
      query.appId ?? null,
      dateOf(query.from),
      dateOf(query.to),
      query.actions ?? null,
      query.customers ?? null,
      dateOf(after?.at),
      after?.id ?? null,
      limit,
    ];
    const { rows } = await storage(() => singleStatement(this.reading, { sql, parameters }));
    return (rows as AuditEntryColumns[]).map(auditEntryOf);
  }

  async deleteBefore(at: number): Promise<number> {
    const sql = 'DELETE FROM audit_entries AS u WHERE u.at < $1';
    const { rowCount } = await storageWrite(() =>
      singleStatement(this.dataSource, { sql, parameters: [new Date(at)] }),
    );
    return rowCount ?? 0;
  }
}

const dateOf = (millis: number | undefined): Date | null => (millis === undefined ? null : new Date(millis));

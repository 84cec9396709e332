import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { insertAuditEntry } from '../../platform/postgres/audit-entries.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { columnList, parametersOf, placeholderList } from '../../platform/postgres/record-columns.ts';
import { repeated } from '../../platform/postgres/repeated.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import {
  pipelinedTransaction,
  singleStatement,
  type Query,
  type RunQuery,
} from '../../platform/postgres/transactions.ts';
import { EmbedSessionStore, type SessionPosition, type SessionUse } from '../application/embed-session-store.port.ts';
import type { EmbedSession } from '../domain/embed-session.ts';
import {
  EMBED_SESSION_COLUMNS,
  SELECTED_SESSION,
  sessionOf,
  type EmbedSessionColumns,
} from './embed-session-columns.ts';

const SELECT_SESSION = `SELECT ${SELECTED_SESSION} FROM embed_sessions AS s`;

const INSERT_SESSION = `
  INSERT INTO embed_sessions AS s (${columnList(EMBED_SESSION_COLUMNS)})
  VALUES (${placeholderList(Object.keys(EMBED_SESSION_COLUMNS).length)})`;

/** An erasure waits for it, or it waits and then finds no customer: see `eraseCustomer`. */
const LOCK_CUSTOMER = 'SELECT 1 FROM customers AS c WHERE c.id = $1 FOR KEY SHARE';

/** As `renewed` says. Citus takes no sum of an instant and an interval here, which depends on the time zone of the session. */
const RENEW = `
  UPDATE embed_sessions AS s
  SET expires_at = greatest(s.expires_at, least(to_timestamp($3::float8 + s.ttl_seconds), s.renewable_until))
  WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2`;

const NOTE_USES = `
  UPDATE embed_sessions AS s
  SET requests = s.requests + u.requests, last_seen_at = greatest(s.last_seen_at, u.last_seen_at)
  FROM unnest($1::text[], $2::bigint[], $3::timestamptz[]) AS u (id, requests, last_seen_at)
  WHERE s.id = u.id`;

const NOTE_VIEW = `
  UPDATE embed_sessions AS s SET viewed_at = $2
  WHERE s.id = $1 AND (s.viewed_at IS NULL OR s.viewed_at <= $3)`;

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormEmbedSessionStore extends EmbedSessionStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
  ) {
    super();
  }

  async findBySha256(sha256: Buffer): Promise<EmbedSession | null> {
    const query = { sql: `${SELECT_SESSION} WHERE s.sha256 = $1`, parameters: [sha256] };
    return firstOf(await storage(() => singleStatement(this.reading, query)));
  }

  add(session: EmbedSession, entry: AuditEntry): Promise<boolean> {
    return this.write(async (run) => {
      const { rowCount } = await run({ sql: LOCK_CUSTOMER, parameters: [session.customerId] });
      if (rowCount === 0) return false;
      await run({ sql: INSERT_SESSION, parameters: parametersOf(EMBED_SESSION_COLUMNS, session) });
      await run(insertAuditEntry(entry));
      return true;
    });
  }

  revoke(
    id: string,
    appId: string | null,
    at: number,
    entryOf: (session: EmbedSession) => AuditEntry,
  ): Promise<EmbedSession | null> {
    return this.write(async (run) => {
      const sql = `${SELECT_SESSION} WHERE s.id = $1 AND ($2::text IS NULL OR s.app_id = $2) FOR UPDATE`;
      const session = firstOf(await run({ sql, parameters: [id, appId] }));
      if (session === null || session.revokedAt !== null) return session;
      await run({
        sql: 'UPDATE embed_sessions AS s SET revoked_at = $2 WHERE s.id = $1',
        parameters: [id, new Date(at)],
      });
      await run(insertAuditEntry(entryOf(session)));
      return { ...session, revokedAt: at };
    });
  }

  renew(id: string, now: number): Promise<EmbedSession | null> {
    return this.write(async (run) => {
      await run({ sql: RENEW, parameters: [id, new Date(now), now / 1000] });
      return firstOf(await run({ sql: `${SELECT_SESSION} WHERE s.id = $1`, parameters: [id] }));
    });
  }

  async list(appId: string, limit: number, after: SessionPosition | null): Promise<EmbedSession[]> {
    const sql = `${SELECT_SESSION}
      WHERE s.app_id = $1 AND ($2::timestamptz IS NULL OR (s.created_at, s.id) < ($2, $3))
      ORDER BY s.created_at DESC, s.id DESC LIMIT $4`;
    const parameters = [appId, after === null ? null : new Date(after.createdAt), after?.id ?? null, limit];
    const { rows } = await storage(() => singleStatement(this.reading, { sql, parameters }));
    return (rows as EmbedSessionColumns[]).map(sessionOf);
  }

  async noteUses(uses: readonly SessionUse[]): Promise<void> {
    // In the order in which everybody locks them.
    const ordered = uses.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const parameters = [
      ordered.map(({ id }) => id),
      ordered.map(({ requests }) => requests),
      ordered.map(({ lastSeenAt }) => new Date(lastSeenAt)),
    ];
    await this.writeOne({ sql: NOTE_USES, parameters });
  }

  async noteView(id: string, at: number, withinMs: number, entry: AuditEntry): Promise<void> {
    await this.write(async (run) => {
      const parameters = [id, new Date(at), new Date(at - withinMs)];
      const { rowCount } = await run({ sql: NOTE_VIEW, parameters });
      if (rowCount === 1) await run(insertAuditEntry(entry));
    });
  }

  async deleteRenewableBefore(at: number): Promise<number> {
    const sql = 'DELETE FROM embed_sessions AS s WHERE s.renewable_until < $1';
    return (await this.writeOne({ sql, parameters: [new Date(at)] })).rowCount ?? 0;
  }

  /** One transaction. @throws SERVICE_UNAVAILABLE, also of unknown outcome where a commit got no response. */
  private write<T>(work: (run: RunQuery) => Promise<T>): Promise<T> {
    return storageWrite(() => repeated(() => pipelinedTransaction(this.dataSource, [], (_, run) => work(run))));
  }

  private writeOne(query: Query): ReturnType<RunQuery> {
    return storageWrite(() => repeated(() => singleStatement(this.dataSource, query)));
  }
}

function firstOf({ rows }: { readonly rows: unknown[] }): EmbedSession | null {
  const [row] = rows as EmbedSessionColumns[];
  return row === undefined ? null : sessionOf(row);
}

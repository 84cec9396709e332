import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { insertAuditEntry } from '../../platform/postgres/audit-entries.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { repeated } from '../../platform/postgres/repeated.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { longTransaction, type Query, type RunQuery } from '../../platform/postgres/transactions.ts';
import { instantOfUtcText, utcText } from '../../platform/postgres/utc-text.ts';
import {
  PurgeStore,
  RunTakenAway,
  type PurgeCandidates,
  type PurgePart,
  type RunChange,
} from '../application/purge-store.port.ts';
import type { CustomerPosition } from '../domain/customer-position.ts';
import type { PurgeRun, PurgeWindow } from '../domain/purge.ts';
import type { TimelinePosition } from '../domain/timeline.ts';
import { LIMIT_MS } from './erase-events.ts';
import { insertRun, purgeRunOf, SELECT_RUNS, updateRun, type PurgeRunColumns } from './purge-run-columns.ts';
import {
  countMeant,
  deleteEvents,
  MAX_EVENTS_DELETED,
  selectCandidates,
  selectEndOfWalk,
  selectMeant,
} from './purge-sql.ts';

const MAX_CUSTOMERS_ASKED = 1_000;

/** By the clock of the database, the same for all. Longer than the longest statement. */
const HELD = `held_until = now() + interval '5 minutes'`;
const LET_GO = 'holder = NULL, held_until = NULL';

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormPurgeStore extends PurgeStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
  ) {
    super();
  }

  async runs(): Promise<PurgeRun[]> {
    const rows = await this.read<PurgeRunColumns>({ sql: `${SELECT_RUNS} ORDER BY r.app_id`, parameters: [] });
    return rows.map(purgeRunOf);
  }

  take(
    appId: string,
    holder: string,
    decide: (present: PurgeRun | null) => RunChange | null,
  ): Promise<PurgeRun | null> {
    return this.write(async (run) => {
      const { rows } = await run({
        sql: `${SELECT_RUNS} WHERE r.app_id = $1 AND (r.holder IS NULL OR r.holder = $2 OR r.held_until < now()) FOR UPDATE`,
        parameters: [appId, holder],
      });
      const [row] = rows as PurgeRunColumns[];
      const change = decide(row === undefined ? null : purgeRunOf(row));
      if (change === null) return null;
      // Where another holder has the row, it was not selected, and is not inserted again either.
      const { rowCount } = await run(row === undefined ? insertRun(change.run) : updateRun(change.run));
      if (rowCount === 0) return null;
      await run({
        sql: `UPDATE purge_runs AS r SET holder = $2, ${HELD} WHERE r.app_id = $1`,
        parameters: [appId, holder],
      });
      if (change.entry !== null) await run(insertAuditEntry(change.entry));
      return change.run;
    });
  }

  advance(appId: string, holder: string, { createdAt, id }: CustomerPosition): Promise<void> {
    return this.write((run) =>
      changeHeld(run, {
        sql: `UPDATE purge_runs AS r SET after_created_at = $3, after_id = $4, ${HELD} WHERE r.app_id = $1 AND r.holder = $2`,
        parameters: [appId, holder, createdAt, id],
      }),
    );
  }

  finish(holder: string, { run: finished, entry }: RunChange): Promise<void> {
    return this.write(async (run) => {
      await changeHeld(run, {
        sql: `UPDATE purge_runs AS r SET ${LET_GO} WHERE r.app_id = $1 AND r.holder = $2`,
        parameters: [finished.appId, holder],
      });
      await run(updateRun(finished));
      if (entry !== null) await run(insertAuditEntry(entry));
    });
  }

  async release(appId: string, holder: string): Promise<void> {
    const sql = `UPDATE purge_runs AS r SET ${LET_GO} WHERE r.app_id = $1 AND r.holder = $2`;
    await this.write((run) => run({ sql, parameters: [appId, holder] }));
  }

  forget(appId: string, entry: AuditEntry | null): Promise<void> {
    return this.write(async (run) => {
      const { rowCount } = await run({
        sql: `DELETE FROM purge_runs AS r WHERE r.app_id = $1 AND (r.holder IS NULL OR r.held_until < now())`,
        parameters: [appId],
      });
      if (rowCount !== 0 && entry !== null) await run(insertAuditEntry(entry));
    });
  }

  async candidates(
    appId: string,
    windows: readonly PurgeWindow[],
    after: CustomerPosition | null,
  ): Promise<PurgeCandidates> {
    const customers = await this.read<{ id: string; created_at: string }>({
      sql: `SELECT c.id, ${utcText('c.created_at')} AS created_at FROM customers AS c
        WHERE c.app_id = $1 ${after === null ? '' : 'AND (c.created_at, c.id) > ($2, $3)'}
        ORDER BY c.created_at, c.id LIMIT ${MAX_CUSTOMERS_ASKED}`,
      parameters: after === null ? [appId] : [appId, after.createdAt, after.id],
    });
    const last = customers.at(-1);
    if (last === undefined) return { ofWindow: windows.map(() => []), customers: 0, last: null };
    const ids = customers.map(({ id }) => id);
    const ofWindow: string[][] = [];
    for (const window of windows) {
      const found = await this.read<{ id: string }>(selectCandidates(ids, window));
      ofWindow.push(found.map(({ id }) => id));
    }
    const position = { createdAt: instantOfUtcText(last.created_at), id: last.id };
    return { ofWindow, customers: ids.length, last: position };
  }

  async countPart(customerId: string, window: PurgeWindow, after: TimelinePosition | null): Promise<PurgePart> {
    const [counted] = await this.read<{ count: number }>(countMeant(customerId, window, after));
    return { events: counted?.count ?? 0, next: await this.endOfWalk(customerId, window, after) };
  }

  async deletePart(
    { appId, customerId, holder }: { readonly appId: string; readonly customerId: string; readonly holder: string },
    window: PurgeWindow,
    after: TimelinePosition | null,
  ): Promise<PurgePart> {
    const meant = (await this.read<PositionRow>(selectMeant(customerId, window, after))).map(positionOf);
    const isFull = meant.length === MAX_EVENTS_DELETED;
    const next = isFull ? (meant.at(-1) ?? null) : await this.endOfWalk(customerId, window, after);
    if (meant.length === 0) return { events: 0, next };
    const events = await this.write(async (run) => {
      const { rowCount } = await run(deleteEvents(customerId, meant));
      await changeHeld(run, {
        sql: `UPDATE purge_runs AS r SET deleted = r.deleted + $3, ${HELD} WHERE r.app_id = $1 AND r.holder = $2`,
        parameters: [appId, holder, rowCount ?? 0],
      });
      return rowCount ?? 0;
    });
    return { events, next };
  }

  private async endOfWalk(
    customerId: string,
    window: PurgeWindow,
    after: TimelinePosition | null,
  ): Promise<TimelinePosition | null> {
    const [end] = await this.read<PositionRow>(selectEndOfWalk(customerId, window, after));
    return end === undefined ? null : positionOf(end);
  }

  private async read<Row>(query: Query): Promise<Row[]> {
    const { rows } = await storage(() => longTransaction(this.reading, LIMIT_MS, (run) => run(query)));
    return rows as Row[];
  }

  /** @throws SERVICE_UNAVAILABLE, also of unknown outcome where a commit got no response. */
  private write<T>(work: (run: RunQuery) => Promise<T>): Promise<T> {
    return storageWrite(() => repeated(() => longTransaction(this.dataSource, LIMIT_MS, work)));
  }
}

interface PositionRow {
  readonly occurred_at: string;
  readonly id: string;
}

const positionOf = ({ occurred_at, id }: PositionRow): TimelinePosition => ({
  occurredAt: instantOfUtcText(occurred_at),
  id,
});

/** @throws {RunTakenAway} where nothing was changed: the transaction is rolled back. */
async function changeHeld(run: RunQuery, update: Query): Promise<void> {
  const { rowCount } = await run(update);
  if (rowCount === 0) throw new RunTakenAway();
}

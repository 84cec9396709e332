import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { insertAuditEntry } from '../../platform/postgres/audit-entries.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { repeated } from '../../platform/postgres/repeated.ts';
import { shardsOf, type Shards } from '../../platform/postgres/shards.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { longTransaction, type Query, type RunQuery } from '../../platform/postgres/transactions.ts';
import { instantOfUtcText, utcText } from '../../platform/postgres/utc-text.ts';
import {
  PurgeStore,
  RunTakenAway,
  type EventPosition,
  type PurgeCustomers,
  type PurgeFindings,
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
  deleteEventsOfMany,
  MAX_EVENTS_DELETED,
  maxEntriesOf,
  selectEndOfWalk,
  selectMeant,
  selectMeantOfMany,
} from './purge-sql.ts';

const MAX_CUSTOMERS_AT_ONCE = 1_000;

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

  async customersAfter(appId: string, after: CustomerPosition | null): Promise<PurgeCustomers> {
    const rows = await this.read<{ id: string; created_at: string }>({
      sql: `SELECT c.id, ${utcText('c.created_at')} AS created_at FROM customers AS c
        WHERE c.app_id = $1 ${after === null ? '' : 'AND (c.created_at, c.id) > ($2, $3)'}
        ORDER BY c.created_at, c.id LIMIT ${MAX_CUSTOMERS_AT_ONCE}`,
      parameters: after === null ? [appId] : [appId, after.createdAt, after.id],
    });
    const last = rows.at(-1);
    if (last === undefined) return { groups: [], last: null };
    const groups = (await this.shards()).apart(
      rows.map(({ id }) => id),
      (id) => id,
    );
    return { groups, last: { createdAt: instantOfUtcText(last.created_at), id: last.id } };
  }

  async find(customerIds: readonly string[], window: PurgeWindow): Promise<PurgeFindings> {
    const found = await this.read<FoundRow>(selectMeantOfMany(customerIds, window, await this.shards()));
    const max = maxEntriesOf(customerIds);
    const events = found.flatMap((row) => (row.entries > max ? [] : eventsOf(row)));
    const parts = Array.from({ length: Math.ceil(events.length / MAX_EVENTS_DELETED) }, (_, index) =>
      events.slice(index * MAX_EVENTS_DELETED, (index + 1) * MAX_EVENTS_DELETED),
    );
    return { parts, long: found.filter(({ entries }) => entries > max).map((row) => row.customer_id) };
  }

  async deleteEvents(of: RunHolder, events: readonly EventPosition[]): Promise<number> {
    return this.delete(of, deleteEventsOfMany(events, await this.shards()));
  }

  async countPart(customerId: string, window: PurgeWindow, after: TimelinePosition | null): Promise<PurgePart> {
    const [counted] = await this.read<{ count: number }>(countMeant(customerId, window, after));
    return { events: counted?.count ?? 0, next: await this.endOfWalk(customerId, window, after) };
  }

  async deletePart(
    { appId, customerId, holder }: RunHolder & { readonly customerId: string },
    window: PurgeWindow,
    after: TimelinePosition | null,
  ): Promise<PurgePart> {
    const meant = (await this.read<PositionRow>(selectMeant(customerId, window, after))).map(positionOf);
    const isFull = meant.length === MAX_EVENTS_DELETED;
    const next = isFull ? (meant.at(-1) ?? null) : await this.endOfWalk(customerId, window, after);
    if (meant.length === 0) return { events: 0, next };
    return { events: await this.delete({ appId, holder }, deleteEvents(customerId, meant)), next };
  }

  /** Together with their number, which is added to the run: so none is deleted without being counted. */
  private delete({ appId, holder }: RunHolder, deletion: Query): Promise<number> {
    return this.write(async (run) => {
      const { rowCount } = await run(deletion);
      await changeHeld(run, {
        sql: `UPDATE purge_runs AS r SET deleted = r.deleted + $3, ${HELD} WHERE r.app_id = $1 AND r.holder = $2`,
        parameters: [appId, holder, rowCount ?? 0],
      });
      return rowCount ?? 0;
    });
  }

  private async shards(): Promise<Shards> {
    return (await storage(() => shardsOf(this.dataSource))).customers;
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

interface RunHolder {
  readonly appId: string;
  readonly holder: string;
}

interface FoundRow {
  readonly customer_id: string;
  readonly entries: number;
  /** Pairs of time and id; null: none. */
  readonly meant: readonly (readonly [string, string])[] | null;
}

const eventsOf = ({ customer_id: customerId, meant }: FoundRow): EventPosition[] =>
  (meant ?? []).map(([occurredAt, id]) => ({ customerId, occurredAt: instantOfUtcText(occurredAt), id }));

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

import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { millisOfTimeOrderedId } from '../../../libs/kernel/ids.ts';
import { matchesTypes } from '../../../libs/kernel/type-filter.ts';
import { ReadDataSource } from '../../platform/postgres/read-data-source.ts';
import { storage, storageWrite } from '../../platform/postgres/storage-errors.ts';
import { pipelinedTransaction, singleStatement, type Query } from '../../platform/postgres/transactions.ts';
import { instantOfUtcText } from '../../platform/postgres/utc-text.ts';
import { insertAuditEntry } from '../../platform/postgres/audit-entries.ts';
import { auditEntry } from '../../platform/audit/audit-entry.ts';
import type { ErasureOrder } from '../application/customer-store.port.ts';
import {
  TimelineStore,
  type EncodedEvent,
  type NewestSummary,
  type TypeMoment,
} from '../application/timeline-store.port.ts';
import { mergedCounts, type TypeCount } from '../domain/context-fitting.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { instantFromMillis, type Instant } from '../../../libs/time/instant.ts';
import { ErasureKeys } from '../domain/erasure-keys.ts';
import type { EventOutline, LatestEvent } from '../domain/ticket-context.ts';
import {
  type OutlineQuery,
  type ReadLimits,
  type TimelineFilter,
  type TimelinePart,
  type TimelinePosition,
  type TimelineQuery,
  type TypeFilter,
  type TypeSummary,
} from '../domain/timeline.ts';
import { EVENT_COLUMNS, eventOf, type EventRow } from './customer-event-columns.ts';
import { eraseEvents } from './erase-events.ts';
import { EventTableSize } from './event-table-size.ts';
import {
  selectMatchingEvents,
  selectMeasuredEvents,
  selectPage,
  type PageOfAll,
  type PageRow,
} from './timeline-page-sql.ts';
import { partOf, partOfAll } from './timeline-parts.ts';
import {
  selectCountsBetween,
  selectEventsAt,
  selectLatest,
  selectLatestOfTypes,
  selectPartCounts,
} from './timeline-sql.ts';
import {
  selectNewestSummary,
  selectOutlines,
  selectSummary,
  type OutlineRow,
  type Sql,
  type SummaryRow,
} from './timeline-walk-sql.ts';

/** SQL by hand on TypeORM's pool, without repositories: see docs/decisions/0020-what-of-nest-is-used.md. */
@Injectable()
export class TypeormTimelineStore extends TimelineStore {
  private readonly tableSize: EventTableSize;

  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
    private readonly keys: ErasureKeys,
  ) {
    super();
    this.tableSize = new EventTableSize(reading);
  }

  async page(
    customerId: string,
    query: TimelineQuery,
    after: TimelinePosition | null,
    limits: ReadLimits,
  ): Promise<TimelinePart<EncodedEvent>> {
    const { part, endsAtPayload } =
      query.types.length === 0
        ? partOfAll(await this.readPage(selectPage(customerId, query, after, limits)), limits)
        : partOf(await this.readRows(selectMatchingEvents(customerId, query, after, limits)), limits);
    if (!endsAtPayload) return part;
    return partOf(await this.readRows(selectMeasuredEvents(customerId, query, after, limits)), limits).part;
  }

  async latest(
    customerId: string,
    query: TimelineQuery,
    limit: number,
    maxPayloadBytes: number,
  ): Promise<LatestEvent[]> {
    const { sql, parameters } = selectLatest(customerId, query, limit, maxPayloadBytes);
    return (await this.read<LatestRow>(sql, parameters)).map(latestEventOf);
  }

  async latestOfTypes(
    customerId: string,
    from: Instant | undefined,
    lasts: readonly TypeMoment[],
    maxPayloadBytes: number,
  ): Promise<LatestEvent[]> {
    if (lasts.length === 0) return [];
    const { sql, parameters } = selectLatestOfTypes(customerId, from, lasts, maxPayloadBytes);
    return (await this.read<LatestRow>(sql, parameters)).map(latestEventOf);
  }

  async countBetween(customerId: string, positions: readonly TimelinePosition[]): Promise<TypeCount[][]> {
    const counts: TypeCount[][] = positions.slice(1).map(() => []);
    if (counts.length === 0) return counts;
    const { sql, parameters } = selectCountsBetween(customerId, positions);
    const rows = await this.read<{ part: number; type: string; count: string }>(sql, parameters);
    for (const { part, type, count } of rows) counts[part]?.push({ type, count: Number(count) });
    return counts.map(mergedCounts);
  }

  async eventsAt(
    customerId: string,
    positions: readonly TimelinePosition[],
    maxPayloadBytes: number,
  ): Promise<LatestEvent[]> {
    if (positions.length === 0) return [];
    const { sql, parameters } = selectEventsAt(customerId, positions, maxPayloadBytes);
    return (await this.read<LatestRow>(sql, parameters)).map(latestEventOf);
  }

  async outlines(
    customerId: string,
    query: OutlineQuery,
    after: TimelinePosition | null,
    limits: Pick<ReadLimits, 'events' | 'entries'>,
  ): Promise<TimelinePart<EventOutline>> {
    const { sql, parameters } = selectOutlines(customerId, query, after, limits);
    const rows = await this.read<OutlineRow>(sql, parameters);
    const outlineOf = ({ id, type, occurredAt }: OutlineRow): EventOutline => ({
      ...{ id, type, occurredAt: instantOfUtcText(occurredAt) },
    });
    const events = rows.filter(({ endsWalk }) => !endsWalk).map(outlineOf);
    const last = rows.at(-1);
    const isEnd = last === undefined || (events.length < limits.events && !last.endsWalk);
    return { events, next: isEnd ? null : positionOf(outlineOf(last)) };
  }

  async find(customerId: string, id: string): Promise<CustomerEvent | null> {
    const condition = oneEvent(customerId, id);
    if (condition === null) return null;
    const [row] = await this.read<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM customer_events AS t WHERE ${condition.sql}`,
      condition.parameters,
    );
    return row === undefined ? null : eventOf(row);
  }

  async summarize(customerId: string, filter: TimelineFilter): Promise<TypeSummary[]> {
    const { sql, parameters } = selectSummary(customerId, filter);
    return (await this.read<SummaryRow>(sql, parameters)).map(summaryOf);
  }

  async summarizeNewest(customerId: string, filter: TimelineFilter, entries: number): Promise<NewestSummary> {
    const { sql, parameters } = selectNewestSummary(customerId, filter, entries);
    const all = (await this.read<SummaryRow>(sql, parameters)).map(summaryOf);
    const counted = all.reduce((sum, { count }) => sum + count, 0);
    return { types: all.filter(({ type }) => matchesTypes(type, filter.types)), isWhole: counted < entries };
  }

  async countParts(
    customerId: string,
    types: readonly TypeFilter[],
    starts: readonly Instant[],
    end: Instant | undefined,
  ): Promise<number[]> {
    const counts = starts.map(() => 0);
    if (counts.length === 0) return counts;
    const { sql, parameters } = selectPartCounts(customerId, types, starts, end);
    const rows = await this.read<{ part: number; count: string }>(sql, parameters);
    for (const { part, count } of rows) counts[part] = Number(count);
    return counts;
  }

  eraseEvent(customerId: string, id: string, { appId, actor, at }: ErasureOrder): Promise<boolean> {
    const condition = oneEvent(customerId, id);
    if (condition === null) return Promise.resolve(false);
    const { keys } = this;
    const [customer, subject] = [keys.pseudonym(customerId), keys.eventPseudonym(customerId, id)];
    return storageWrite(() =>
      pipelinedTransaction(this.dataSource, [], async (_, run) => {
        const isErased = (await eraseEvents(run, { appId, customerId, keys, at }, condition)) > 0;
        const entry = auditEntry(at, { appId, actor, action: 'event.erased', customer, subject });
        if (isErased) await run(insertAuditEntry(entry));
        return isErased;
      }),
    );
  }

  private readPage({ name, sql, parameters }: Query): Promise<string | null> {
    return storage(async () => {
      const keptName = (await this.tableSize.isLarge()) ? name : undefined;
      const { rows } = await singleStatement(this.reading, { name: keptName, sql, parameters });
      return (rows as [PageOfAll])[0].events;
    });
  }

  private readRows({ sql, parameters }: Sql): Promise<PageRow[]> {
    return this.read<PageRow>(sql, parameters);
  }

  private read<Row>(sql: string, parameters: unknown[]): Promise<Row[]> {
    return storage(() => this.reading.query<Row[]>(sql, parameters));
  }
}

const positionOf = ({ occurredAt, id }: EventOutline): TimelinePosition => ({ occurredAt, id });

const summaryOf = ({ type, count, first, last }: SummaryRow): TypeSummary => ({
  type,
  count: Number(count),
  firstOccurredAt: instantOfUtcText(first),
  lastOccurredAt: instantOfUtcText(last),
});

type LatestRow = Omit<EventRow, 'payload'> & { readonly payload: string | null; readonly payloadBytes: number };

const latestEventOf = (row: LatestRow): LatestEvent => ({
  ...eventOf({ ...row, payload: row.payload ?? '' }),
  payload: row.payload === null ? null : new JsonText(row.payload),
  payloadBytes: row.payloadBytes,
});

/** The id holds the millisecond of `occurredAt`: so one range of the primary key finds the event. */
function oneEvent(customerId: string, id: string): Sql | null {
  const millis = millisOfTimeOrderedId(id);
  if (millis === null) return null;
  return {
    sql: `t.customer_id = $1 AND t.id = $2 AND t.occurred_at >= $3
      AND t.occurred_at < $3::timestamptz + interval '1 millisecond'`,
    parameters: [customerId, id, instantFromMillis(millis)],
  };
}

import { Inject, Injectable, Optional } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { nextTurn } from '../../../libs/kernel/time-slice.ts';
import { copyRow } from '../../platform/postgres/copy-in.ts';
import { shardsOf } from '../../platform/postgres/shards.ts';
import {
  pipelinedTransaction,
  singleStatement,
  type Copy,
  type RunStatement,
} from '../../platform/postgres/transactions.ts';
import { isRefusedValue, sqlState } from '../../platform/postgres/storage-errors.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { INSERTED_COLUMNS, insertedValues, type EventRow } from './customer-event-columns.ts';
import type { ErasureKeys } from '../domain/erasure-keys.ts';
import {
  CREATED,
  createdOf,
  eventKey,
  groupsByShard,
  inKeyOrder,
  insertCustomerEvents,
  inTurn,
  MAX_PREPARED_EVENTS,
  selectTaken,
  settleErased,
  settleTaken,
  type Settled,
  type ShardGroup,
} from './insert-customer-events.ts';

/** A group with a value that COPY cannot take costs it twice the time, so the next ones do not try. */
const GROUPS_WITHOUT_COPY = 20;
/** Below this a COPY is no faster than a prepared INSERT. */
const MIN_COPIED_EVENTS = 16;
/**
 * The same where an event has an `eventId`: what is taken is looked up before a COPY, where an INSERT leaves it out by itself. As
 * long as that is prepared it wrote 1.1 times as many single events at 0.96 of Node's CPU.
 */
const MIN_COPIED_KEYED_EVENTS = MAX_PREPARED_EVENTS + 1;
/** The same for each shard of a distributed database, which begins and commits a transaction for a COPY: of 64 it took 10.9 ms against 9.6, of 500 30 ms against 65. */
const MIN_COPIED_EVENTS_OF_SHARD = 128;

/** More than a group of live events or a batch has. Of an import there are more, and a live event waits for a millisecond at most. */
const ROWS_AT_ONCE = 512;

/** The injection token of {@link CopyOptions}; without them the defaults count. */
export const COPY_OPTIONS = 'COPY_OPTIONS';

export interface CopyOptions {
  /** Below this number of events they are inserted by a statement; undefined: as measured. */
  readonly minCopiedEvents: number | undefined;
  readonly pauseAfterRefusal: number;
  /**
   * Of history that comes in for the first time, almost every event has a customer that was not seen
   * before, which for live ones is a sign of a replay.
   */
  readonly isHistory: boolean;
}

/**
 * Inserts by COPY where there are enough events for it. COPY takes all rows or none, and it knows no
 * ON CONFLICT: a taken `eventId` would fail it, and PostgreSQL would write that `eventId` and the payload into its
 * log. So what is taken is asked for before, and is left out. Where a value is refused, or an `eventId` was taken in
 * between, the same events go through {@link insertCustomerEvents}, which settles each. See
 * docs/decisions/0009-group-commit.md for the figures.
 *
 * On a distributed database (Citus) each shard has a COPY of its own: one for all shards would open a connection for each
 * of them, and took four times as long as an INSERT.
 */
@Injectable()
export class CustomerEventCopy {
  private groupsWithoutCopy = 0;
  private readonly options: CopyOptions;

  constructor(@Optional() @Inject(COPY_OPTIONS) options: Partial<CopyOptions> = {}) {
    this.options = {
      minCopiedEvents: undefined,
      pauseAfterRefusal: GROUPS_WITHOUT_COPY,
      isHistory: false,
      ...options,
    };
  }

  /** The same as {@link insertCustomerEvents}, of any events. */
  async insert(
    dataSource: DataSource,
    keys: ErasureKeys,
    events: readonly CustomerEvent[],
    conflictsLikely: boolean,
  ): Promise<Settled> {
    const groups = groupsByShard(events, (await shardsOf(dataSource)).customers);
    if (this.groupsWithoutCopy > 0) {
      this.groupsWithoutCopy--;
      return insertCustomerEvents(dataSource, keys, groups, true);
    }
    if (!this.isWorthTrying(groups, conflictsLikely)) {
      return insertCustomerEvents(dataSource, keys, groups, conflictsLikely);
    }
    try {
      return await copyCustomerEvents(dataSource, keys, groups);
    } catch (error) {
      if (!isRefusedValue(error)) throw error;
      if (!isTaken(error)) this.groupsWithoutCopy = this.options.pauseAfterRefusal;
      return insertCustomerEvents(dataSource, keys, groups, true);
    }
  }

  private isWorthTrying(groups: readonly ShardGroup[], conflictsLikely: boolean): boolean {
    const areEnough = (group: ShardGroup): boolean =>
      group.events.length >= (this.options.minCopiedEvents ?? minCopiedEvents(group));
    if (groups.length === 0 || !groups.every(areEnough)) return false;
    return this.options.isHistory || !conflictsLikely || groups.every(({ keyed }) => keyed.length === 0);
  }
}

function minCopiedEvents({ keyed, shards }: ShardGroup): number {
  if (shards.isDistributed) return MIN_COPIED_EVENTS_OF_SHARD;
  return keyed.length > 0 ? MIN_COPIED_KEYED_EVENTS : MIN_COPIED_EVENTS;
}

const UNIQUE_VIOLATION = '23505';

/** By another transaction, since it was looked for. */
const isTaken = (error: unknown): boolean => sqlState(error) === UNIQUE_VIOLATION;

async function copyCustomerEvents(
  dataSource: DataSource,
  keys: ErasureKeys,
  groups: readonly ShardGroup[],
): Promise<Settled> {
  const [first] = groups;
  if (groups.length === 1 && first?.keyed.length === 0) {
    await singleStatement(dataSource, await copyOf(first.events));
    return createdOf(first.events);
  }
  const keyedGroups = groups.filter(({ keyed }) => keyed.length > 0);
  const lookUps = keyedGroups.map(({ keyed, shards }) => selectTaken(keyed, shards));
  const copies = new Map(groups.map((group) => [group, copyAhead(group)]));
  return pipelinedTransaction(dataSource, lookUps, (results, run) => {
    const taken = new Map(keyedGroups.map((group, index) => [group, results[index]?.rows as EventRow[]]));
    return inTurn(groups, async (group) =>
      copyGroup(run, keys, group, taken.get(group) ?? [], (await copies.get(group)) as GroupCopy),
    );
  });
}

/** The events of a group that are copied where none is taken, and their COPY. */
interface GroupCopy {
  readonly copied: readonly CustomerEvent[];
  readonly copy: Copy;
}

/**
 * Made while PostgreSQL looks up what is taken: hardly anything ever is. Made afterwards, a transaction of batches with
 * `eventId`s waited for it a fifth of the time (of samples of pg_stat_activity; now a fourteenth).
 */
async function copyAhead({ events }: ShardGroup): Promise<GroupCopy> {
  // The look-up is sent first.
  await nextTurn();
  const copied = firstOfEachKey(events);
  return { copied, copy: await copyOf(copied) };
}

/**
 * @param taken what is stored already.
 * @param ahead for the case that nothing is.
 */
async function copyGroup(
  run: RunStatement,
  keys: ErasureKeys,
  group: ShardGroup,
  taken: readonly EventRow[],
  ahead: GroupCopy,
): Promise<Settled> {
  const { events, keyed } = group;
  const settled: Settled = new Map();
  settleTaken(keyed, settled, taken);
  const isNew = settled.size === 0;
  const copied = isNew ? ahead.copied : firstOfEachKey(events.filter(({ id }) => !settled.has(id)));
  const copy = copied.length === 0 ? undefined : isNew ? ahead.copy : await copyOf(copied);
  for (const { id } of copied) settled.set(id, CREATED);
  return settleErased(run, keys, group, settled, copy);
}

/** Of events with one `eventId` the first is created, and the others are its replays. */
function firstOfEachKey(events: readonly CustomerEvent[]): readonly CustomerEvent[] {
  const seen = new Set<string>();
  return events.filter((event) => {
    if (event.eventId === null) return true;
    const key = eventKey(event);
    return !seen.has(key) && seen.add(key);
  });
}

const copyOf = async (events: readonly CustomerEvent[]): Promise<Copy> => ({
  sql: `COPY customer_events (${INSERTED_COLUMNS}) FROM STDIN`,
  rows: await copyRows(events),
});

/** Added up, which takes three quarters of the time of a list that is joined. */
async function copyRows(events: readonly CustomerEvent[]): Promise<string> {
  let rows = '';
  for (const [index, event] of inKeyOrder(events).entries()) {
    if (index % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await nextTurn();
    rows += copyRow(insertedValues(event));
  }
  return rows;
}

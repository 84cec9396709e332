import type { DataSource } from 'typeorm';
import { copyRow } from '../../persistence/copy-in.ts';
import { copyTransaction } from '../../persistence/transactions.ts';
import { isRefusedValue } from '../../persistence/storage-errors.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { INSERTED_COLUMNS, insertedValues } from './customer-event-columns.ts';
import { createdOf, inKeyOrder, insertCustomerEvents, selectErased, settle, type Obstacle, type Settled } from './insert-customer-events.ts';

/** A chunk that COPY cannot take costs it twice the time, so the next ones do not try. */
const CHUNKS_WITHOUT_COPY = 20;
/** Below this a COPY is no faster. */
const FEWEST_COPIED = 50;

/**
 * Inserts history by COPY. COPY takes all rows or none, and it knows no ON CONFLICT: where an
 * `eventId` is taken, or a value is refused, the same events go through
 * {@link insertCustomerEvents}, which settles each.
 *
 * Not on a distributed database (Citus), where a small COPY opens a connection for each shard and
 * takes four times as long as an INSERT.
 */
export class CustomerEventCopy {
  private chunksWithoutCopy = 0;
  private distributed: Promise<boolean> | undefined;

  constructor(
    private readonly fewestCopied = FEWEST_COPIED,
    private readonly pauseAfterConflict = CHUNKS_WITHOUT_COPY,
  ) {}

  /** The same as {@link insertCustomerEvents}. */
  readonly insert = async (dataSource: DataSource, events: readonly CustomerEvent[], conflictsLikely: boolean): Promise<Settled> => {
    if (this.chunksWithoutCopy > 0) {
      this.chunksWithoutCopy--;
      return insertCustomerEvents(dataSource, events, true);
    }
    if (events.length < this.fewestCopied || (await this.isDistributed(dataSource))) {
      return insertCustomerEvents(dataSource, events, conflictsLikely);
    }
    try {
      return await copyCustomerEvents(dataSource, events);
    } catch (error) {
      if (!isRefusedValue(error)) throw error;
      this.chunksWithoutCopy = this.pauseAfterConflict;
      return insertCustomerEvents(dataSource, events, true);
    }
  };

  private isDistributed(dataSource: DataSource): Promise<boolean> {
    this.distributed ??= dataSource
      .query<unknown[]>(`SELECT 1 FROM pg_extension AS e WHERE e.extname = 'citus'`)
      .then((rows) => rows.length > 0)
      .catch((error: unknown) => {
        this.distributed = undefined;
        throw error;
      });
    return this.distributed;
  }
}

function copyCustomerEvents(dataSource: DataSource, events: readonly CustomerEvent[]): Promise<Settled> {
  const keyed = events.filter(({ eventId }) => eventId !== null);
  const copy = {
    sql: `COPY customer_events (${INSERTED_COLUMNS}) FROM STDIN`,
    rows: inKeyOrder(events).map((event) => copyRow(insertedValues(event))).join(''),
  };
  return copyTransaction(dataSource, copy, async (run) => {
    const created = createdOf(events);
    if (keyed.length === 0) return created;
    return settle(run, keyed, created, (await run(selectErased(keyed))).rows as Obstacle[]);
  });
}

import type { DataSource } from 'typeorm';
import { shardsKnown } from '../../platform/postgres/shards.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';

/** The injection token of {@link ShardOfEvents}. */
export const SHARD_OF_EVENTS = 'SHARD_OF_EVENTS';

/** On which shard of a distributed database the events are, or that they are on several; undefined: it is in one piece. */
export type ShardOfEvents = (events: readonly CustomerEvent[]) => number | 'several' | undefined;

/** Right after the start it is not known yet whether the database is distributed: then it is as if it were not. */
export function shardOfEvents(dataSource: DataSource): ShardOfEvents {
  return (events) => {
    const shards = shardsKnown(dataSource)?.customers;
    const [first, ...others] = events;
    if (shards === undefined || !shards.isDistributed || first === undefined) return undefined;
    const shard = shards.of(first.customerId);
    return others.every(({ customerId }) => shards.of(customerId) === shard) ? shard : 'several';
  };
}

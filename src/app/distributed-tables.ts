import type { TablePlaces } from '../platform/postgres/distribution.ts';

/**
 * Where each table is in a distributed database (Citus), in the order in which they are distributed: the one that
 * others lie beside comes first. A table that a migration adds gets its line here: `test/db/distributed-tables.spec.ts`
 * compares the list with the schema.
 *
 * - What belongs to a customer is in its shard, so that a request of one customer goes to one node.
 * - What every request reads is on every node. Writing to it takes all of them, which is rare: apps and keys change by
 *   hand.
 * - What is written by the way, with an erasure, a request or a start, is on the coordinator and depends on no other node:
 *   a row that is everywhere cannot be written while one of them is down.
 */
export const DISTRIBUTED_TABLES: TablePlaces = {
  apps: 'everywhere',
  api_keys: 'everywhere',
  migrations: 'everywhere',
  // Every instance asks for the rules of each app that it reads for, every 5 s; they change by hand.
  event_type_sets: 'everywhere',
  event_type_rules: 'everywhere',
  customers: { by: 'id' },
  customer_events: { by: 'customer_id', beside: 'customers' },
  erased_event_ids: { by: 'shard_key', beside: 'customers' },
  customer_emails: { by: 'sha256' },
  audit_entries: 'coordinator',
  // Read by the hash of its token, and written with each renewal; an erasure ends it in its own transaction.
  embed_sessions: 'coordinator',
  erasure_secrets: 'coordinator',
  // Written by the way, when an event of a new type comes; read by hand.
  event_types_seen: 'coordinator',
  purge_runs: 'coordinator',
  rate_limits: 'coordinator',
};

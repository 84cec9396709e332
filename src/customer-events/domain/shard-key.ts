import { postgresHash } from '../../../libs/kernel/postgres-hash.ts';

/** A power of two; as many shards as a table is divided into where the database is distributed. */
const PARTS_BITS = 5;

/**
 * For each part of the range of hashes, a short text whose hash lies in it. A row that has that text in place of the id
 * of its customer is on the shard of the customer, and does not name it.
 */
export const SHARD_KEYS: readonly string[] = shardKeys();

/** The one of {@link SHARD_KEYS} whose shard is that of the customer. It tells which of 32 parts that is, and no more. */
export const shardKeyOf = (customerId: string): string => SHARD_KEYS[partOf(customerId)] as string;

function partOf(text: string): number {
  return (postgresHash(text) ^ 0x80000000) >>> (32 - PARTS_BITS);
}

function shardKeys(): string[] {
  const keys = new Map<number, string>();
  for (let candidate = 0; keys.size < 2 ** PARTS_BITS; candidate++) {
    const key = String(candidate);
    if (!keys.has(partOf(key))) keys.set(partOf(key), key);
  }
  return [...keys].toSorted(([a], [b]) => a - b).map(([, key]) => key);
}

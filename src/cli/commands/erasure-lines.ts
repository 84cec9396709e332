import { secretIdOf, type KeptErasedId } from '../../customer-events/domain/erasure-keys.ts';
import { SHARD_KEYS, shardKeyOf } from '../../customer-events/domain/shard-key.ts';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { millisOfInstant, parseInstant } from '../../../libs/time/instant.ts';

/**
 * A line of a file of erasures. Nothing in it names a person: customers and events are pseudonyms, and what is kept of
 * an `eventId` is made with ERASURE_SECRET.
 */
export type ErasureLine =
  | { readonly kind: 'customer'; readonly customer: string; readonly at: number }
  | { readonly kind: 'event'; readonly customer: string; readonly event: string; readonly at: number }
  | { readonly kind: 'erasedId'; readonly secretId: string; readonly ids: readonly KeptErasedId[] };

const isoOf = (millis: number): string => new Date(millis).toISOString();

/** @returns null for an entry that tells of no erasure. */
export function lineOfEntry({ action, customer, subject, at }: AuditEntry): string | null {
  if (action === 'customer.erased') return JSON.stringify({ erased: 'customer', customer, at: isoOf(at) });
  if (action === 'event.erased') return JSON.stringify({ erased: 'event', customer, event: subject, at: isoOf(at) });
  return null;
}

export const lineOfErasedId = ({ customer, shardKey, key, appId, erasedAt }: KeptErasedId): string =>
  JSON.stringify({ erased: 'eventId', customer, shardKey, key: key.toString('hex'), app: appId, at: isoOf(erasedAt) });

const PSEUDONYM = /^([0-9a-f]{8}\.)?[0-9a-z]{25,32}$/;
const KEY = /^[0-9a-f]{64}$/;
const APP_ID = /^c[a-z0-9]{24}$/;

/** @returns null for a line that is none of such a file. */
export function parseErasureLine(line: string): ErasureLine | null {
  const fields = objectOf(line);
  const at = parseInstant(String(fields?.at));
  if (fields === null || at === null || !isText(fields.customer, PSEUDONYM)) return null;
  const { customer } = fields;
  const millis = millisOfInstant(at);
  if (fields.erased === 'customer') return { kind: 'customer', customer, at: millis };
  if (fields.erased === 'event' && isText(fields.event, PSEUDONYM)) {
    return { kind: 'event', customer, event: fields.event, at: millis };
  }
  if (fields.erased !== 'eventId' || !isText(fields.key, KEY)) return null;
  if (fields.app !== null && !isText(fields.app, APP_ID)) return null;
  const shardKeys = shardKeysOf(fields);
  if (shardKeys === null) return null;
  const [key, secretId] = [Buffer.from(fields.key, 'hex'), secretIdOf(customer)];
  const ids = shardKeys.map((shardKey) => {
    return { customer, shardKey, key, secretId, appId: fields.app as string | null, erasedAt: millis };
  });
  return { kind: 'erasedId', secretId, ids };
}

/**
 * Files of versions that knew no shards lack it. A pseudonym does not tell it, so that the id is kept once for each.
 */
function shardKeysOf({ shardKey, customer }: Record<string, unknown>): readonly string[] | null {
  if (shardKey === undefined)
    return secretIdOf(customer as string) === '' ? [shardKeyOf(customer as string)] : SHARD_KEYS;
  return SHARD_KEYS.includes(shardKey as string) ? [shardKey as string] : null;
}

/** By which secret the pseudonyms of a line are made; empty: by none. */
export const secretIdOfLine = (line: ErasureLine): string =>
  line.kind === 'erasedId' ? line.secretId : secretIdOf(line.customer);

const isText = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value);

function objectOf(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

import { secretIdOf, type KeptErasedId } from '../../customer-events/domain/erasure-keys.ts';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { millisOfInstant, parseInstant } from '../../../libs/time/instant.ts';

/**
 * A line of a file of erasures. Nothing in it names a person: customers and events are pseudonyms, and what is kept of
 * an `eventId` is made with ERASURE_SECRET.
 */
export type ErasureLine =
  | { readonly kind: 'customer'; readonly customer: string; readonly at: number }
  | { readonly kind: 'event'; readonly customer: string; readonly event: string; readonly at: number }
  | { readonly kind: 'erasedId'; readonly id: KeptErasedId };

const isoOf = (millis: number): string => new Date(millis).toISOString();

/** @returns null for an entry that tells of no erasure. */
export function lineOfEntry({ action, customer, subject, at }: AuditEntry): string | null {
  if (action === 'customer.erased') return JSON.stringify({ erased: 'customer', customer, at: isoOf(at) });
  if (action === 'event.erased') return JSON.stringify({ erased: 'event', customer, event: subject, at: isoOf(at) });
  return null;
}

export const lineOfErasedId = ({ customer, key, appId, erasedAt }: KeptErasedId): string =>
  JSON.stringify({ erased: 'eventId', customer, key: key.toString('hex'), app: appId, at: isoOf(erasedAt) });

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
  const key = Buffer.from(fields.key, 'hex');
  const secretId = secretIdOf(customer);
  return { kind: 'erasedId', id: { customer, key, secretId, appId: fields.app, erasedAt: millis } };
}

/** By which secret the pseudonyms of a line are made; empty: by none. */
export const secretIdOfLine = (line: ErasureLine): string =>
  line.kind === 'erasedId' ? line.id.secretId : secretIdOf(line.customer);

const isText = (value: unknown, pattern: RegExp): value is string => typeof value === 'string' && pattern.test(value);

function objectOf(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

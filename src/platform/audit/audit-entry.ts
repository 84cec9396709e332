import { derivedId, timeOrderedIdSource } from '../../../libs/kernel/ids.ts';

/** Who did it: an API key over HTTP, an embed session, an operator at the command line, or the service by itself. */
export interface Actor {
  readonly kind: 'key' | 'session' | 'operator' | 'service';
  /** The id of the key or session; of an operator, the account and the machine: `postgres@db1`; of the service, what in it: `purge`. */
  readonly id: string;
  /** The `X-Request-Id` of the request that did it; null for a command. */
  readonly requestId: string | null;
}

/** What was done. Past participles, as the record tells of what has happened. */
export const AUDIT_ACTIONS = [
  'app.created',
  'app.changed',
  'app.suspended',
  'app.resumed',
  'app.exported',
  'app.deleted',
  'key.created',
  'key.changed',
  'key.rotated',
  'key.revoked',
  'customer.exported',
  // A part of a long history, before its customer; `customer.erased` follows.
  'customer.history_erased',
  'customer.erased',
  'event.erased',
  'timeline.exported',
  'retention.changed',
  // What was past its retention, by one run through the customers of an app.
  'events.purged',
  'origins.set',
  'session.created',
  'session.revoked',
  // By an embed session, once an hour.
  'timeline.viewed',
  // What a key has read of customers within an hour, with the number of requests.
  'customer.read.bulk',
  'event-types.changed',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** One thing that was done, as it is kept: added, and never changed. */
export interface AuditEntry {
  readonly id: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  /** Whose data or keys it was about. An app that was deleted keeps its entries. */
  readonly appId: string;
  readonly actor: Actor;
  readonly action: AuditAction;
  /** The pseudonym of a customer: never the external id, the address or the derived id. */
  readonly customer: string | null;
  /** What else it was done to: the id of a key, the pseudonym of an event. */
  readonly subject: string | null;
  /** How many, where it was done to more than one thing: events erased, events exported. */
  readonly count: number | null;
  /** What was set, by the names of the settings; never a secret, a payload, or what names a person. */
  readonly details: Readonly<Record<string, string | null>> | null;
}

/** What the one who records it says; the rest is made here. */
export type AuditFields = Pick<AuditEntry, 'appId' | 'actor' | 'action'> &
  Partial<Pick<AuditEntry, 'customer' | 'subject' | 'count' | 'details'>>;

const newId = timeOrderedIdSource();

/** @param at milliseconds since the Unix epoch: when it was done. */
export const auditEntry = (at: number, fields: AuditFields): AuditEntry => ({
  id: newId(at, at),
  at,
  customer: null,
  subject: null,
  count: null,
  details: null,
  ...fields,
});

const HOUR_MS = 3_600_000;

/** Both in milliseconds since the Unix epoch. */
export const startOfHour = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS;

/**
 * An entry of which there is one for each actor, action, customer, subject and hour, whatever instance makes it: it has
 * the time at which the hour began, and its id follows from the others.
 *
 * @param at milliseconds since the Unix epoch, within the hour.
 */
export function hourlyAuditEntry(at: number, fields: AuditFields): AuditEntry {
  const hour = startOfHour(at);
  const { appId, actor, action, customer, subject } = fields;
  const id = derivedId(appId, action, actor.kind, actor.id, customer ?? '', subject ?? '', String(hour));
  return { ...auditEntry(hour, fields), id };
}

import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../../libs/kernel/at-most.ts';
import { shardKeyOf } from './shard-key.ts';

/** What is kept of one erased `eventId`: enough to know it by when it is sent again, and nothing to read. */
export interface ErasedId {
  /** By which secret the other two are made; empty: by none. */
  readonly secretId: string;
  /** The pseudonym of its customer. */
  readonly customer: string;
  /** By which it is on the shard of its customer: see {@link shardKeyOf}. */
  readonly shardKey: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** What is kept of one erased `eventId`, and since when. */
export interface KeptErasedId extends ErasedId {
  /** Null where a version kept it that did not note the app. */
  readonly appId: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly erasedAt: number;
}

interface Secret {
  readonly id: string;
  readonly key: KeyObject;
}

/** By what the erased ids of a customer are found. */
export interface ErasedCustomer {
  readonly shardKey: string;
  /** By each secret, and by none. */
  readonly pseudonyms: readonly string[];
}

/** About 200 bytes each. */
const MAX_CUSTOMERS_CACHED = 100_000;
const SECRET_ID_DIGITS = 8;
const PSEUDONYM_DIGITS = 32;
/** Between the secret's id and the digits; no derived id has one. */
const SEPARATOR = '.';

/**
 * What stays of erased customers and events, made by HMAC-SHA-256 (RFC 2104) with a secret that is not in the
 * database: who has only the database cannot try ids against it. New ones are made with the first secret; those made
 * with the others are still recognised, so that a secret can be replaced.
 *
 * Without any secret, and in rows of versions that knew none, the customer's pseudonym is its derived id, and the key
 * is SHA-256(derived id, space, eventId). These are always looked for too.
 */
export class ErasureKeys {
  private readonly secrets: readonly Secret[];
  private readonly customersSeen = new LRUCache<string, ErasedCustomer>(atMost(MAX_CUSTOMERS_CACHED));

  constructor(secrets: readonly string[]) {
    this.secrets = secrets.map((secret) => {
      const key = createSecretKey(secret, 'utf8');
      return { id: hmac(key, 'id', '').toString('hex').slice(0, SECRET_ID_DIGITS), key };
    });
  }

  /** The ids of the secrets, the one in use first. They tell nothing of the secrets. */
  get secretIds(): readonly string[] {
    return this.secrets.map(({ id }) => id);
  }

  /** By which a customer is named in what outlives it. */
  pseudonym(customerId: string): string {
    return this.pseudonyms(customerId)[0] as string;
  }

  /** All by which a customer may be named: by each secret, and by none. */
  pseudonyms(customerId: string): readonly string[] {
    return this.customer(customerId).pseudonyms;
  }

  /** By what the erased ids of a customer are found. */
  customer(customerId: string): ErasedCustomer {
    let customer = this.customersSeen.get(customerId);
    if (customer === undefined) {
      const keyed = this.secrets.map((secret) => pseudonymBy(secret, 'customer', customerId));
      customer = { shardKey: shardKeyOf(customerId), pseudonyms: [...keyed, customerId] };
      this.customersSeen.set(customerId, customer);
    }
    return customer;
  }

  /** By which one event is named, with an `eventId` or without. */
  eventPseudonym(customerId: string, id: string): string {
    return this.eventPseudonyms(customerId, id)[0] as string;
  }

  eventPseudonyms(customerId: string, id: string): readonly string[] {
    const event = `${customerId} ${id}`;
    return [
      ...this.secrets.map((secret) => pseudonymBy(secret, 'event', event)),
      hash('sha256', event, 'hex').slice(0, PSEUDONYM_DIGITS),
    ];
  }

  /** By which an e-mail address is named, in any case of its letters, where it stands for a person who looks at an app's customers. */
  viewerPseudonym(appId: string, address: string): string {
    const viewer = `${appId} ${address.toLowerCase()}`;
    const [secret] = this.secrets;
    return secret === undefined
      ? hash('sha256', viewer, 'hex').slice(0, PSEUDONYM_DIGITS)
      : pseudonymBy(secret, 'viewer', viewer);
  }

  /** What to keep of an `eventId` that is erased now. */
  erasedId(customerId: string, eventId: string): ErasedId {
    return this.byFirst(unkeyed(customerId, eventId));
  }

  /** All that may have been kept of it: by each secret, and by none. */
  erasedIds(customerId: string, eventId: string): readonly ErasedId[] {
    const plain = unkeyed(customerId, eventId);
    return [...this.secrets.map((secret) => keyedBy(secret, plain)), plain];
  }

  /** The same as {@link erasedId}, of what was kept without a secret. */
  byFirst(plain: ErasedId): ErasedId {
    const [first] = this.secrets;
    return first === undefined ? plain : keyedBy(first, plain);
  }
}

/** The id of the secret by which a pseudonym is made; empty: by none. */
export const secretIdOf = (pseudonym: string): string =>
  pseudonym.includes(SEPARATOR) ? pseudonym.slice(0, SECRET_ID_DIGITS) : '';

/** Neither part contains a space. */
const unkeyed = (customerId: string, eventId: string): ErasedId => ({
  secretId: '',
  customer: customerId,
  shardKey: shardKeyOf(customerId),
  key: hash('sha256', `${customerId} ${eventId}`, 'buffer'),
});

const keyedBy = (secret: Secret, { customer, shardKey, key }: ErasedId): ErasedId => ({
  secretId: secret.id,
  customer: pseudonymBy(secret, 'customer', customer),
  shardKey,
  key: hmac(secret.key, 'eventId', key),
});

const pseudonymBy = ({ id, key }: Secret, kind: string, name: string): string =>
  id + SEPARATOR + hmac(key, kind, name).toString('hex').slice(0, PSEUDONYM_DIGITS);

/** The kind keeps what is made for one purpose from being mistaken for another. */
const hmac = (key: KeyObject, kind: string, message: string | Buffer): Buffer =>
  createHmac('sha256', key).update(`${kind} `).update(message).digest();

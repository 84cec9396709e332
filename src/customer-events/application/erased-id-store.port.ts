import type { ErasedId, KeptErasedId } from '../domain/erasure-keys.ts';

/** Of a customer, what an erasure is told by. */
export interface CustomerOfAnyApp {
  readonly id: string;
  readonly appId: string;
  readonly externalId: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** Keeps what stays of erased ids, and the names of the secrets by which it is made. */
export abstract class ErasedIdStore {
  /** The names of all secrets by which something may be kept. */
  abstract registeredSecrets(): Promise<string[]>;

  /** Notes that a secret is in use at a time. */
  abstract registerSecret(id: string, at: number): Promise<void>;

  /** Forgets the names of secrets that were last in use before a time, and by which nothing is kept any more. */
  abstract forgetSecretsUnusedSince(at: number): Promise<void>;

  /** Up to so many in the order of their keys, behind a position; null: from the first. */
  abstract list(limit: number, after: ErasedId | null): Promise<KeptErasedId[]>;

  /** What is there already stays as it is. */
  abstract add(ids: readonly KeptErasedId[]): Promise<void>;

  /**
   * Replaces up to so many of those that no secret was used for. Returns how many; those that another instance is
   * replacing are left out.
   */
  abstract replaceUnkeyed(limit: number, replacement: (unkeyed: ErasedId) => ErasedId): Promise<number>;

  /** Deletes up to so many that were erased before a time, and returns how many. */
  abstract deleteErasedBefore(at: number, limit: number): Promise<number>;

  /** Customers of all apps in the order of their ids, behind one; null: from the first. */
  abstract customers(limit: number, afterId: string | null): Promise<CustomerOfAnyApp[]>;
}

import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import type { ApiKey, App } from '../domain/api-key.ts';

/** A key, and the entry that tells of its creation. */
export interface NewKey {
  readonly key: ApiKey;
  readonly entry: AuditEntry;
}

/** What becomes of an app, and the entry that tells it. */
export interface AppChange {
  readonly app: App;
  readonly entry: AuditEntry;
}

/** What becomes of a key, and the entry that tells it. */
export interface KeyChange {
  readonly key: ApiKey;
  /** Takes its place. */
  readonly newKey?: ApiKey;
  readonly entry: AuditEntry;
}

/**
 * Keeps apps and their keys. Every change is stored together with its entry in the audit trail: both, or neither.
 *
 * All changes throw SERVICE_UNAVAILABLE where the database is away; then nothing is stored, or that is not known.
 */
export abstract class ApiKeyStore {
  abstract findBySha256(sha256: Buffer): Promise<ApiKey | null>;

  abstract find(keyId: string): Promise<ApiKey | null>;

  abstract findApp(slug: string): Promise<App | null>;

  /** In the order of their slugs. */
  abstract listApps(): Promise<App[]>;

  /**
   * Stores an app, and with it its first keys. Returns false, and stores nothing, where the slug is taken.
   */
  abstract addApp(app: App, entry: AuditEntry, keys: readonly NewKey[]): Promise<boolean>;

  /**
   * Changes an app, alone against all others that change it at that time.
   *
   * @param decide makes a change out of what is there; null leaves it as it is. It may throw, then nothing is stored;
   *   it may be called again if the transaction has to be repeated.
   * @returns the app as it is now.
   */
  abstract changeApp(
    slug: string,
    decide: (present: App) => AppChange | null,
  ): Promise<App | 'unknown app' | 'slug taken'>;

  /** Removes an app and its keys, of which nothing is left but the audit trail. Returns false where there is no such app. */
  abstract removeApp(appId: string, entry: AuditEntry): Promise<boolean>;

  /** Returns false, and stores nothing, where there is no such app any more. */
  abstract addKey(newKey: NewKey): Promise<boolean>;

  /** All keys of an app, the oldest first. */
  abstract listKeys(appId: string): Promise<ApiKey[]>;

  /** Those of them whose text is known, the oldest first: public ones, also such as are revoked or expired. */
  abstract listPublicKeys(appId: string): Promise<ApiKey[]>;

  /**
   * Adds a public key to an app, alone against all others that do so at that time.
   *
   * @param decide makes a key out of what {@link listPublicKeys} gives then; null adds none. It may be called again if the
   *   transaction has to be repeated.
   * @returns the public keys of the app as they are now; null where there is no such app.
   */
  abstract addPublicKey(
    appId: string,
    decide: (app: App, present: readonly ApiKey[]) => NewKey | null,
  ): Promise<ApiKey[] | null>;

  /** The same as {@link changeApp} for a key. Returns null where there is no such key. */
  abstract changeKey(keyId: string, decide: (present: ApiKey) => KeyChange | null): Promise<ApiKey | null>;

  /** Notes that a key was in use at a time; an earlier time than the one noted changes nothing. */
  abstract noteUse(keyId: string, at: number): Promise<void>;
}

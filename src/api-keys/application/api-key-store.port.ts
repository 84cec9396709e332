import type { ApiKey, App } from '../domain/api-key.ts';

/** Keeps apps and their keys. */
export abstract class ApiKeyStore {
  abstract findBySha256(sha256: Buffer): Promise<ApiKey | null>;

  abstract findApp(slug: string): Promise<App | null>;

  /** In the order of their slugs. */
  abstract listApps(): Promise<App[]>;

  /** Returns false, and stores nothing, where the slug is taken. */
  abstract addApp(app: App, createdAt: number): Promise<boolean>;

  /** Stores the limits of an app that exists. */
  abstract setAppLimits(app: Pick<App, 'id' | 'eventLimits' | 'readLimits'>): Promise<void>;
  abstract addKey(key: ApiKey): Promise<void>;

  /** All keys of an app, the oldest first. */
  abstract listKeys(appId: string): Promise<ApiKey[]>;

  /** Returns false where there is no such key. A key that is revoked already keeps its time. */
  abstract revoke(keyId: string, at: number): Promise<boolean>;

  /** Notes that a key was in use at a time; an earlier time than the one noted changes nothing. */
  abstract noteUse(keyId: string, at: number): Promise<void>;
}

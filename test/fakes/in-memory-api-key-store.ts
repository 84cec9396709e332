import {
  ApiKeyStore,
  type AppChange,
  type KeyChange,
  type NewKey,
} from '../../src/api-keys/application/api-key-store.port.ts';
import type { ApiKey, App } from '../../src/api-keys/domain/api-key.ts';
import type { AuditEntry } from '../../src/platform/audit/audit-entry.ts';

export class InMemoryApiKeyStore extends ApiKeyStore {
  /** All that was recorded, in its order. */
  readonly entries: AuditEntry[] = [];
  private readonly apps = new Map<string, App>();
  private readonly keys = new Map<string, ApiKey>();

  findBySha256(sha256: Buffer): Promise<ApiKey | null> {
    return Promise.resolve([...this.keys.values()].find((key) => key.sha256.equals(sha256)) ?? null);
  }

  find(keyId: string): Promise<ApiKey | null> {
    return Promise.resolve(this.keys.get(keyId) ?? null);
  }

  findApp(slug: string): Promise<App | null> {
    return Promise.resolve(this.apps.get(slug) ?? null);
  }

  listApps(): Promise<App[]> {
    return Promise.resolve([...this.apps.values()].sort((a, b) => (a.slug < b.slug ? -1 : 1)));
  }

  addApp(app: App, entry: AuditEntry, keys: readonly NewKey[]): Promise<boolean> {
    if (this.apps.has(app.slug)) return Promise.resolve(false);
    this.apps.set(app.slug, app);
    this.entries.push(entry);
    for (const added of keys) this.store(added.key, added.entry);
    return Promise.resolve(true);
  }

  async changeApp(
    slug: string,
    decide: (present: App) => AppChange | null,
  ): Promise<App | 'unknown app' | 'slug taken'> {
    const present = this.apps.get(slug);
    if (present === undefined) return 'unknown app';
    const change = decide(present);
    if (change === null) return present;
    const { app, entry } = change;
    if (app.slug !== slug && this.apps.has(app.slug)) return 'slug taken';
    this.apps.delete(slug);
    this.apps.set(app.slug, app);
    for (const [id, key] of this.keys) if (key.app.id === app.id) this.keys.set(id, { ...key, app });
    this.entries.push(entry);
    return app;
  }

  removeApp(appId: string, entry: AuditEntry): Promise<boolean> {
    const app = [...this.apps.values()].find(({ id }) => id === appId);
    if (app === undefined) return Promise.resolve(false);
    this.apps.delete(app.slug);
    for (const [id, key] of this.keys) if (key.app.id === appId) this.keys.delete(id);
    this.entries.push(entry);
    return Promise.resolve(true);
  }

  addKey({ key, entry }: NewKey): Promise<boolean> {
    if (![...this.apps.values()].some(({ id }) => id === key.app.id)) return Promise.resolve(false);
    this.store(key, entry);
    return Promise.resolve(true);
  }

  listKeys(appId: string): Promise<ApiKey[]> {
    return Promise.resolve(this.keysOf(appId));
  }

  listPublicKeys(appId: string): Promise<ApiKey[]> {
    return Promise.resolve(this.keysOf(appId).filter(({ publicKey }) => publicKey !== null));
  }

  async addPublicKey(
    appId: string,
    decide: (app: App, present: readonly ApiKey[]) => NewKey | null,
  ): Promise<ApiKey[] | null> {
    const present = this.keysOf(appId).filter(({ publicKey }) => publicKey !== null);
    const app = [...this.apps.values()].find(({ id }) => id === appId);
    if (app === undefined) return null;
    const added = decide(app, present);
    if (added === null) return present;
    this.store(added.key, added.entry);
    return [...present, added.key];
  }

  async changeKey(keyId: string, decide: (present: ApiKey) => KeyChange | null): Promise<ApiKey | null> {
    const present = this.keys.get(keyId);
    if (present === undefined) return null;
    const change = decide(present);
    if (change === null) return present;
    this.store(change.key, change.entry);
    if (change.newKey !== undefined) this.keys.set(change.newKey.id, change.newKey);
    return change.key;
  }

  noteUse(keyId: string, at: number): Promise<void> {
    const key = this.keys.get(keyId);
    if (key !== undefined) this.keys.set(keyId, { ...key, lastUsedAt: Math.max(key.lastUsedAt ?? at, at) });
    return Promise.resolve();
  }

  private keysOf(appId: string): ApiKey[] {
    const keys = [...this.keys.values()].filter(({ app }) => app.id === appId);
    return keys.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  private store(key: ApiKey, entry: AuditEntry): void {
    this.keys.set(key.id, key);
    this.entries.push(entry);
  }
}

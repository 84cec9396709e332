import { ApiKeyStore } from '../../src/api-keys/application/api-key-store.port.ts';
import type { ApiKey, App } from '../../src/api-keys/domain/api-key.ts';

export class InMemoryApiKeyStore extends ApiKeyStore {
  private readonly apps = new Map<string, App>();
  private readonly keys = new Map<string, ApiKey>();

  findBySha256(sha256: Buffer): Promise<ApiKey | null> {
    return Promise.resolve([...this.keys.values()].find((key) => key.sha256.equals(sha256)) ?? null);
  }

  findApp(slug: string): Promise<App | null> {
    return Promise.resolve(this.apps.get(slug) ?? null);
  }

  listApps(): Promise<App[]> {
    return Promise.resolve([...this.apps.values()].sort((a, b) => (a.slug < b.slug ? -1 : 1)));
  }

  addApp(app: App): Promise<boolean> {
    if (this.apps.has(app.slug)) return Promise.resolve(false);
    this.apps.set(app.slug, app);
    return Promise.resolve(true);
  }

  setAppLimits({ id, eventLimits, readLimits }: Pick<App, 'id' | 'eventLimits' | 'readLimits'>): Promise<void> {
    const changed = (app: App): App => (app.id === id ? { ...app, eventLimits, readLimits } : app);
    for (const [slug, app] of this.apps) this.apps.set(slug, changed(app));
    for (const [keyId, key] of this.keys) this.keys.set(keyId, { ...key, app: changed(key.app) });
    return Promise.resolve();
  }

  addKey(key: ApiKey): Promise<void> {
    this.keys.set(key.id, key);
    return Promise.resolve();
  }

  listKeys(appId: string): Promise<ApiKey[]> {
    const keys = [...this.keys.values()].filter(({ app }) => app.id === appId);
    return Promise.resolve(keys.sort((a, b) => a.createdAt - b.createdAt));
  }

  revoke(keyId: string, at: number): Promise<boolean> {
    return this.change(keyId, (key) => ({ ...key, revokedAt: key.revokedAt ?? at }));
  }

  async noteUse(keyId: string, at: number): Promise<void> {
    await this.change(keyId, (key) => ({ ...key, lastUsedAt: Math.max(key.lastUsedAt ?? at, at) }));
  }

  private change(keyId: string, change: (key: ApiKey) => ApiKey): Promise<boolean> {
    const key = this.keys.get(keyId);
    if (key !== undefined) this.keys.set(keyId, change(key));
    return Promise.resolve(key !== undefined);
  }
}

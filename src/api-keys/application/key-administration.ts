import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import { randomId } from '../../../libs/kernel/ids.ts';
import {
  APP_SLUG_PATTERN,
  newSecretKey,
  sha256OfKey,
  shownPrefix,
  type ApiKey,
  type ApiKeyType,
  type App,
} from '../domain/api-key.ts';
import { ApiKeyStore } from './api-key-store.port.ts';

/** An operator asked for something that cannot be done; the message says why. */
export class AdministrationError extends Error {}

/** What operators do with apps and keys. */
@Injectable()
export class KeyAdministration {
  constructor(
    private readonly store: ApiKeyStore,
    private readonly clock: Clock,
  ) {}

  /** @throws {AdministrationError} for a slug that is malformed or taken. */
  async createApp(slug: string, name: string): Promise<App> {
    if (!APP_SLUG_PATTERN.test(slug)) {
      throw new AdministrationError('A slug has 1 to 63 of a-z, 0-9 and "-", and neither begins nor ends with "-"');
    }
    if (name.trim() === '') throw new AdministrationError('An app needs a name');
    const app: App = { id: randomId(), slug, name, eventLimits: null, readLimits: null };
    if (!(await this.store.addApp(app, this.clock.now()))) {
      throw new AdministrationError(`There is an app "${slug}" already`);
    }
    return app;
  }

  listApps(): Promise<App[]> {
    return this.store.listApps();
  }

  /**
   * Sets limits that all keys of an app share; those that are not given stay.
   *
   * @throws {AdministrationError}
   */
  async setAppLimits(appSlug: string, limits: Partial<Pick<App, 'eventLimits' | 'readLimits'>>): Promise<App> {
    const app = { ...(await this.appOf(appSlug)), ...limits };
    await this.store.setAppLimits(app);
    return app;
  }

  /**
   * Creates a key; its text is in the response and nowhere else.
   *
   * @param expiresAt milliseconds since the Unix epoch; null: never.
   * @param limits those that are not given are the ones of any key.
   * @throws {AdministrationError}
   */
  async createKey(
    appSlug: string,
    name: string,
    type: ApiKeyType,
    expiresAt: number | null,
    limits: Partial<Pick<ApiKey, 'eventLimits' | 'readLimits'>> = {},
  ): Promise<{ key: ApiKey; secret: string }> {
    const app = await this.appOf(appSlug);
    const now = this.clock.now();
    if (name.trim() === '') throw new AdministrationError('A key needs a name');
    if (expiresAt !== null && expiresAt <= now) throw new AdministrationError('The expiry date is in the past');
    const secret = newSecretKey(type);
    const key: ApiKey = {
      id: randomId(),
      app,
      name,
      type,
      prefix: shownPrefix(secret, type),
      sha256: sha256OfKey(secret),
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
      createdAt: now,
      eventLimits: limits.eventLimits ?? null,
      readLimits: limits.readLimits ?? null,
    };
    await this.store.addKey(key);
    return { key, secret };
  }

  /** @throws {AdministrationError} */
  async listKeys(appSlug: string): Promise<ApiKey[]> {
    return this.store.listKeys((await this.appOf(appSlug)).id);
  }

  /** @throws {AdministrationError} */
  async revokeKey(keyId: string): Promise<void> {
    if (!(await this.store.revoke(keyId, this.clock.now()))) {
      throw new AdministrationError(`There is no key with the id "${keyId}"`);
    }
  }

  /** @throws {AdministrationError} */
  async appOf(slug: string): Promise<App> {
    const app = await this.store.findApp(slug);
    if (app === null) throw new AdministrationError(`There is no app "${slug}"`);
    return app;
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import { keyState, newSecretKey, sha256OfKey, type ApiKey, type ApiKeyType } from '../domain/api-key.ts';
import { AdministrationError } from './administration-error.ts';
import { ApiKeyStore, type KeyChange } from './api-key-store.port.ts';
import { AppAdministration, requireNotBeingDeleted } from './app-administration.ts';
import { changedDetails, requireName, settingText } from './changed-settings.ts';
import { newKey, type KeyLimits } from './new-key.ts';

export { AdministrationError } from './administration-error.ts';

/** Settings of a key that an operator may change; those that are not given stay. */
export type KeySettings = Partial<Pick<ApiKey, 'name' | 'expiresAt' | 'eventLimits' | 'readLimits' | 'scopes'>>;

/** A key and its text, which of an agent key is kept nowhere. */
export interface CreatedKey {
  readonly key: ApiKey;
  readonly secret: string;
}

const MAX_GRACE_MS = 30 * 86_400_000;

/** What operators do with apps and keys. Every method throws SERVICE_UNAVAILABLE where the database is away. */
@Injectable()
export class KeyAdministration extends AppAdministration {
  constructor(store: ApiKeyStore, clock: Clock) {
    super(store, clock);
  }

  /** The same, in the name of somebody: the audit trail says who has done it. */
  as(actor: Actor): KeyAdministration {
    const administration = new KeyAdministration(this.store, this.clock);
    administration.actor = actor;
    return administration;
  }

  /**
   * Creates an app, the public key of its agent page, and its first key, whose text is known already: all, or nothing.
   *
   * @param secret of the first key; null: there is none.
   * @returns false where the slug is taken; then nothing is changed.
   * @throws {AdministrationError}
   */
  async createAppWithKey(slug: string, name: string, secret: string | null): Promise<boolean> {
    const { app, entry, pageKey } = this.newApp(slug, name);
    const first = secret && newKey(app, { name: 'first key', type: 'agent', secret }, this.creation());
    return this.store.addApp(app, entry, first ? [pageKey, first] : [pageKey]);
  }

  /** Whose key a text is, whatever has become of the key; null: nobody's. */
  findKey(secret: string): Promise<ApiKey | null> {
    return this.store.findBySha256(sha256OfKey(secret));
  }

  /**
   * Creates a key; the text of an agent key is in the response and nowhere else.
   *
   * @param expiresAt milliseconds since the Unix epoch; null: never.
   * @throws {AdministrationError} also for scopes of a public key, which opens nothing.
   */
  async createKey(
    appSlug: string,
    name: string,
    type: ApiKeyType,
    expiresAt: number | null,
    limits: KeyLimits = {},
  ): Promise<CreatedKey> {
    const app = await this.appOf(appSlug);
    requireNotBeingDeleted(app);
    requireName('A key', name);
    this.requireFuture(expiresAt);
    requireScopesAllowed(type, limits.scopes);
    const secret = newSecretKey(type);
    const created = newKey(app, { name, type, secret, expiresAt, ...limits }, this.creation());
    if (!(await this.store.addKey(created))) throw new AdministrationError(`There is no app "${appSlug}" any more`);
    return { key: created.key, secret };
  }

  /**
   * Agent keys first, then the public ones, each the oldest first.
   *
   * @throws {AdministrationError}
   */
  async listKeys(appSlug: string): Promise<ApiKey[]> {
    const keys = await this.store.listKeys((await this.appOf(appSlug)).id);
    return [...keys.filter(({ type }) => type === 'agent'), ...keys.filter(({ type }) => type !== 'agent')];
  }

  /**
   * Ends a key. One that is revoked already keeps its time.
   *
   * @returns the key as it was before.
   * @throws {AdministrationError}
   */
  async revokeKey(keyId: string): Promise<ApiKey> {
    let before: ApiKey | undefined;
    await this.changeKey(keyId, (key) => {
      before = key;
      if (key.revokedAt !== null) return null;
      return {
        key: { ...key, revokedAt: this.clock.now() },
        entry: this.entry({ appId: key.app.id, action: 'key.revoked', subject: key.id }),
      };
    });
    return before as ApiKey;
  }

  /**
   * Changes settings of a key; those that are not given stay.
   *
   * @throws {AdministrationError} also for a revoked key, since nothing makes it valid again, and for scopes of a public key.
   */
  async setKey(keyId: string, settings: KeySettings): Promise<ApiKey> {
    if (settings.name !== undefined) requireName('A key', settings.name);
    this.requireFuture(settings.expiresAt ?? null);
    return this.changeKey(keyId, (key) => {
      requireNotBeingDeleted(key.app);
      if (key.revokedAt !== null) throw new AdministrationError(`The key "${keyId}" is revoked; create a new one`);
      requireScopesAllowed(key.type, settings.scopes);
      const details = changedDetails(key, settings);
      if (details === null) return null;
      return {
        key: { ...key, ...settings },
        entry: this.entry({ appId: key.app.id, action: 'key.changed', subject: key.id, details }),
      };
    });
  }

  /**
   * Puts a new key in the place of one, with the same name, type, scopes and limits. Both are valid for a while, then
   * the new one alone.
   *
   * @param graceMs for which the old key goes on working, 0 to 30 days; it may expire before. 0: it is revoked.
   * @param expiresAt of the new key, in milliseconds since the Unix epoch; undefined: it has as long to live as the old
   *   one had when it was created.
   * @returns the new key, and the old one as it is now.
   * @throws {AdministrationError} also for a key that is revoked, expired or replaced already.
   */
  async rotateKey(keyId: string, graceMs: number, expiresAt?: number | null): Promise<CreatedKey & { old: ApiKey }> {
    if (!(graceMs >= 0 && graceMs <= MAX_GRACE_MS)) {
      throw new AdministrationError('The grace period must be from PT0S to P30D');
    }
    this.requireFuture(expiresAt ?? null);
    let created: CreatedKey | undefined;
    const old = await this.changeKey(keyId, (key) => {
      requireNotBeingDeleted(key.app);
      this.requireReplaceable(key);
      const { change, secret } = this.rotation(key, graceMs, expiresAt);
      created = { key: change.newKey, secret };
      return change;
    });
    return { ...(created as CreatedKey), old };
  }

  private rotation(old: ApiKey, graceMs: number, expiresAt: number | null | undefined) {
    const now = this.clock.now();
    const lifetime = old.expiresAt === null ? null : now + old.expiresAt - old.createdAt;
    const secret = newSecretKey(old.type);
    const { name, type, eventLimits, readLimits, scopes } = old;
    const settings = { name, type, secret, eventLimits, readLimits, scopes };
    const { key: successor } = newKey(
      old.app,
      { ...settings, expiresAt: expiresAt === undefined ? lifetime : expiresAt },
      this.creation(),
    );
    const replaced = { ...old, replacedBy: successor.id };
    // An expiry is read on the clocks of the instances, which may be behind; revoked is revoked.
    const key =
      graceMs === 0
        ? { ...replaced, revokedAt: now }
        : { ...replaced, expiresAt: Math.min(old.expiresAt ?? Infinity, now + graceMs) };
    const details = {
      newKey: successor.id,
      newKeyExpiresAt: settingText(successor.expiresAt),
      oldKeyEndsAt: settingText(graceMs === 0 ? now : key.expiresAt),
    };
    const entry = this.entry({ appId: old.app.id, action: 'key.rotated', subject: old.id, details });
    return { change: { key, newKey: successor, entry } satisfies KeyChange, secret };
  }

  private async changeKey(keyId: string, decide: (present: ApiKey) => KeyChange | null): Promise<ApiKey> {
    const key = await this.store.changeKey(keyId, decide);
    if (key === null) throw new AdministrationError(`There is no key with the id "${keyId}"`);
    return key;
  }

  private requireFuture(expiresAt: number | null): void {
    if (expiresAt !== null && expiresAt <= this.clock.now()) {
      throw new AdministrationError('The expiry date is in the past');
    }
  }

  private requireReplaceable(key: ApiKey): void {
    const state = keyState(key, this.clock.now());
    if (state === 'valid') return;
    const hint = state === 'replaced' ? `rotate the one that took its place, "${key.replacedBy}"` : 'create a new one';
    throw new AdministrationError(`The key "${key.id}" is ${state} already; ${hint}`);
  }
}

function requireScopesAllowed(type: ApiKeyType, scopes: ApiKey['scopes'] | undefined): void {
  if (type === 'agent' || scopes === undefined) return;
  throw new AdministrationError(
    'A public key takes no scopes, since it opens nothing; leave --scopes out, or use an agent key',
  );
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../../libs/kernel/clock.ts';
import type { Actor } from '../../platform/audit/audit-entry.ts';
import { isUsablePublicKey, keyState, sha256OfKey, type ApiKey, type App } from '../domain/api-key.ts';
import { apiKeyInvalid } from '../domain/api-keys-error.ts';
import { ApiKeyStore } from './api-key-store.port.ts';
import { Authentication } from './authentication.ts';
import { newPageKey } from './new-key.ts';

/** Makes the key of an app that has none. */
const EMBED: Actor = { kind: 'service', id: 'embed', requestId: null };

/** Public keys, which name an app to a page and open nothing. */
@Injectable()
export class PublicKeys {
  constructor(
    private readonly store: ApiKeyStore,
    private readonly authentication: Authentication,
    private readonly clock: Clock,
  ) {}

  /**
   * The text of the oldest public key of an app that is valid: neither revoked, expired nor replaced by another. An app that
   * has none, as those of earlier versions, gets one then, once, however many ask at a time.
   *
   * @throws AUTH_API_KEY_INVALID where there is no such app any more; SERVICE_UNAVAILABLE.
   */
  async publicKeyOf(appId: string): Promise<string> {
    return this.valid(await this.store.listPublicKeys(appId)) ?? (await this.addedTo(appId));
  }

  /**
   * Whose public key a text is. Whoever opens a page chooses the text: it is looked up as the keys of requests are, but apart
   * from them, remembered for API_KEY_CACHE_MS, and unknown ones a few at a time.
   *
   * @param address of whoever opens it.
   * @returns null for a text that is no public key, and for one that is unknown, revoked, expired, or of an app that is
   *   suspended.
   * @throws SERVICE_UNAVAILABLE
   */
  async findAppOfPublicKey(publicKey: string, address: string): Promise<App | null> {
    const key = await this.authentication.find(publicKey, address);
    return isUsablePublicKey(key, sha256OfKey(publicKey), this.clock.now()) ? key.app : null;
  }

  private async addedTo(appId: string): Promise<string> {
    const keys = await this.store.addPublicKey(appId, (app, present) =>
      this.valid(present) === undefined ? newPageKey(app, { actor: EMBED, at: this.clock.now() }) : null,
    );
    const text = this.valid(keys ?? []);
    if (text === undefined) throw apiKeyInvalid('unknown');
    return text;
  }

  private valid(keys: readonly ApiKey[]): string | undefined {
    const now = this.clock.now();
    return keys.find((key) => keyState(key, now) === 'valid')?.publicKey ?? undefined;
  }
}

import { Inject, Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../../libs/kernel/clock.ts';
import { apiKeyInvalid } from '../domain/api-keys-error.ts';
import { isWellFormedKey, requireUsableKey, sha256OfKey, type ApiKey } from '../domain/api-key.ts';
import { ApiKeyStore } from './api-key-store.port.ts';

/** The injection token of how long a looked-up key is remembered, in milliseconds. */
export const API_KEY_CACHE_MS = 'API_KEY_CACHE_MS';

/** Bounds what a stream of wrong keys can make the cache hold. */
const MAX_KEYS_CACHED = 10_000;
const NOTE_USE_EVERY_MS = 60_000;

/**
 * Finds out whose key it is. A key that was looked up is remembered for a few seconds, known or
 * not, which is how long a revocation may take to be seen by this instance. An expiry is seen at
 * once: it is checked against the clock on every request.
 */
@Injectable()
export class Authentication {
  private readonly logger = new Logger(Authentication.name);
  private readonly lookups: LRUCache<string, Promise<ApiKey | null>>;

  constructor(
    private readonly store: ApiKeyStore,
    private readonly clock: Clock,
    @Inject(API_KEY_CACHE_MS) cacheMs: number,
  ) {
    // lru-cache takes 0 for "for ever"; a millisecond is as good as not at all.
    this.lookups = new LRUCache({ max: MAX_KEYS_CACHED, ttl: Math.max(cacheMs, 1) });
  }

  /** @throws AUTH_API_KEY_INVALID, …_EXPIRED, …_FORBIDDEN; SERVICE_UNAVAILABLE if the keys cannot be read. */
  async authenticate(presented: string): Promise<ApiKey> {
    if (!isWellFormedKey(presented)) throw apiKeyInvalid();
    const sha256 = sha256OfKey(presented);
    return requireUsableKey(await this.lookup(sha256), sha256, this.clock.now());
  }

  private lookup(sha256: Buffer): Promise<ApiKey | null> {
    const cacheKey = sha256.toString('latin1');
    let lookup = this.lookups.get(cacheKey);
    if (lookup === undefined) {
      lookup = this.store.findBySha256(sha256);
      this.lookups.set(cacheKey, lookup);
      lookup.then(
        (key) => this.noteUse(key),
        // A response that could not be had is no response: the next request asks again.
        () => this.lookups.delete(cacheKey),
      );
    }
    return lookup;
  }

  /** Off the request's way, and throttle: to know that a key is in use, minutes are enough. */
  private noteUse(key: ApiKey | null): void {
    const now = this.clock.now();
    if (key === null || now - (key.lastUsedAt ?? 0) < NOTE_USE_EVERY_MS) return;
    this.store.noteUse(key.id, now).catch((error: Error) => {
      this.logger.warn({ message: 'the last use of a key could not be noted', reason: error.message });
    });
  }
}

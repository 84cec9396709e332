import { Inject, Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../../libs/kernel/at-most.ts';
import { Clock } from '../../../libs/kernel/clock.ts';
import { RememberedLookups } from '../../../libs/kernel/remembered-lookups.ts';
import { apiKeyInvalid, tooManyKeyLookups } from '../domain/api-keys-error.ts';
import { isWellFormedKey, requireUsableKey, sha256OfKey, type ApiKey } from '../domain/api-key.ts';
import { ApiKeyStore } from './api-key-store.port.ts';

/** The injection token of how long a looked-up key is remembered, in milliseconds. */
export const API_KEY_CACHE_MS = 'API_KEY_CACHE_MS';

const MAX_KEYS_NOTED = 10_000;
const NOTE_USE_EVERY_MS = 60_000;

/**
 * Finds out whose key it is. A key that was looked up is remembered for a few seconds, known or
 * not, which is how long a revocation may take to be seen by this instance. An expiry is seen at
 * once: it is checked against the clock on every request.
 */
@Injectable()
export class Authentication {
  private readonly logger = new Logger(Authentication.name);
  private readonly lookups: RememberedLookups<ApiKey>;
  /** Of the keys that pages are opened with: whoever opens one needs no key, and must not keep those waiting who have one. */
  private readonly pageLookups: RememberedLookups<ApiKey>;
  /** By the ids of keys: when their use was last tried to be noted, in milliseconds since the Unix epoch. */
  private readonly usesTried = new LRUCache<string, number>(atMost(MAX_KEYS_NOTED));
  private usesFail = false;

  constructor(
    private readonly store: ApiKeyStore,
    private readonly clock: Clock,
    @Inject(API_KEY_CACHE_MS) cacheMs: number,
  ) {
    const lookups = () =>
      new RememberedLookups<ApiKey>(
        (sha256) => this.store.findBySha256(sha256),
        cacheMs,
        (key) => this.noteUse(key),
        tooManyKeyLookups,
      );
    this.lookups = lookups();
    this.pageLookups = lookups();
  }

  /** @throws AUTH_API_KEY_INVALID, …_EXPIRED, …_FORBIDDEN; SERVICE_UNAVAILABLE if the keys cannot be read. */
  async authenticate(presented: string): Promise<ApiKey> {
    if (!isWellFormedKey(presented)) throw apiKeyInvalid('malformed');
    const sha256 = sha256OfKey(presented);
    return requireUsableKey(await this.lookups.lookup(sha256), sha256, this.clock.now());
  }

  /**
   * The key that a page is opened with, whatever has become of the key; null: nobody's. What it may do is for the caller to say.
   *
   * @param address of whoever opens it: addresses take turns.
   * @throws SERVICE_UNAVAILABLE if the keys cannot be read.
   */
  async find(presented: string, address: string): Promise<ApiKey | null> {
    return isWellFormedKey(presented) ? this.pageLookups.lookup(sha256OfKey(presented), undefined, address) : null;
  }

  /** Whether this key was found before. It says nothing of what has become of the key since. */
  knows(presented: string): boolean {
    return isWellFormedKey(presented) && this.lookups.knows(sha256OfKey(presented));
  }

  /**
   * The key with this id, for what acts in its name; it is not remembered.
   *
   * @throws what {@link authenticate} would throw for its text.
   */
  async requireUsable(keyId: string): Promise<ApiKey> {
    const key = await this.store.find(keyId);
    return requireUsableKey(key, key?.sha256 ?? NO_SHA256, this.clock.now());
  }

  /**
   * Off the request's way, and throttled: to know that a key is in use, minutes are enough. Where it fails (in a distributed
   * database, for as long as any node is away) it is tried again after as long, and told of once.
   */
  private noteUse({ id, lastUsedAt }: ApiKey): void {
    const now = this.clock.now();
    if (now - Math.max(lastUsedAt ?? 0, this.usesTried.get(id) ?? 0) < NOTE_USE_EVERY_MS) return;
    this.usesTried.set(id, now);
    this.store.noteUse(id, now).then(
      () => (this.usesFail = false),
      (error: Error) => {
        if (!this.usesFail)
          this.logger.warn({ msg: 'the last use of a key could not be noted', reason: error.message });
        this.usesFail = true;
      },
    );
  }
}

const NO_SHA256 = Buffer.alloc(32);

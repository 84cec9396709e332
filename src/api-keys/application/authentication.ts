import { Inject, Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../../libs/kernel/clock.ts';
import { FairQueue } from '../../../libs/kernel/fair-queue.ts';
import { apiKeyInvalid, tooManyKeyLookups } from '../domain/api-keys-error.ts';
import { isWellFormedKey, requireUsableKey, sha256OfKey, type ApiKey } from '../domain/api-key.ts';
import { ApiKeyStore } from './api-key-store.port.ts';

/** The injection token of how long a looked-up key is remembered, in milliseconds. */
export const API_KEY_CACHE_MS = 'API_KEY_CACHE_MS';

/** Bounds what is remembered of keys, and of wrong keys apart from them: a stream of these pushes no key out. */
const MAX_KEYS_CACHED = 10_000;
const NOTE_USE_EVERY_MS = 60_000;
/** Of keys that were never seen here; each waits a second at most. */
const LOOKUPS_AT_ONCE = 2;
const MAX_LOOKUP_WAIT_MS = 1_000;
/** Whose look-up it is will be known when it has ended: they have their turns in the order in which they come. */
const NOBODY = '';

/**
 * Finds out whose key it is. A key that was looked up is remembered for a few seconds, known or
 * not, which is how long a revocation may take to be seen by this instance. An expiry is seen at
 * once: it is checked against the clock on every request.
 *
 * Keys that were never seen here are looked up a few at a time, so that a stream of random ones takes no room
 * from keys that were: these are looked up again at once.
 */
@Injectable()
export class Authentication {
  private readonly logger = new Logger(Authentication.name);
  private readonly lookups: LRUCache<string, Promise<ApiKey | null>>;
  private readonly unknownKeys: LRUCache<string, true>;
  /** Those that were found, however long ago. */
  private readonly seenKeys = new LRUCache<string, true>({ max: MAX_KEYS_CACHED });
  /** By the ids of keys: when their use was last tried to be noted, in milliseconds since the Unix epoch. */
  private readonly usesTried = new LRUCache<string, number>({ max: MAX_KEYS_CACHED });
  private usesFail = false;
  private readonly unseenLookups = new FairQueue(LOOKUPS_AT_ONCE, MAX_LOOKUP_WAIT_MS, tooManyKeyLookups);

  constructor(
    private readonly store: ApiKeyStore,
    private readonly clock: Clock,
    @Inject(API_KEY_CACHE_MS) cacheMs: number,
  ) {
    // lru-cache takes 0 for "for ever"; a millisecond is as good as not at all.
    const ttl = Math.max(cacheMs, 1);
    this.lookups = new LRUCache({ max: MAX_KEYS_CACHED, ttl });
    this.unknownKeys = new LRUCache({ max: MAX_KEYS_CACHED, ttl });
  }

  /** @throws AUTH_API_KEY_INVALID, …_EXPIRED, …_FORBIDDEN; SERVICE_UNAVAILABLE if the keys cannot be read. */
  async authenticate(presented: string): Promise<ApiKey> {
    if (!isWellFormedKey(presented)) throw apiKeyInvalid('malformed');
    const sha256 = sha256OfKey(presented);
    return requireUsableKey(await this.lookup(sha256), sha256, this.clock.now());
  }

  /**
   * The key whose text it is, whatever has become of the key; null: nobody's. What it may do is for the caller to say.
   *
   * @throws SERVICE_UNAVAILABLE if the keys cannot be read.
   */
  async find(presented: string): Promise<ApiKey | null> {
    return isWellFormedKey(presented) ? this.lookup(sha256OfKey(presented)) : null;
  }

  /** Whether this key was found before. It says nothing of what has become of the key since. */
  knows(presented: string): boolean {
    return isWellFormedKey(presented) && this.seenKeys.has(cacheKeyOf(sha256OfKey(presented)));
  }

  private lookup(sha256: Buffer): Promise<ApiKey | null> {
    const cacheKey = cacheKeyOf(sha256);
    let lookup = this.lookups.get(cacheKey);
    if (lookup === undefined) {
      if (this.unknownKeys.has(cacheKey)) return Promise.resolve(null);
      const find = (): Promise<ApiKey | null> => this.store.findBySha256(sha256);
      lookup = this.seenKeys.has(cacheKey) ? find() : this.unseenLookups.run(NOBODY, find);
      this.lookups.set(cacheKey, lookup);
      lookup.then(
        (key) => this.note(cacheKey, key),
        // A response that could not be had is no response: the next request asks again.
        () => this.lookups.delete(cacheKey),
      );
    }
    return lookup;
  }

  private note(cacheKey: string, key: ApiKey | null): void {
    if (key === null) {
      this.lookups.delete(cacheKey);
      this.unknownKeys.set(cacheKey, true);
    } else {
      this.seenKeys.set(cacheKey, true);
      this.noteUse(key);
    }
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

const cacheKeyOf = (sha256: Buffer): string => sha256.toString('latin1');

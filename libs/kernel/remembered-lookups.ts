import { LRUCache } from 'lru-cache';
import { atMost } from './at-most.ts';
import { FairQueue } from './fair-queue.ts';

/** Bounds what is remembered of secrets, and of wrong ones apart from them: a stream of these pushes no good one out. */
const MAX_REMEMBERED = 10_000;
/** Of secrets that were never seen here; each waits a second at most. */
const LOOKUPS_AT_ONCE = 2;
const MAX_LOOKUP_WAIT_MS = 1_000;
/** Where nothing tells the askers apart, they have their turns in the order in which they come. */
const ANYBODY = '';

/**
 * Looks up what secrets stand for, by their hashes. What was looked up is remembered for a few seconds, found or not,
 * which is how long a change may take to be seen by this instance.
 *
 * Secrets that were never seen here are looked up a few at a time, so that a stream of random ones takes no room from
 * those that were: these are looked up again at once.
 */
export class RememberedLookups<Found> {
  private readonly lookups: LRUCache<string, Promise<Found | null>>;
  private readonly unknown: LRUCache<string, true>;
  /** Those that were found, however long ago. */
  private readonly seen = new LRUCache<string, true>(atMost(MAX_REMEMBERED));
  private readonly unseenLookups: FairQueue;

  /**
   * @param find what a hash stands for; null: nothing.
   * @param rememberMs for how long; 0: not at all.
   * @param found is told of each look-up that found something.
   * @param tooMany makes the error of a look-up that did not get its turn in time.
   */
  constructor(
    private readonly find: (sha256: Buffer) => Promise<Found | null>,
    rememberMs: number,
    private readonly found: (value: Found) => void,
    tooMany: () => Error,
  ) {
    // lru-cache takes 0 for "for ever"; a millisecond is as good as not at all.
    const ttl = Math.max(rememberMs, 1);
    this.lookups = new LRUCache({ ...atMost(MAX_REMEMBERED), ttl });
    this.unknown = new LRUCache({ ...atMost(MAX_REMEMBERED), ttl });
    this.unseenLookups = new FairQueue(LOOKUPS_AT_ONCE, MAX_LOOKUP_WAIT_MS, tooMany);
  }

  /**
   * @param isOutdated whether what is remembered may have changed in a way that matters now: then it is looked up again,
   *   once for all who ask at that time.
   * @param asker those who ask for what was never seen here take turns, such as addresses.
   */
  async lookup(
    sha256: Buffer,
    isOutdated: (value: Found) => boolean = () => false,
    asker = ANYBODY,
  ): Promise<Found | null> {
    const key = keyOf(sha256);
    const lookup = this.begun(key, sha256, asker);
    const value = await lookup;
    if (value === null || !isOutdated(value)) return value;
    if (this.lookups.get(key) === lookup) this.lookups.delete(key);
    return this.begun(key, sha256, asker);
  }

  /** Whether this was found before. It says nothing of what has become of it since. */
  knows(sha256: Buffer): boolean {
    return this.seen.has(keyOf(sha256));
  }

  private begun(key: string, sha256: Buffer, asker: string): Promise<Found | null> {
    const present = this.lookups.get(key);
    if (present !== undefined) return present;
    if (this.unknown.has(key)) return Promise.resolve(null);
    const find = (): Promise<Found | null> => this.find(sha256);
    const lookup = this.seen.has(key) ? find() : this.unseenLookups.run(asker, find);
    this.lookups.set(key, lookup);
    lookup.then(
      (value) => this.note(key, value),
      // A response that could not be had is no response: the next request asks again.
      () => this.lookups.delete(key),
    );
    return lookup;
  }

  private note(key: string, value: Found | null): void {
    if (value === null) {
      this.lookups.delete(key);
      this.unknown.set(key, true);
    } else {
      this.seen.set(key, true);
      this.found(value);
    }
  }
}

const keyOf = (sha256: Buffer): string => sha256.toString('latin1');

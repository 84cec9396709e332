import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { atMost } from '../../../libs/kernel/at-most.ts';
import { Clock } from '../../../libs/kernel/clock.ts';
import { MAX_TYPES_SEEN, TypesSeenStore, type TypeSeen } from './types-seen-store.port.ts';

/** Types of all apps that are known to be kept; about 100 bytes each. Beyond, those of the app that was least recently heard of are forgotten. */
const MAX_REMEMBERED = 10_000;
const MAX_APPS = 10_000;
/** Types that wait to be kept: those beyond come again with their next event. */
const MAX_WAITING = 20_000;
/** There is room for no more of one app, but for one that says so. */
const MAX_WAITING_OF_APP = MAX_TYPES_SEEN + 1;
const MAX_AT_ONCE = 5_000;
const EVERY_MS = 1_000;
/** After a failure. */
const RETRY_MS = 3_000;

type Waiting = TypeSeen & { readonly appId: string };

/**
 * Notes which types of events apps have had, beside the requests that bring them: at most once a second the new ones are
 * kept. A type that is known costs a look-up of its app and one of the type: 25 to 60 ns an event with 100 types in turns, or
 * 5,000 (Node 20, a busy machine); with app and type as one key it was 230 to 430 ns. What has not been kept when the process is killed comes again with
 * the next event of its type, with a later date.
 */
@Injectable()
export class TypesSeen {
  private readonly logger = new Logger(TypesSeen.name);
  /** By app. */
  private readonly kept = new LRUCache<string, Set<string>>({
    max: MAX_APPS,
    dispose: ({ size }) => (this.remembered -= size),
  });
  private remembered = 0;
  /** Those in which there is no room for more types. */
  private readonly fullApps = new LRUCache<string, true>(atMost(MAX_APPS));
  private readonly waiting = new Map<string, Waiting>();
  private readonly waitingOfApp = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private keeping: Promise<boolean> = Promise.resolve(true);
  private fails = false;

  constructor(
    private readonly store: TypesSeenStore,
    private readonly clock: Clock,
  ) {}

  /** Notes the type of an event that is committed. It neither waits nor throws. */
  note(appId: string, type: string): void {
    if (this.kept.get(appId)?.has(type) !== true && !this.fullApps.has(appId)) this.noteNew(appId, type);
  }

  /** Keeps what waits, where the database lets it, and notes nothing later. */
  async stop(): Promise<void> {
    do clearTimeout(this.timer);
    while ((await this.keep()) && this.waiting.size > 0);
    clearTimeout(this.timer);
  }

  private noteNew(appId: string, type: string): void {
    const key = `${appId} ${type}`;
    if (this.waiting.has(key) || this.waiting.size >= MAX_WAITING) return;
    const ofApp = this.waitingOfApp.get(appId) ?? 0;
    if (ofApp >= MAX_WAITING_OF_APP) return;
    this.waitingOfApp.set(appId, ofApp + 1);
    this.waiting.set(key, { appId, type, firstSeenAt: this.clock.now() });
    if (this.waiting.size === 1) this.keepIn(EVERY_MS);
  }

  private keepIn(millis: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keep(), millis).unref();
  }

  /** One after the other. Resolves with whether it was possible. */
  private keep(): Promise<boolean> {
    this.keeping = this.keeping.then(() => this.keepNext());
    return this.keeping;
  }

  private async keepNext(): Promise<boolean> {
    const next = [...this.waiting.entries()].slice(0, MAX_AT_ONCE);
    if (next.length === 0) return true;
    try {
      const full = await this.store.add(next.map(([, type]) => type));
      for (const appId of full) this.fullApps.set(appId, true);
      for (const [key, type] of next) this.settle(key, type);
      this.fails = false;
    } catch (error) {
      // Told once, however long it lasts: the next try may be seconds away, and nothing is lost meanwhile.
      if (!this.fails)
        this.logger.warn({ msg: 'new event types could not be noted', reason: (error as Error).message });
      this.fails = true;
    }
    if (this.waiting.size > 0) this.keepIn(this.fails ? RETRY_MS : EVERY_MS);
    return !this.fails;
  }

  private settle(key: string, { appId, type }: Waiting): void {
    this.waiting.delete(key);
    const left = (this.waitingOfApp.get(appId) ?? 1) - 1;
    if (left === 0) this.waitingOfApp.delete(appId);
    else this.waitingOfApp.set(appId, left);
    if (!this.fullApps.has(appId)) this.remember(appId, type);
  }

  /** Of one app there are never more than are kept. */
  private remember(appId: string, type: string): void {
    let types = this.kept.get(appId);
    if (types === undefined) this.kept.set(appId, (types = new Set()));
    if (types.has(type)) return;
    types.add(type);
    this.remembered++;
    while (this.remembered > MAX_REMEMBERED) this.kept.pop();
  }
}

import { Injectable, Logger } from '@nestjs/common';
import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { hourlyAuditEntry, startOfHour, type AuditEntry } from '../../platform/audit/audit-entry.ts';
import { AuditStore } from './audit-store.port.ts';

/** How long an entry waits for others that are stored with it. */
const FLUSH_MS = 1_000;
const ENTRIES_AT_ONCE = 1_000;
/** About 3 MB. Those that wait are kept, and new ones are dropped: the beginning of what happened is worth more. */
export const MAX_WAITING = 10_000;

/** How many requests of a key have read customer data within an hour, as far as that is not stored. */
interface ReadCount {
  readonly appId: string;
  readonly keyId: string;
  /** Milliseconds since the Unix epoch: when the hour began. */
  readonly hour: number;
  count: number;
}

/**
 * Entries about reads, which wait in memory and are stored together, at most one statement of each kind a second. So a
 * read neither waits for the audit nor fails because of it.
 */
@Injectable()
export class AuditNotes {
  /** Entries that were not stored: too many waited, the service stopped while the database was away, or one was refused. */
  dropped = 0;
  private readonly logger = new Logger(AuditNotes.name);
  private readonly entries: AuditEntry[] = [];
  private readonly reads = new Map<string, ReadCount>();
  private droppedAndTold = 0;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly store: AuditStore) {}

  note(entry: AuditEntry): void {
    if (!this.hasRoom()) return;
    this.entries.push(entry);
    this.flushSoon();
  }

  /** Counts a request that has read customer data. @param at milliseconds since the Unix epoch. */
  countRead(appId: string, keyId: string, at: number): void {
    const hour = startOfHour(at);
    const name = `${keyId} ${hour}`;
    const known = this.reads.get(name);
    if (known !== undefined) known.count++;
    else if (this.hasRoom()) this.reads.set(name, { appId, keyId, hour, count: 1 });
    this.flushSoon();
  }

  /** Stores what waits. What the database cannot take now stays, and is tried again a second later. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running = this.running.then(async () => {
      const isStored = (await this.storeEntries()) && (await this.storeReads());
      if (isStored) this.tellOfDropped();
      else this.flushSoon();
    });
    return this.running;
  }

  /** Stores what waits, the last time: what cannot be stored now is dropped. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.timer);
    this.dropped += this.entries.length + this.reads.size;
    this.entries.length = 0;
    this.reads.clear();
    this.tellOfDropped();
  }

  private hasRoom(): boolean {
    const hasRoom = this.entries.length + this.reads.size < MAX_WAITING;
    if (!hasRoom) this.dropped++;
    return hasRoom;
  }

  private flushSoon(): void {
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  private async storeEntries(): Promise<boolean> {
    while (this.entries.length > 0) {
      const part = this.entries.slice(0, ENTRIES_AT_ONCE);
      if (!(await this.stored(part, (entries) => this.store.addAll(entries)))) return false;
      this.entries.splice(0, part.length);
    }
    return true;
  }

  private async storeReads(): Promise<boolean> {
    const all = [...this.reads].map(([name, { count, ...read }]) => ({ name, count, entry: entryOf(read, count) }));
    for (let first = 0; first < all.length; first += ENTRIES_AT_ONCE) {
      const part = all.slice(first, first + ENTRIES_AT_ONCE);
      const entries = part.map(({ entry }) => entry);
      if (!(await this.stored(entries, (some) => this.store.addCounts(some)))) return false;
      for (const { name, count } of part) this.subtract(name, count);
    }
    return true;
  }

  /** Requests that were counted meanwhile stay. */
  private subtract(name: string, count: number): void {
    const read = this.reads.get(name);
    if (read === undefined) return;
    read.count -= count;
    if (read.count === 0) this.reads.delete(name);
  }

  /**
   * @returns false where the database cannot take them now. An entry that it refuses for what it is does not hold up
   *   the others: it is dropped.
   */
  private async stored(entries: readonly AuditEntry[], store: StoreEntries): Promise<boolean> {
    try {
      await store(entries);
      return true;
    } catch (error) {
      if (isUnavailable(error)) return false;
      if (entries.length === 1) {
        this.dropped++;
        this.logger.error(error);
        return true;
      }
      return this.storedOneByOne(entries, store);
    }
  }

  private async storedOneByOne(entries: readonly AuditEntry[], store: StoreEntries): Promise<boolean> {
    for (const entry of entries) if (!(await this.stored([entry], store))) return false;
    return true;
  }

  /** Not while they are being dropped: that may be a thousand times a second, for as long as the database is away. */
  private tellOfDropped(): void {
    const count = this.dropped - this.droppedAndTold;
    if (count === 0) return;
    this.droppedAndTold = this.dropped;
    this.logger.warn({ msg: 'audit entries about reads were dropped, since they could not be stored', count });
  }
}

type StoreEntries = (entries: readonly AuditEntry[]) => Promise<void>;

const entryOf = ({ appId, keyId, hour }: Omit<ReadCount, 'count'>, count: number): AuditEntry =>
  hourlyAuditEntry(hour, {
    appId,
    actor: { kind: 'key', id: keyId, requestId: null },
    action: 'customer.read.bulk',
    count,
  });

const isUnavailable = (error: unknown): boolean => error instanceof DomainError && error.kind === 'unavailable';

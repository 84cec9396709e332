import type { EntriesPage } from '../api/types.ts';
import type { Day, EventEntry, Instant } from '../api/types.ts';
import type { OpenFold } from './state.ts';

type Folds = ReadonlyMap<string, OpenFold>;
const NONE: OpenFold = { status: 'loading', events: [], hasMore: false };

/** The open folds of the page. */
export class OpenFolds {
  private open: Folds = new Map();
  /** Where the next events of a fold are. */
  private readonly next = new Map<string, string>();

  constructor(
    private readonly read: (within: string) => Promise<EntriesPage>,
    private readonly dayOf: (instant: Instant) => Day,
    private readonly changed: (open: Folds) => unknown,
  ) {}

  /** @param cursor of the fold. */
  async openFold(key: string, cursor: string): Promise<void> {
    if (this.open.has(key) && this.open.get(key)?.status !== 'failed') return;
    this.next.set(key, cursor);
    await this.loadMore(key);
  }

  async loadMore(key: string): Promise<void> {
    const cursor = this.next.get(key);
    const before = this.open.get(key) ?? NONE;
    if (cursor === undefined || (this.open.has(key) && before.status === 'loading')) return;
    this.set(key, { ...before, status: 'loading' });
    try {
      const { entries, older } = await this.read(cursor);
      if (!this.open.has(key)) return;
      if (older === null) this.next.delete(key);
      else this.next.set(key, older);
      const events = entries.filter((entry): entry is EventEntry => entry.kind === 'event');
      const items = events.map((entry) => ({ key: entry.id, day: this.dayOf(entry.occurredAt), entry }));
      this.set(key, { status: 'loaded', events: [...before.events, ...items], hasMore: older !== null });
    } catch {
      // What came is kept, and the next try goes on behind it.
      if (this.open.has(key)) this.set(key, { ...before, status: 'failed', hasMore: true });
    }
  }

  closeFold(key: string): void {
    const open = new Map(this.open);
    this.next.delete(key);
    if (open.delete(key)) this.tell(open);
  }

  private set(key: string, fold: OpenFold): void {
    this.tell(new Map(this.open).set(key, fold));
  }

  private tell(open: Folds): void {
    this.open = open;
    this.changed(open);
  }
}

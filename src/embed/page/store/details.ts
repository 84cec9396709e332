import { problemIn } from '../api/problem.ts';
import type { EventDetail } from '../api/types.ts';
import type { Detail } from './state.ts';

/** Payloads of events that were open are kept, to open them again at once; these many at most. */
const MAX_KEPT = 50;

/** The open events of the page. */
export class Details {
  private readonly kept = new Map<string, EventDetail>();
  private open: ReadonlyMap<string, Detail> = new Map();

  constructor(
    private readonly read: (id: string) => Promise<EventDetail>,
    private readonly changed: (open: ReadonlyMap<string, Detail>) => void,
  ) {}

  async openEvent(id: string): Promise<void> {
    const known = this.kept.get(id);
    if (known !== undefined) return this.set(id, { status: 'loaded', event: known });
    this.set(id, { status: 'loading', event: null });
    try {
      const event = await this.read(id);
      // It may have been closed meanwhile, and must not be kept where all was forgotten.
      if (!this.open.has(id)) return;
      this.keep(event);
      this.set(id, { status: 'loaded', event });
    } catch (error) {
      if (this.open.has(id)) this.set(id, { status: 'failed', event: null, problem: problemIn(error) });
    }
  }

  closeEvent(id: string): void {
    const open = new Map(this.open);
    if (open.delete(id)) this.tell(open);
  }

  /** All of them are of another customer, or must not be shown any more. */
  forget(): void {
    this.kept.clear();
    this.tell(new Map());
  }

  private keep(event: EventDetail): void {
    this.kept.set(event.id, event);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }

  private set(id: string, detail: Detail): void {
    this.tell(new Map(this.open).set(id, detail));
  }

  private tell(open: ReadonlyMap<string, Detail>): void {
    this.open = open;
    this.changed(open);
  }
}

import type { Head } from '../api/types.ts';
import type { Surroundings } from './surroundings.ts';

/** To count all events of a long timeline costs the service much. */
const AT_MOST_EVERY_MS = 60_000;

/** Reads the head again once what has changed since is shown: never because time has passed, and once a minute at most. */
export class FreshHead {
  private readAt = Number.NEGATIVE_INFINITY;
  private isOutdated = false;
  private callOff: () => void = () => {};
  /** Counts up where another head has come: what was asked for before is dropped. */
  private current = 0;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly read: () => Promise<Head>,
    private readonly changed: (head: Head) => void,
  ) {}

  /** It was read just now. */
  know(): void {
    this.stop();
    this.readAt = this.surroundings.now();
    this.isOutdated = false;
  }

  /** The timeline has changed. */
  outdate(): void {
    this.isOutdated = true;
  }

  /** What has changed is shown. */
  refresh(): void {
    if (!this.isOutdated) return;
    this.callOff();
    const wait = Math.max(0, this.readAt + AT_MOST_EVERY_MS - this.surroundings.now());
    this.callOff = this.surroundings.after(wait, () => void this.readAgain());
  }

  stop(): void {
    this.current++;
    this.callOff();
  }

  private async readAgain(): Promise<void> {
    if (!this.surroundings.isVisible()) return;
    const { current } = this;
    this.readAt = this.surroundings.now();
    try {
      const head = await this.read();
      if (current !== this.current) return;
      this.know();
      this.changed(head);
    } catch {
      // The head that is shown is good enough: the next change reads it again.
    }
  }
}

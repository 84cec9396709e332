import type { Surroundings } from '../../../src/embed/page/store/surroundings.ts';

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** The types of browsers do not know it. */
const immediately = globalThis as unknown as { setImmediate(run: () => void): void };

/** Lets whatever is ready go on, until all of it waits for time. */
const settle = (): Promise<void> => new Promise((resolve) => immediately.setImmediate(resolve));

/** The browser of a page in a test: time passes where the test says so. */
export class PageClock implements Surroundings {
  private readonly timers = new Set<Timer>();
  private readonly listeners: (() => void)[] = [];
  private isShown = true;

  constructor(
    private readonly numbers: () => number,
    public millis = Date.parse('2026-04-20T10:00:00Z'),
  ) {}

  now = (): number => this.millis;

  after(millis: number, run: () => void): () => void {
    const timer = { at: this.millis + millis, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  random = (): number => this.numbers();

  isVisible = (): boolean => this.isShown;

  onVisibilityChange(changed: () => void): void {
    this.listeners.push(changed);
  }

  show(isShown: boolean): void {
    this.isShown = isShown;
    for (const changed of this.listeners) changed();
  }

  get waiting(): number {
    return this.timers.size;
  }

  /** So many milliseconds pass; timers run in order, each before the next. */
  async pass(millis: number): Promise<void> {
    const end = this.millis + millis;
    await settle();
    for (;;) {
      const next = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers.delete(next);
      this.millis = Math.max(this.millis, next.at);
      next.run();
      await settle();
    }
    this.millis = end;
  }

  /** The timers of a hidden page, or of a machine that sleeps, come late: time passes without them. */
  sleep(millis: number): void {
    this.millis += millis;
  }
}

import { tooManyKeyLookups } from '../domain/api-keys-error.ts';

const AT_ONCE = 2;
const MAX_WAIT_MS = 1_000;

/** Runs a few look-ups at a time; others wait in their order, each for a second at most. */
export class LookupLimit {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  /** @throws SERVICE_UNAVAILABLE where it was not its turn in time: nobody can say whether the key is one. */
  async run<T>(lookup: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) await this.turn();
    else this.running++;
    try {
      return await lookup();
    } finally {
      const [next] = this.waiting;
      // The place passes on to the next one, so that nobody comes between.
      if (next === undefined) this.running--;
      else next();
    }
  }

  private turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = (): void => {
        clearTimeout(timer);
        this.waiting.delete(proceed);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(proceed);
        reject(tooManyKeyLookups());
      }, MAX_WAIT_MS);
      this.waiting.add(proceed);
    });
  }
}

const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 30_000;
/** After a response that refuses the key: nothing but another key or an operator helps. */
const FIRST_PAUSE_MS = 1_000;
/** A longer delay would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Statuses after which the same request may pass later. */
export const isRetryable = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** Full jitter: anything up to 100 ms, twice as much after each failure, up to 30 s. @param failures before this one */
export const backoffMs = (failures: number): number =>
  Math.random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** failures);

/** Milliseconds that `Retry-After` asks for: whole seconds, or until a date. 0 where there is none. */
export function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}

/** Milliseconds that only go forward, whatever is done to the clock. */
export const now = (): number => performance.now();

/** A wait that can be cut short. Its timer keeps the process running. */
export class Sleep {
  #wake: (() => void) | undefined;

  async for(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(Math.max(0, ms), MAX_TIMER_MS));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  cut(): void {
    this.#wake?.();
  }
}

/** When the service may be asked again. All requests that deliver events share it. */
export class Pace {
  /** On the clock of {@link now}. */
  notBefore = 0;
  #failures = 0;
  #pauses = 0;
  #failedAt = -1;

  succeeded(): void {
    this.#failures = this.#pauses = 0;
  }

  /** @param sentAt requests that were under way together count as one failure. */
  failed(sentAt: number, retryAfter = 0): void {
    const at = now();
    const failures = sentAt < this.#failedAt ? this.#failures : this.#failures++;
    this.#failedAt = at;
    this.#wait(at + retryAfter + backoffMs(failures));
  }

  keyRefused(): void {
    this.#wait(now() + Math.min(MAX_BACKOFF_MS, FIRST_PAUSE_MS * 2 ** this.#pauses++));
  }

  #wait(until: number): void {
    this.notBefore = Math.max(this.notBefore, until);
  }
}

import { CLEARED_LINE } from './printable.ts';

const PLAIN_LINE_EVERY_MS = 5_000;
const DRAW_EVERY_MS = 200;
/** Where the terminal does not say how wide it is. */
const DEFAULT_COLUMNS = 80;

export interface ProgressState {
  readonly lines: number;
  readonly rejected: number;
  readonly bytesRead: number;
}

/** Shows on stderr how a long run goes: on a terminal one line that changes, else a line every five seconds. */
export class Progress {
  readonly #totalBytes: number | undefined;
  readonly #state: () => ProgressState;
  readonly #startedAt: number = performance.now();
  readonly #timer: NodeJS.Timeout;

  /** @param totalBytes undefined for a stream, of which the size is not known. */
  constructor(totalBytes: number | undefined, state: () => ProgressState) {
    this.#totalBytes = totalBytes;
    this.#state = state;
    this.#timer = setInterval(() => this.#draw(), process.stderr.isTTY ? DRAW_EVERY_MS : PLAIN_LINE_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (process.stderr.isTTY) process.stderr.write(CLEARED_LINE);
  }

  #draw(): void {
    const { lines, rejected, bytesRead } = this.#state();
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const share = this.#totalBytes === undefined ? '' : `${Math.floor((100 * bytesRead) / (this.#totalBytes || 1))}%, `;
    const text = `events: ${share}${lines} lines, ${Math.round(lines / seconds)}/s, ${rejected} rejected`;
    process.stderr.write(
      process.stderr.isTTY
        ? `${CLEARED_LINE}${text.slice(0, (process.stderr.columns || DEFAULT_COLUMNS) - 1)}`
        : `${text}\n`,
    );
  }
}

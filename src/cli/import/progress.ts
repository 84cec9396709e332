import { SingleBar } from 'cli-progress';

const PLAIN_LINE_EVERY_MS = 5_000;
const DRAW_EVERY_MS = 100;

/** What a progress display is told, again and again. */
export interface ProgressState {
  readonly lines: number;
  readonly rejected: number;
  /** Of `totalBytes`. */
  readonly bytesRead: number;
}

/**
 * Shows how a long run goes, on stderr: a bar on a terminal, else a plain line every few seconds.
 * Without a known size there is no time left to tell, and no bar.
 */
export class Progress {
  private readonly bar: SingleBar | undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly began = Date.now();

  constructor(
    private readonly label: string,
    private readonly totalBytes: number | undefined,
    private readonly state: () => ProgressState,
    /** Lines that an earlier run did. */
    private readonly linesBefore: number,
  ) {
    if (process.stderr.isTTY && totalBytes !== undefined) {
      this.bar = new SingleBar({
        stream: process.stderr,
        format: `${label} {bar} {percentage}% | {lines} lines | {rate}/s | {eta_formatted} left | {rejected} rejected`,
        hideCursor: true,
        gracefulExit: false,
        etaBuffer: 100,
      });
      this.bar.start(totalBytes, 0, this.figures());
    }
    this.timer = setInterval(() => this.draw(), this.bar === undefined ? PLAIN_LINE_EVERY_MS : DRAW_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    if (this.bar === undefined) return;
    this.draw();
    this.bar.stop();
  }

  private draw(): void {
    const { bytesRead } = this.state();
    const { lines, rate, rejected } = this.figures();
    if (this.bar !== undefined) {
      this.bar.update(bytesRead, { lines, rate, rejected });
      return;
    }
    const left =
      this.totalBytes === undefined ? '' : `, ${secondsLeft(bytesRead, this.totalBytes, Date.now() - this.began)} left`;
    process.stderr.write(`${this.label}: ${lines} lines, ${rate}/s${left}, ${rejected} rejected\n`);
  }

  private figures() {
    const { lines, rejected } = this.state();
    const seconds = Math.max(Date.now() - this.began, 1) / 1000;
    return { lines, rejected, rate: Math.round((lines - this.linesBefore) / seconds) };
  }
}

function secondsLeft(done: number, total: number, elapsedMs: number): string {
  return done === 0 ? 'unknown time' : `${Math.ceil(((total - done) / done) * (elapsedMs / 1000))} s`;
}

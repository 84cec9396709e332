import { SingleBar } from 'cli-progress';

const PLAIN_LINE_EVERY_MS = 5_000;
const DRAW_EVERY_MS = 100;
/** The time left follows from the pace of the last seconds: an earlier run's part of a file is passed over quickly. */
const PACE_OVER_MS = 10_000;

/** What a progress display is told, again and again. */
export interface ProgressState {
  readonly lines: number;
  readonly rejected: number;
  /** Of `totalBytes`. */
  readonly bytesRead: number;
}

interface Sample {
  readonly at: number;
  readonly lines: number;
  readonly bytesRead: number;
}

/**
 * Shows how a long run goes, on stderr: a bar on a terminal, else a plain line every few seconds.
 * Without a known size there is no time left to tell, and no bar.
 */
export class Progress {
  private readonly bar: SingleBar | undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly samples: Sample[] = [];

  constructor(
    private readonly label: string,
    private readonly totalBytes: number | undefined,
    private readonly state: () => ProgressState,
  ) {
    if (process.stderr.isTTY && totalBytes !== undefined) {
      this.bar = new SingleBar({
        stream: process.stderr,
        format: `${label} {bar} {percentage}% | {lines} lines | {rate}/s | {left} left | {rejected} rejected`,
        hideCursor: true,
        gracefulExit: false,
      });
      this.bar.start(totalBytes, 0, this.figures());
    }
    this.samples.push(this.sample());
    this.timer = setInterval(() => this.draw(), this.bar === undefined ? PLAIN_LINE_EVERY_MS : DRAW_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
    if (this.bar === undefined) return;
    this.draw();
    this.bar.stop();
  }

  private draw(): void {
    this.samples.push(this.sample());
    const oldest = Date.now() - PACE_OVER_MS;
    while ((this.samples[1]?.at ?? Infinity) < oldest) this.samples.shift();
    const { lines, rate, rejected, left } = this.figures();
    if (this.bar !== undefined) {
      this.bar.update(this.state().bytesRead, { lines, rate, rejected, left });
      return;
    }
    const timeLeft = this.totalBytes === undefined ? '' : `, ${left} left`;
    process.stderr.write(`${this.label}: ${lines} lines, ${rate}/s${timeLeft}, ${rejected} rejected\n`);
  }

  private sample(): Sample {
    const { lines, bytesRead } = this.state();
    return { at: Date.now(), lines, bytesRead };
  }

  private figures() {
    const { lines, rejected, bytesRead } = this.state();
    const [first] = this.samples;
    const ms = Math.max(Date.now() - (first?.at ?? Date.now()), 1);
    const rate = Math.round(((lines - (first?.lines ?? lines)) * 1000) / ms);
    const bytesPerMs = (bytesRead - (first?.bytesRead ?? bytesRead)) / ms;
    // A file that grows while it is read has more than it had at first.
    const left =
      bytesPerMs > 0 ? timeText(Math.max(0, (this.totalBytes ?? 0) - bytesRead) / bytesPerMs) : 'unknown time';
    return { lines, rejected, rate, left };
  }
}

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

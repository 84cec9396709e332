const EVERY_MS = 5_000;

/** What has been gone through so far. */
export interface Counts {
  readonly customers: number;
  readonly events: number;
}

export const countsText = ({ customers, events }: Counts): string => `${customers} customers, ${events} events`;

/** Tells on stderr how a long command goes: a line every few seconds. */
export class PartProgress {
  private toldAt = performance.now();

  constructor(private readonly label: string) {}

  note(counts: Counts): void {
    const now = performance.now();
    if (now - this.toldAt < EVERY_MS) return;
    this.toldAt = now;
    process.stderr.write(`${this.label}: ${countsText(counts)}\n`);
  }
}

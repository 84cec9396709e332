/** Work that goes on beside a test until it is told to stop. What it throws does not matter to the test. */
export class Background {
  private running = true;
  private workers: Promise<void>[] = [];

  /** So many workers do it again and again, with a short pause. */
  repeat(workers: number, work: () => Promise<unknown>): void {
    this.running = true;
    const again = async (): Promise<void> => {
      while (this.running) {
        await work().catch(() => {});
        await new Promise((next) => setTimeout(next, 20));
      }
    };
    this.workers.push(...Array.from({ length: workers }, again));
  }

  /** So many at once, each one time. Nothing waits for them: what they wait for may end after they were stopped. */
  once(times: number, work: () => Promise<unknown>): void {
    for (let n = 0; n < times; n++) work().catch(() => {});
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.workers.splice(0));
  }
}

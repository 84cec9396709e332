import type { Socket } from 'node:net';

/**
 * Slows down clients that do not wait as they were told. A refusal costs a good part of a request, so a client that
 * sends again at once could still take the time of those who are served: its next refusal on the connection comes
 * later.
 */
export class RefusalPacing {
  private readonly refusedUntil = new WeakMap<Socket, number>();
  private waitingCount = 0;

  /** Refusals that are held back. */
  get waiting(): number {
    return this.waitingCount;
  }

  /**
   * Refuses now, or, where the connection was refused not long ago, when that time is over.
   *
   * @param pauseMs between two refusals on a connection.
   */
  refuse(socket: Socket, pauseMs: number, refuse: () => void): void {
    const now = performance.now();
    const tooEarlyMs = (this.refusedUntil.get(socket) ?? -Infinity) - now;
    this.refusedUntil.set(socket, now + Math.max(0, tooEarlyMs) + pauseMs);
    if (tooEarlyMs <= 0) {
      refuse();
      return;
    }
    this.waitingCount++;
    setTimeout(() => {
      this.waitingCount--;
      refuse();
    }, tooEarlyMs);
  }
}

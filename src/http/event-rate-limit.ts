import { Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { RateLimiterMemory, type RateLimiterAbstract, type RateLimiterRes } from 'rate-limiter-flexible';
import { tooManyRequests } from './http-error.ts';

/** At most so many events of one key within so many seconds. */
export interface RateWindow {
  readonly events: number;
  readonly seconds: number;
}

/**
 * Limits how fast the events of one key come in, in several windows at once. It counts events,
 * not requests, so that a batch is neither punished nor a loophole: a batch passes as soon as
 * every window has room for one event, and what it takes beyond a window's quota makes that
 * window last as much longer.
 *
 * The windows are counted in this process. Every limiter of `rate-limiter-flexible` can take the
 * place of `RateLimiterMemory`: with its Redis or PostgreSQL one, instances count together.
 */
@Injectable()
export class EventRateLimit {
  private readonly windows: readonly { window: RateWindow; name: string; limiter: RateLimiterAbstract }[];
  private readonly policy: string;

  /** @param windows none: no limit. */
  constructor(windows: readonly RateWindow[]) {
    this.windows = windows.map((window) => ({
      window,
      name: `"${window.events}-per-${window.seconds}s"`,
      limiter: new RateLimiterMemory({ points: window.events, duration: window.seconds }),
    }));
    this.policy = this.windows.map(({ name, window }) => `${name};q=${window.events};w=${window.seconds}`).join(', ');
  }

  /**
   * Counts events, and tells the client how it stands (draft-ietf-httpapi-ratelimit-headers).
   *
   * @throws TOO_MANY_REQUESTS, and then nothing is counted.
   */
  async spend(keyId: string, events: number, response: ServerResponse): Promise<void> {
    if (this.windows.length === 0) return;
    // Counted first and given back where it was too much: so no two requests take the same room.
    const spent = await Promise.all(this.windows.map(({ limiter }) => limiter.penalty(keyId, events)));
    const full = spent.filter((state, index) => state.consumedPoints - events >= this.quota(index));
    this.tell(response, spent);
    if (full.length > 0) {
      await Promise.all(this.windows.map(({ limiter }) => limiter.reward(keyId, events)));
      throw tooManyRequests(Math.max(...full.map(secondsLeft)));
    }
    await this.prolong(keyId, spent);
  }

  private quota(index: number): number {
    return this.windows[index]?.window.events ?? 0;
  }

  /** A window whose quota was exceeded by a batch lasts as long as its events should have taken. */
  private async prolong(keyId: string, spent: readonly RateLimiterRes[]): Promise<void> {
    for (const [index, { window, limiter }] of this.windows.entries()) {
      const { consumedPoints } = spent[index] as RateLimiterRes;
      if (consumedPoints <= window.events) continue;
      await limiter.set(keyId, consumedPoints, Math.ceil((window.seconds * consumedPoints) / window.events));
    }
  }

  private tell(response: ServerResponse, spent: readonly RateLimiterRes[]): void {
    response.setHeader('RateLimit-Policy', this.policy);
    response.setHeader(
      'RateLimit',
      spent.map((state, index) => `${this.windows[index]?.name};r=${state.remainingPoints};t=${secondsLeft(state)}`).join(', '),
    );
  }
}

const secondsLeft = (state: RateLimiterRes): number => Math.max(1, Math.ceil(state.msBeforeNext / 1000));

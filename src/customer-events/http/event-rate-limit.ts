import { Inject, Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { RateLimiterMemory, type RateLimiterAbstract, type RateLimiterRes } from 'rate-limiter-flexible';
import { defineErrorOf } from '../../../libs/kernel/domain-error.ts';
import { addHeader } from '../../platform/http/response/response-head.ts';
import { HttpError } from '../../platform/http/errors/http-error.ts';

export const tooManyRequests = defineErrorOf(
  HttpError,
  'too-many',
  'TOO_MANY_REQUESTS',
  (retryAfterSeconds: number) => ({
    message: `This key has sent too many events; send the request again in ${retryAfterSeconds} s`,
    details: { retryAfterSeconds },
    headers: { 'Retry-After': String(retryAfterSeconds) },
  }),
  1,
);

/** A timer of Node's cannot run longer, and would end such a window at once. */
const MAX_WINDOW_SECONDS = 2_147_483;

/** The injection token of the windows: a part of the settings, bound in the app's module. */
export const RATE_WINDOWS = 'RATE_WINDOWS';

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
 * place of `RateLimiterMemory`: with its Redis or PostgreSQL one, instances count together. (The
 * Redis one cuts times to whole seconds: there a prolonged window has to be rounded up.)
 */
@Injectable()
export class EventRateLimit {
  private readonly windows: readonly { window: RateWindow; name: string; limiter: RateLimiterAbstract }[];
  private readonly policy: string;

  /** @param windows none: no limit. */
  constructor(@Inject(RATE_WINDOWS) windows: readonly RateWindow[]) {
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
  async spend(keyId: string, events: number, response: Response): Promise<void> {
    if (this.windows.length === 0) return;
    // Counted first and given back where it was too much: so no two requests take the same room.
    const spent = await Promise.all(this.windows.map(({ limiter }) => limiter.penalty(keyId, events)));
    const full = spent.filter((state, index) => state.consumedPoints - events >= this.quota(index));
    if (full.length > 0) {
      this.tell(response, await Promise.all(this.windows.map(({ limiter }) => limiter.reward(keyId, events))));
      throw tooManyRequests(Math.max(...full.map(secondsLeft)));
    }
    this.tell(response, await this.prolong(keyId, spent));
  }

  private quota(index: number): number {
    return this.windows[index]?.window.events ?? 0;
  }

  /** A window whose quota was exceeded by a batch lasts as long as its events should have taken. */
  private prolong(keyId: string, spent: readonly RateLimiterRes[]): Promise<RateLimiterRes[]> {
    return Promise.all(
      this.windows.map(({ window, limiter }, index) => {
        const state = spent[index] as RateLimiterRes;
        const excess = state.consumedPoints - window.events;
        if (excess <= 0) return state;
        const seconds = state.msBeforeNext / 1000 + (window.seconds * excess) / window.events;
        return limiter.set(keyId, state.consumedPoints, Math.min(seconds, MAX_WINDOW_SECONDS));
      }),
    );
  }

  private tell(response: Response, spent: readonly RateLimiterRes[]): void {
    addHeader(response, 'RateLimit-Policy', this.policy);
    addHeader(
      response,
      'RateLimit',
      spent
        .map((state, index) => `${this.windows[index]?.name};r=${state.remainingPoints};t=${secondsLeft(state)}`)
        .join(', '),
    );
  }
}

const secondsLeft = (state: RateLimiterRes): number => Math.max(1, Math.ceil(state.msBeforeNext / 1000));

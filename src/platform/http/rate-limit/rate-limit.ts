import type { ServerResponse } from 'node:http';
import { defineErrorOf } from '../../../../libs/kernel/domain-error.ts';
import type { RateLimits, RateWindow } from '../../../../libs/kernel/rate-window.ts';
import { HttpError } from '../errors/http-error.ts';
import type { Caller } from '../request/caller.ts';
import type { RequestCharge } from '../request/request-charge.ts';
import { replaceHeader } from '../response/response-head.ts';
import type { CountedWindow, RateStore, WindowState } from './rate-store.ts';

export const tooManyRequests = defineErrorOf(
  HttpError,
  'too-many',
  'TOO_MANY_REQUESTS',
  (retryAfterSeconds: number) => ({
    message: `The rate limit of this key or session, or of its app, is reached; send the request again in ${retryAfterSeconds} s`,
    details: { retryAfterSeconds },
    headers: { 'Retry-After': String(retryAfterSeconds) },
  }),
  1,
);

/** A window, and what headers call it. */
interface NamedWindow extends CountedWindow {
  readonly name: string;
}

/**
 * Limits how much one key or session, and all of an app, may ask for, in several windows at once. It counts events, or units of work, not
 * requests, so that a batch is neither punished nor a loophole: a request passes as soon as every
 * window has room for one unit, and what it takes beyond a window's quota makes that window last as
 * much longer.
 */
export class RateLimit {
  /** @param defaults of a key for which nothing else is set. */
  constructor(
    private readonly store: RateStore,
    private readonly kind: keyof RateLimits,
    private readonly defaults: readonly RateWindow[],
  ) {}

  /**
   * Takes units, and tells the client how it stands (draft-ietf-httpapi-ratelimit-headers).
   *
   * @returns what was taken; it rises where more turns out to be asked for.
   * @throws TOO_MANY_REQUESTS, and then nothing is counted.
   */
  async take(caller: Caller, units: number, response: ServerResponse): Promise<RequestCharge | undefined> {
    const windows = this.windowsOf(caller);
    if (windows.length === 0) return undefined;
    const { states, waitMs } = await this.store.take(windows, units);
    tell(response, windows, states);
    if (waitMs > 0) throw tooManyRequests(wholeSeconds(waitMs));
    return new Charge(this.store, windows, units, response);
  }

  /** Those of the key or session, and those that all keys and sessions of its app share. */
  private windowsOf({ keyId, session, app, limits }: Caller): NamedWindow[] {
    const windows = this.named(
      limits.key[this.kind] ?? this.defaults,
      session === null ? `key ${keyId}` : `session ${session.id}`,
      '',
    );
    const shared = limits.app[this.kind];
    return shared === null ? windows : [...windows, ...this.named(shared, `app ${app.id}`, 'app-')];
  }

  private named(windows: readonly RateWindow[], owner: string, prefix: string): NamedWindow[] {
    return windows.map(({ units, seconds }) => ({
      units,
      seconds,
      key: `${this.kind} ${owner} ${units}/${seconds}`,
      name: `"${prefix}${units}-per-${seconds}s"`,
    }));
  }
}

class Charge implements RequestCharge {
  constructor(
    private readonly store: RateStore,
    private readonly windows: readonly NamedWindow[],
    private units: number,
    private readonly response: ServerResponse,
  ) {}

  async raiseTo(units: number): Promise<void> {
    const more = units - this.units;
    if (more <= 0) return;
    this.units = units;
    tell(this.response, this.windows, await this.store.add(this.windows, more));
  }
}

function tell(response: ServerResponse, windows: readonly NamedWindow[], states: readonly WindowState[]): void {
  replaceHeader(
    response,
    'RateLimit-Policy',
    windows.map(({ name, units, seconds }) => `${name};q=${units};w=${seconds}`).join(', '),
  );
  replaceHeader(
    response,
    'RateLimit',
    windows
      .map(({ name, units }, index) => {
        const { used, msLeft } = states[index] as WindowState;
        return `${name};r=${Math.max(0, units - used)};t=${wholeSeconds(msLeft)}`;
      })
      .join(', '),
  );
}

/** Rounded up, so that a retry after that long passes. */
const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
